/** An Ansible inventory in YAML form: groups with `hosts`, `vars` and `children`. Anchors and tags are not followed. */
import { isMap, isScalar, type Node, type Pair, parseDocument, visit, type YAMLMap } from 'yaml';
import { expandRange } from './ansible-ini.ts';
import { Groups, type Inventory, keep, limits, quotedName, tooLarge } from './groups.ts';
import { nestsTooDeep } from './yaml-nesting.ts';

function pairsOf(node: unknown): readonly { readonly key: string; readonly value: unknown }[] {
  if (!isMap(node)) return [];
  return (node as YAMLMap<unknown, unknown>).items.flatMap(({ key, value }: Pair<unknown, unknown>) =>
    isScalar(key) && (typeof key.value === 'string' || typeof key.value === 'number')
      ? [{ key: String(key.value), value }]
      : [],
  );
}

/** A plain value; what is encrypted, tagged, a list or an alias is none. */
function plain(node: unknown): string | undefined {
  if (!isScalar(node) || (node as Node).tag?.startsWith('!') === true) return undefined;
  const { value } = node;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function valuesOf(node: unknown): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { key, value } of pairsOf(node)) {
    const text = plain(value);
    if (text !== undefined) keep(values, key, text);
  }
  return values;
}

function addHosts(groups: Groups, name: string, node: unknown): void {
  for (const { key, value } of pairsOf(node)) {
    if (groups.refused) return;
    const names = expandRange(key, limits.hosts);
    if (names === undefined) {
      groups.ignore(`The range is not understood, or means too many hosts: ${quotedName(key)}.`);
      continue;
    }
    for (const one of names)
      if (!groups.addHost(name, one, valuesOf(value)))
        groups.ignore(`${quotedName(one)} is one more than the ${limits.hosts} hosts that are read.`);
  }
}

function addGroup(groups: Groups, name: string, node: unknown, depth: number): void {
  const group = groups.group(name);
  if (depth > limits.depth) {
    groups.ignore(`Group ${quotedName(name)} lies too deep.`);
    return;
  }
  for (const { key, value } of pairsOf(node)) {
    if (key === 'hosts') addHosts(groups, name, value);
    else if (key === 'vars') for (const [one, text] of valuesOf(value)) keep(group.variables, one, text);
    else if (key === 'children')
      for (const child of pairsOf(value)) {
        if (groups.refused) return;
        groups.addChild(name, child.key);
        addGroup(groups, child.key, child.value, depth + 1);
      }
    else groups.ignore(`Group ${quotedName(name)}: ${quotedName(key)} is not known.`);
  }
}

function keyTwice(contents: YAMLMap): boolean {
  let twice = false;
  visit(contents, {
    Map(_key, map) {
      const keys = map.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []));
      twice ||= new Set(keys).size < keys.length;
      return twice ? visit.BREAK : undefined;
    },
  });
  return twice;
}

export function readAnsibleYaml(text: string): Inventory {
  const groups = new Groups();
  const nothing = (sentence: string): Inventory => ({ entries: [], ignored: [sentence] });
  const refusal = tooLarge(text);
  if (refusal !== undefined) return nothing(refusal);
  const deep = nestsTooDeep(text, limits.nesting);
  if (deep !== undefined)
    return nothing(`Line ${deep} is nested more than ${limits.nesting} times: the file was not read.`);
  // The reader's own search for keys that stand twice takes the square of their number.
  const document = parseDocument(text, { uniqueKeys: false, schema: 'core', logLevel: 'silent' });
  const [error] = document.errors;
  // Its words may repeat a piece of the file.
  if (error !== undefined)
    return nothing(`This is no YAML: line ${error.linePos?.[0].line ?? '?'} is not understood.`);
  if (!isMap(document.contents)) return nothing('This is no inventory: it holds no groups.');
  if (keyTwice(document.contents)) return nothing('This is no YAML: a key stands twice in the same place.');
  for (const { key, value } of pairsOf(document.contents)) addGroup(groups, key, value, 0);
  return groups.inventory();
}
