/** An Ansible inventory in YAML form: groups with `hosts`, `vars` and `children`. Anchors and tags are not followed. */
import { isMap, isScalar, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { expandRange } from './ansible-ini.ts';
import { Groups, type Inventory, limits, quoted } from './groups.ts';

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
    if (text !== undefined) values.set(key, text);
  }
  return values;
}

function addHosts(groups: Groups, name: string, node: unknown): void {
  for (const { key, value } of pairsOf(node)) {
    const names = expandRange(key, limits.hosts);
    if (names === undefined) {
      groups.ignore(`The range is not understood, or means too many hosts: ${quoted(key)}.`);
      continue;
    }
    for (const one of names)
      if (!groups.addHost(name, one, valuesOf(value)))
        groups.ignore(`${quoted(one)} is one more than the ${limits.hosts} hosts that are read.`);
  }
}

function addGroup(groups: Groups, name: string, node: unknown, depth: number): void {
  const group = groups.group(name);
  if (depth > limits.depth) {
    groups.ignore(`Group ${quoted(name)} lies too deep.`);
    return;
  }
  for (const { key, value } of pairsOf(node)) {
    if (key === 'hosts') addHosts(groups, name, value);
    else if (key === 'vars') for (const [one, text] of valuesOf(value)) group.variables.set(one, text);
    else if (key === 'children')
      for (const child of pairsOf(value)) {
        group.children.add(child.key);
        addGroup(groups, child.key, child.value, depth + 1);
      }
    else groups.ignore(`Group ${quoted(name)}: ${quoted(key)} is not known.`);
  }
}

export function readAnsibleYaml(text: string): Inventory {
  const groups = new Groups();
  if (text.length > limits.characters)
    return { entries: [], ignored: ['The file is too large to be an inventory.'] };
  const document = parseDocument(text, { uniqueKeys: true, schema: 'core', logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined || !isMap(document.contents))
    return {
      entries: [],
      ignored: [
        error === undefined
          ? 'This is no inventory: it holds no groups.'
          : `This is no YAML: ${quoted(error.message.split('\n')[0] ?? '')}.`,
      ],
    };
  for (const { key, value } of pairsOf(document.contents)) addGroup(groups, key, value, 0);
  return groups.inventory();
}
