/**
 * Sets and removes single settings in a settings file and leaves every other byte alone: comments, order, quoting, line ends,
 * byte order mark, missing last newline. The file is never written anew from its meaning; pieces of text are cut and put in.
 * What cannot be done without doubt is refused with the name and the line: a setting or section given twice, anchors,
 * aliases, merge keys and tags, flow mappings, a second document, tabs, a section that is a value at the same time.
 */
import { isMap, isScalar, isSeq } from 'yaml';
import { withoutMark } from './yaml-settings.ts';
import { endOfValue, parseYamlTree, type YamlLeaf, type YamlTree } from './yaml-tree.ts';

export type YamlValue = string | number | boolean | readonly string[];
export type YamlEdit =
  | { readonly op: 'set'; readonly key: string; readonly value: YamlValue }
  | { readonly op: 'remove'; readonly key: string };

export type YamlEdited =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly code: 'YAML_INVALID' | 'YAML_AMBIGUOUS';
      readonly message: string;
      readonly line?: number;
    };

type Refused = Extract<YamlEdited, { ok: false }>;
type Tree = Extract<YamlTree, { ok: true }>;

/**
 * Applies the edits in order. Keys are full dotted names. Setting what already has that value and removing what is not there
 * change nothing. Nothing is returned half done.
 */
export function editYaml(text: string, edits: readonly YamlEdit[]): YamlEdited {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let body = withoutMark(text);
  for (const edit of edits) {
    const edited = editOnce(body, edit);
    if (!edited.ok) return edited;
    body = edited.text;
  }
  return { ok: true, text: mark + body };
}

function editOnce(text: string, edit: YamlEdit): YamlEdited {
  const { key } = edit;
  const tree = parseYamlTree(text);
  if (!tree.ok)
    return {
      ok: false,
      code: 'YAML_INVALID',
      message: `${key} cannot be changed: ${tree.message}`,
      line: tree.line,
    };
  const leaf = tree.leaves.find((one) => one.key === key);
  const doubt = doubtAbout(text, tree, edit, leaf);
  if (doubt) return doubt;
  const result =
    edit.op === 'set' ? set(text, tree, leaf, key, edit.value) : leaf ? remove(text, leaf) : text;
  if (typeof result !== 'string') return result;
  return holds(tree, result, edit)
    ? { ok: true, text: result }
    : refuse(`${key} cannot be changed without touching other settings.`, leaf?.line);
}

/** Why this setting of this file is better left to a person; `undefined` when nothing speaks against the edit. */
function doubtAbout(text: string, tree: Tree, { op, key }: YamlEdit, leaf?: YamlLeaf): Refused | undefined {
  const found = tree.leaves.filter((one) => one.key === key);
  const second = found[1];
  if (second)
    return refuse(
      `${key} is given more than once (lines ${found.map((one) => one.line).join(' and ')}).`,
      second.line,
    );
  const twice = tree.twice.find((one) => key === one.key || key.startsWith(`${one.key}.`));
  if (twice) return refuse(`${key} cannot be changed: the section ${twice.key} is given twice.`, twice.line);
  if (leaf?.entangled)
    return refuse(
      `${key} is written with an anchor, an alias or a tag, or in one line with others.`,
      leaf.line,
    );
  if (leaf && !isPlainPair(text, leaf))
    return refuse(`${key} is written in the long form (? name).`, leaf.line);
  const merge = tree.leaves.find((one) => {
    const section = /^(.*?)<<(?:\.|$)/.exec(one.key)?.[1];
    return section !== undefined && key.startsWith(section);
  });
  if (merge)
    return refuse(`${key} cannot be changed: a merge key (<<) stands in the same section.`, merge.line);
  if (leaf) return undefined;
  const listed = tree.leaves.find((one) => one.key.startsWith(`${key}.`));
  if (listed && (op === 'set' || /^\d+(?:\.|$)/.test(listed.key.slice(key.length + 1))))
    return refuse(`${key} is a section or a list of sections, not a setting.`, listed.line);
  const parent = tree.leaves.find((one) => key.startsWith(`${one.key}.`) && !isNothing(one.place.value));
  return parent && op === 'set'
    ? refuse(`${key} cannot be set: ${parent.key} holds a value and is not a section.`, parent.line)
    : undefined;
}

function isNothing(node: YamlLeaf['place']['value']): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

/** Whether only blanks stand between the name and its colon, for the setting and every section above it. */
function isPlainPair(text: string, { place }: YamlLeaf): boolean {
  return place.above.every(({ keyEnd }) => /^[ \t]*:/.test(text.slice(keyEnd, keyEnd + 80)));
}

function refuse(message: string, line?: number): Refused {
  return { ok: false, code: 'YAML_AMBIGUOUS', message, ...(line === undefined ? {} : { line }) };
}

/** The last word: the result, read anew, must differ from the original in this one setting and nothing else. */
function holds(before: Tree, text: string, edit: YamlEdit): boolean {
  const after = parseYamlTree(text);
  if (!after.ok) return false;
  const rest = (leaves: readonly YamlLeaf[]) =>
    JSON.stringify(
      leaves.filter((leaf) => leaf.key !== edit.key).map((leaf) => [leaf.key, leaf.values, leaf.list]),
    );
  if (rest(before.leaves) !== rest(after.leaves)) return false;
  const now = after.leaves.filter((leaf) => leaf.key === edit.key);
  if (edit.op === 'remove') return now.length === 0;
  return now.length === 1 && JSON.stringify(now[0]?.values) === JSON.stringify(wanted(edit.value));
}

function wanted(value: YamlValue): readonly string[] {
  return typeof value === 'object' ? value : [String(value)];
}

function set(
  text: string,
  tree: Tree,
  leaf: YamlLeaf | undefined,
  key: string,
  value: YamlValue,
): string | Refused {
  if (!leaf) return append(text, tree, key, value);
  if (
    leaf.list === (typeof value === 'object') &&
    JSON.stringify(leaf.values) === JSON.stringify(wanted(value))
  )
    return text;
  const { value: node, keyEnd } = leaf.place;
  const colon = text.indexOf(':', keyEnd);
  const end = endOfValue(node, colon + 1);
  const blockText = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  const blockList = (isSeq(node) || isMap(node)) && !node.flow;
  const empty = node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
  if (empty) return `${text.slice(0, colon + 1)} ${write(value)}${text.slice(colon + 1)}`;
  if (!blockText && !blockList)
    return text.slice(0, node?.range?.[0] ?? end) + write(value) + text.slice(end);
  const old = text.slice(colon + 1, end);
  if (/(?:^|\s)#/.test(old))
    return refuse(`${key} is written over several lines with remarks between them.`, leaf.line);
  const lineEnd = /\r?\n$/.exec(old)?.[0] ?? '';
  return `${text.slice(0, colon + 1)} ${write(value)}${lineEnd}${text.slice(end)}`;
}

function append(text: string, tree: Tree, key: string, value: YamlValue): string | Refused {
  if (!tree.appendable)
    return refuse(`${key} cannot be added: the file is written in one line or ends with a document mark.`);
  const lineEnd = /\r\n/.test(text) ? '\r\n' : '\n';
  const line = `${' '.repeat(tree.indent)}${key}: ${write(value)}`;
  if (text === '') return line + lineEnd;
  return text.endsWith('\n') ? text + line + lineEnd : text + lineEnd + line;
}

/** Cuts the setting's lines, and those of sections that would stay behind empty (an empty section is a setting without value). */
function remove(text: string, leaf: YamlLeaf): string | Refused {
  const { keyEnd, value, above } = leaf.place;
  const cuts: (readonly [number, number])[] = [];
  const colon = text.indexOf(':', keyEnd);
  for (const [index, pair] of [...above].reverse().entries()) {
    const start = text.lastIndexOf('\n', pair.keyStart - 1) + 1;
    if (text.slice(start, pair.keyStart).trim() !== '')
      return refuse(`${leaf.key} does not stand on a line of its own.`, leaf.line);
    const end = index === 0 ? endOfValue(value, colon + 1) : text.indexOf(':', pair.keyEnd) + 1;
    const lineEnd = endOfLine(text, end);
    if (!/^[ \t]*(?:#.*)?\r?\n?$/.test(text.slice(end, lineEnd)))
      return refuse(`${leaf.key} shares its line with others.`, leaf.line);
    cuts.push([start, lineEnd]);
    if (pair.entries > 1) break;
  }
  const last = cuts[0]?.[1] === text.length && !text.endsWith('\n');
  let result = text;
  for (const [start, end] of cuts) result = result.slice(0, start) + result.slice(end);
  // A file without a last line break keeps that habit when its last line goes.
  return last ? result.replace(/\r?\n$/, '') : result;
}

/** Offset behind the line break that ends the line; a value that swallowed its own line break ends there. */
function endOfLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

const plain = /^[A-Za-z0-9_/](?:[A-Za-z0-9_./@+-]*[A-Za-z0-9_/+-])?$/;

/** Words that mean something else than their letters to one parser or another. */
const special =
  /^(?:[nN]ull|NULL|~|[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|TRUE|True|FALSE|False|\d{4}-\d.*)$/;

/** `0644`, `1_000`, `1e3`: Elasticsearch keeps the letters, other parsers make a number of them. */
function isOddNumber(text: string): boolean {
  return text !== String(Number(text)) && !Number.isNaN(Number(text.replaceAll('_', '')));
}

function write(value: YamlValue): string {
  if (typeof value === 'object') return `[${value.map(quoted).join(', ')}]`;
  const text = String(value);
  return plain.test(text) && !special.test(text) && !isOddNumber(text) ? text : quoted(text);
}

/** Between double quotes; what Elasticsearch takes for a line break or refuses is written as an escape. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
