/**
 * Takes secrets out of text before it becomes evidence, a diff or a log line. It removes too much rather than too little:
 * values after secret-like names, HTTP credentials, keys in PEM form, and values that are known to be secret. The text may
 * come from a hostile host, so everything here takes time in proportion to its length.
 */
export const redacted = '[secret]';

const secretWords =
  'pass(?:word|wd|phrase)?|secret|token|credential|api[_-]?key|private[_-]?key|encryption[_-]?key|shared[_-]?key|access[_-]?key|sas';
const secretName = new RegExp(
  `(?:^|[._\\-\\s])(?:[a-z0-9]*_)?(?:${secretWords})s?(?:$|[._\\-])|(?:password|passwd|passphrase|secret|token|credentials?)$|apikey$|_key$|(?:^|keystore\\.)seed$|(?:^|[._-])authorization$|(?:^|\\.)secure_[a-z_]+$|^azure\\.client\\..*\\.key$|decryptiononlykeys?$|(?:^|\\.)customheaders$|secret(?:access)?key$`,
  'i',
);
/** Names that look secret and are not: places, switches, numbers and times. */
const harmlessName =
  /(?:\.(?:path|type|enabled|timeout|algorithm|length|file|cache\.[a-z_.]+|interval|retention_period|max_[a-z_]+)|password_hashing[a-z._]*|secure_settings|token\.enabled|key_?size|_file|_path)$/i;
/** No setting or variable is called anything as long as this; whoever prints it means to wear us out. */
const longestName = 256;

/** Whether a setting or variable of this name holds a secret. Case does not matter; `FOO_PASSWORD` and `a.b.password` alike. */
export function isSecretName(name: string): boolean {
  if (name.length > longestName) return true;
  if (harmlessName.test(name)) return false;
  return secretName.test(name);
}

const pem =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g;
/** The end of a key whose beginning was cut off: how far back it goes cannot be told. */
const pemTail = /^[\s\S]*-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/;
const httpCredential = /\b(Basic|Bearer|ApiKey)\s+[A-Za-z0-9+/_.~=-]{6,}/g;
const authorization = /(authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|apikey)\s+)?[^\s"',;]+/gi;
const urlCredential = /:\/\/([^\s/]*)@/g;
const shadowHash = /\$(?:1|2[abxy]?|5|6|7|y|gy)\$[^\s:,'"]+/g;
const assignment =
  /^((?:[\s#;+>]|-(?=\s))*(?:export\s+)?["']?(?:-[DE])?)([A-Za-z_][A-Za-z0-9_.-]*)(["']?\s*[:=]\s*)(.*)$/;
const word = /[A-Za-z0-9_.-]+/g;
const sign = /\\*["']?\s*[=:]\s*\\*(?=\S)/y;
const value = /(?:"(?:[^"\\]|\\.)*"?|'[^']*'?)[^\s,;)}\]]*|\S+/y;
/** The value stands on the lines below: a YAML block, or an opened list or map. */
const block = /^[|>][-+0-9]{0,2}(?:\s|$)/;
const opened = /^["']?[[{]?\s*$/;
/** Everything below these is secret, whatever it is called: Kibana's connectors, and headers that often hold a login. */
const secretMap = /(?:^|\.)(?:secrets|customheaders)$/i;
/** A list, map or quoted text that does not end on its line. */
const unfinished = /^(?:\[[^\]]*|\{[^}]*|"(?:[^"\\]|\\.)*\\?|'[^']*)$/;
const entry = /^[\s+>-]*["']?[A-Za-z_][^\s:="']*["']?\s*[:=](?:\s|$)/;
const indent = /^[\s+>]*/;

/**
 * @param known values that must not appear, whatever stands around them (shorter than 4 characters are ignored: they would
 *   blacken ordinary words)
 */
export function redact(text: string, known: readonly string[] = []): string {
  let result = text
    .replace(pem, redacted)
    .replace(pemTail, redacted)
    .replace(httpCredential, `$1 ${redacted}`)
    .replace(authorization, `$1${redacted}`)
    .replace(urlCredential, (whole, user: string) => (user.includes(':') ? `://${redacted}@` : whole))
    .replace(shadowHash, redacted);
  result = redactLines(result.split('\n')).join('\n');
  for (const value of [...known].sort((a, b) => b.length - a.length)) {
    if (value.length >= 4) result = result.replaceAll(value, redacted);
  }
  return result;
}

/** What a line with a secret name but without its value says about the lines below it, as long as they are further in. */
interface Below {
  readonly indent: number;
  readonly everything: boolean;
  /** List items may stand as far out as the name itself. */
  readonly items: boolean;
}

function redactLines(lines: readonly string[]): string[] {
  let below: Below | undefined;
  return lines.map((line) => {
    const depth = indent.exec(line)?.[0].length ?? 0;
    if (below !== undefined && depth < line.length) {
      const item = below.items && depth === below.indent && line.startsWith('- ', depth);
      if (depth <= below.indent && !item) below = undefined;
      else if (below.everything || !entry.test(line)) return `${line.slice(0, depth)}${redacted}`;
    }
    const whole = assignment.exec(line);
    const [, lead = '', name = '', between = '', rest = ''] = whole ?? [];
    if (!whole || !isSecretName(name)) return redactInline(line);
    const begins = opened.test(rest);
    const everything = block.test(rest) || (begins && secretMap.test(name));
    if (everything || begins) {
      below = { indent: depth, everything, items: true };
      return line;
    }
    below = { indent: depth, everything: unfinished.test(rest), items: false };
    return `${lead}${name}${between}${redacted}`;
  });
}

/** Several assignments may share a line, one inside the other's value: `Environment=OPTS=-Dmy.secret=…`. */
function redactInline(line: string): string {
  let result = '';
  let kept = 0;
  const quotes = new OpenQuote(line);
  for (const match of line.matchAll(word)) {
    if (match.index < kept) continue;
    sign.lastIndex = match.index + match[0].length;
    const start = sign.test(line) ? sign.lastIndex : undefined;
    const name = match[0].replace(/^[^A-Za-z_]+/, '');
    if (start === undefined || !(isSecretName(name) || isSecretName(name.replace(/^[DE]/, '')))) continue;
    const end = quotes.endAt(start) ?? endOfValue(line, start);
    result += line.slice(kept, start) + redacted;
    kept = end;
  }
  return result + line.slice(kept);
}

function endOfValue(line: string, start: number): number {
  value.lastIndex = start;
  return value.test(line) ? value.lastIndex : line.length;
}

/** Walks along a line and knows in which quotes a place stands: `"NAME=two words"` is one value up to the closing quote. */
class OpenQuote {
  readonly #line: string;
  #at = 0;
  #quote: string | undefined;

  constructor(line: string) {
    this.#line = line;
  }

  /** Where the quotes around a value that begins here close; undefined when it has quotes of its own or stands in none. */
  endAt(start: number): number | undefined {
    for (; this.#at < start; this.#at++) {
      const character = this.#line[this.#at];
      if (character === '\\') this.#at++;
      else if (character === this.#quote) this.#quote = undefined;
      else if (this.#quote === undefined && (character === '"' || character === "'")) this.#quote = character;
    }
    const first = this.#line[start];
    if (this.#quote === undefined || first === '"' || first === "'") return undefined;
    const end = this.#line.indexOf(this.#quote, start);
    return end < 0 ? this.#line.length : end;
  }
}
