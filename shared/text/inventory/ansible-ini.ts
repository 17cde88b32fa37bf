/** An Ansible inventory in INI form: host lines with `key=value`, ranges, `[group]`, `[group:vars]`, `[group:children]`. */
import { Groups, type Inventory, keep, limits, looksLikeVariable, quoted, tooLarge } from './groups.ts';

/** Words of a line as a shell would split them, without expansion; undefined where a quote is not closed. */
export function wordsOf(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (quote !== '') {
      if (letter === quote) quote = '';
      else if (letter === '\\' && quote === '"' && /["\\]/.test(line.charAt(at + 1))) {
        at += 1;
        word = (word ?? '') + line.charAt(at);
      } else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (letter === ' ' || letter === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === '#' && word === undefined) break;
    else if (letter === '\\' && at + 1 < line.length) {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else word = (word ?? '') + letter;
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

const range = /\[(?:(\d+):(\d+)|([a-z]):([a-z])|([A-Z]):([A-Z]))(?::(\d+))?\]/;

/** `web[01:03]` → three names; at most `most` of them. A pattern that is no range is no name. */
export function expandRange(pattern: string, most: number): readonly string[] | undefined {
  if (pattern.split('[').length > limits.ranges + 1) return undefined;
  const found = range.exec(pattern);
  if (found === null) return /[[\]]/.test(pattern) ? undefined : [pattern];
  const [whole, from = '', to = '', low, high, upperLow, upperHigh, stride] = found;
  const step = Number(stride ?? '1');
  const letters = low ?? upperLow;
  const first = letters === undefined ? Number(from) : letters.charCodeAt(0);
  const last = letters === undefined ? Number(to) : (high ?? upperHigh ?? letters).charCodeAt(0);
  if (step < 1 || last < first || (last - first) / step >= most || from.length > 9) return undefined;
  const names: string[] = [];
  for (let one = first; one <= last; one += step) {
    const piece = letters === undefined ? String(one).padStart(from.length, '0') : String.fromCharCode(one);
    const rest = expandRange(pattern.replace(whole, piece), most - names.length);
    if (rest === undefined) return undefined;
    names.push(...rest);
    if (names.length > most) return undefined;
  }
  return names;
}

/** `name:2222`; an IPv6 address has more colons, and its port stands behind a bracket. */
function withPort(name: string): { readonly name: string; readonly port?: string } {
  const found = /^([^:\s]+):(\d{1,5})$/.exec(name);
  return found?.[1] === undefined || found[2] === undefined ? { name } : { name: found[1], port: found[2] };
}

/** What is left out is named by its line alone: a password may stand wherever something is not understood. */
export function readAnsibleIni(text: string): Inventory {
  const groups = new Groups();
  const refusal = tooLarge(text);
  if (refusal !== undefined) return { entries: [], ignored: [refusal] };
  let group = 'ungrouped';
  let part: 'hosts' | 'vars' | 'children' | 'other' = 'hosts';
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (groups.refused) break;
    const line = raw.trim();
    const at = `Line ${index + 1}`;
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const section = /^\[([^[\]\s:]+)(?::([a-z]+))?\]\s*(?:[#;].*)?$/.exec(line);
    if (section !== null) {
      group = section[1] ?? '';
      const kind = section[2] ?? 'hosts';
      part = kind === 'hosts' || kind === 'vars' || kind === 'children' ? kind : 'other';
      groups.group(group);
      if (part === 'other') groups.ignore(`${at}: sections of the kind ${quoted(kind)} are not known.`);
      continue;
    }
    if (part === 'other') continue;
    if (part === 'vars') {
      const found = /^([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line);
      const value = wordsOf(found?.[2] ?? '');
      if (found?.[1] === undefined || value === undefined) groups.ignore(`${at}: this is no variable.`);
      else keep(groups.group(group).variables, found[1], value.join(' '));
      continue;
    }
    const words = wordsOf(line);
    const [pattern] = words ?? [];
    if (words === undefined || pattern === undefined) {
      groups.ignore(`${at}: a quote is not closed.`);
      continue;
    }
    if (part === 'children') {
      groups.addChild(group, pattern);
      groups.group(pattern);
      continue;
    }
    if (looksLikeVariable(pattern)) {
      groups.ignore(`${at}: this is no name for a host.`);
      continue;
    }
    const values = new Map<string, string>();
    let told = false;
    for (const word of words.slice(1)) {
      const found = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
      if (found?.[1] !== undefined) keep(values, found[1], found[2] ?? '');
      else if (!told) {
        told = true;
        groups.ignore(`${at}: this is no variable.`);
      }
    }
    const names = expandRange(pattern, limits.hosts);
    if (names === undefined) {
      groups.ignore(`${at}: the range is not understood, or means too many hosts.`);
      continue;
    }
    for (const one of names) {
      const { name, port } = withPort(one);
      const own = port === undefined ? values : new Map([['ansible_port', port], ...values]);
      if (!groups.addHost(group, name, own))
        groups.ignore(`${at}: ${quoted(name)} is one more than the ${limits.hosts} hosts that are read.`);
    }
  }
  return groups.inventory();
}
