/** Walks a YAML mapping and names every leaf by its full dotted name, whatever its spelling: `a.b: 1` and `a:\n  b: 1` alike. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { objectionTo } from './yaml-lines.ts';

export interface YamlPlace {
  /** Offset of the key's first character in the text that was parsed. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: Node | null;
  /** The pairs above this one, outermost first, each with the number of entries its mapping holds. */
  readonly above: readonly { readonly keyStart: number; readonly keyEnd: number; readonly entries: number }[];
}

export interface YamlLeaf {
  readonly key: string;
  /**
   * Values as text, as Elasticsearch keeps them; one for a scalar, none for an empty list or nothing at all. An alias stands
   * for its own name: Elasticsearch does not resolve it (seen with the settings loader of 8.19.21 and 9.4.3).
   */
  readonly values: readonly string[];
  readonly list: boolean;
  /** From 1. */
  readonly line: number;
  /** Anchors, aliases, tags and merge keys are involved, or it stands inside a flow mapping or a list. */
  readonly entangled: boolean;
  readonly place: YamlPlace;
}

export type YamlTree =
  | {
      readonly ok: true;
      readonly leaves: readonly YamlLeaf[];
      /** Sections that one mapping holds twice: Elasticsearch does not start with them. */
      readonly twice: readonly { readonly key: string; readonly line: number }[];
      readonly indent: number;
      readonly appendable: boolean;
    }
  | { readonly ok: false; readonly message: string; readonly line: number };

/** Names that a file may hold. */
const mostSteps = 100_000;

interface Walk {
  left: number;
  readonly leaves: YamlLeaf[];
  readonly twice: { readonly key: string; readonly line: number }[];
  readonly counter: LineCounter;
}

/** @param text without byte order mark */
export function parseYamlTree(text: string): YamlTree {
  const objection = objectionTo(text);
  if (objection) return { ok: false, ...objection };
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    const message = error.code === 'MULTIPLE_DOCS' ? 'A second document begins here.' : error.message;
    return { ok: false, message, line: counter.linePos(error.pos[0]).line };
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null))
    return { ok: true, leaves: [], twice: [], indent: 0, appendable: !/^(?:---|\.\.\.|%)/m.test(text) };
  if (!isMap(root)) return { ok: false, message: 'The file does not hold settings (name: value).', line: 1 };
  const walk: Walk = { left: mostSteps, leaves: [], twice: [], counter };
  const failure = walkMap(root, '', [], root.flow === true || root.anchor !== undefined, walk);
  if (failure) return failure;
  if (walk.left < 0) return { ok: false, message: 'The file holds more than Bulwark reads.', line: 1 };
  const first = root.items[0];
  const start = first ? rangeOf(first.key)[0] : 0;
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  return {
    ok: true,
    leaves: walk.leaves,
    twice: walk.twice,
    indent,
    appendable: root.flow !== true && !/^\.\.\.(?:\s|$)/m.test(text),
  };
}

type Failure = Extract<YamlTree, { ok: false }>;

function walkMap(
  map: { readonly items: readonly Pair<unknown, unknown>[] },
  prefix: string,
  above: YamlPlace['above'],
  entangled: boolean,
  walk: Walk,
): Failure | undefined {
  const names = new Set<string>();
  for (const pair of map.items) {
    const { key } = pair;
    walk.left -= 1;
    if (walk.left < 0)
      return { ok: false, message: 'The file holds more than Bulwark reads.', line: lineOf(key, walk) };
    if (!isScalar(key))
      return { ok: false, message: 'A setting has no plain name.', line: lineOf(key, walk) };
    const name = prefix + textOf(key);
    if (names.has(name)) walk.twice.push({ key: name, line: lineOf(key, walk) });
    names.add(name);
    const [keyStart, keyEnd] = rangeOf(key);
    const value = isNode(pair.value) ? pair.value : null;
    const mixed =
      entangled ||
      key.anchor !== undefined ||
      key.tag !== undefined ||
      textOf(key) === '<<' ||
      hasMark(value);
    if (isMap(value) && value.items.length > 0) {
      const here = { keyStart, keyEnd, entries: map.items.length };
      const failure = walkMap(value, `${name}.`, [...above, here], mixed || value.flow === true, walk);
      if (failure) return failure;
      continue;
    }
    const values = valuesOf(value);
    if (values === undefined) {
      const failure = isSeq(value) ? walkList(value, name, above, walk) : undefined;
      if (failure) return failure;
      continue;
    }
    walk.leaves.push({
      key: name,
      values: values.texts,
      list: isSeq(value),
      line: lineOf(key, walk),
      entangled: mixed || values.entangled,
      place: { keyStart, keyEnd, value, above: [...above, { keyStart, keyEnd, entries: map.items.length }] },
    });
  }
  return undefined;
}

/**
 * A list that holds mappings or lists: its leaves are named by position. Elasticsearch refuses to start with one ("only value
 * lists are allowed", seen on 8.19.21); what is in it may be a secret all the same. Never edited.
 */
function walkList(
  list: { readonly items: readonly unknown[] },
  name: string,
  above: YamlPlace['above'],
  walk: Walk,
): Failure | undefined {
  for (const [index, item] of list.items.entries()) {
    walk.left -= 1;
    const node = isNode(item) ? item : null;
    const at = `${name}.${index}`;
    const failure = isMap(node)
      ? walkMap(node, `${at}.`, above, true, walk)
      : isSeq(node) && valuesOf(node) === undefined
        ? walkList(node, at, above, walk)
        : undefined;
    if (failure) return failure;
    const values = valuesOf(node);
    if (values === undefined || (isMap(node) && node.items.length > 0)) continue;
    const [keyStart, keyEnd] = rangeOf(node);
    walk.leaves.push({
      key: at,
      values: values.texts,
      list: false,
      line: lineOf(node, walk),
      entangled: true,
      place: { keyStart, keyEnd, value: node, above },
    });
  }
  return undefined;
}

/** `undefined` for what holds settings of its own. */
function valuesOf(value: Node | null): { readonly texts: string[]; readonly entangled: boolean } | undefined {
  if (value === null) return { texts: [], entangled: false };
  if (isAlias(value)) return { texts: [value.source], entangled: true };
  if (isScalar(value)) return { texts: value.value === null ? [] : [textOf(value)], entangled: false };
  if (isMap(value)) return value.items.length === 0 ? { texts: [], entangled: false } : undefined;
  if (!isSeq(value)) return undefined;
  const texts: string[] = [];
  let entangled = false;
  for (const item of value.items) {
    const node = isNode(item) ? item : null;
    if (!isScalar(node) && !isAlias(node)) return undefined;
    entangled ||= hasMark(node);
    texts.push(isAlias(node) ? node.source : textOf(node));
  }
  return { texts, entangled };
}

function hasMark(node: Node | null): boolean {
  if (node === null) return false;
  return isAlias(node) || ('anchor' in node && node.anchor !== undefined) || node.tag !== undefined;
}

/** The text of a scalar as Elasticsearch takes it: `0644`, `yes` and `1_000` stay as they were written, whatever their tag. */
function textOf(node: { readonly value: unknown; readonly source?: string }): string {
  return node.source ?? (typeof node.value === 'string' ? node.value : String(node.value));
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : [0, 0];
}

function lineOf(node: unknown, walk: Walk): number {
  return walk.counter.linePos(rangeOf(node)[0]).line;
}

/** Offset behind the last character that belongs to the value. */
export function endOfValue(node: Node | null, fallback: number): number {
  if (node === null) return fallback;
  if ((isMap(node) || isSeq(node)) && !node.flow) {
    const last: unknown = node.items.at(-1);
    if (isNode(last)) return endOfValue(last, fallback);
    const pair = last as Pair<unknown, unknown> | undefined;
    if (pair) return endOfValue(isNode(pair.value) ? pair.value : null, rangeOf(pair.key)[1]);
  }
  return node.range ? Math.max(node.range[1], 0) : fallback;
}
