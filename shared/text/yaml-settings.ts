/**
 * Reads a settings file as Elasticsearch does: nested and flat spelling mean the same, lists and single values too, of two
 * spellings of one setting the later wins without a word, aliases stand for their own names, and `a.0` with `a.1` is the list
 * `a` (seen with the settings loader of 8.19.21 and 9.4.3).
 */
import { isSecretName, redacted } from './redact.ts';
import { parseYamlTree } from './yaml-tree.ts';

export interface YamlSetting {
  /** Full dotted name. */
  readonly key: string;
  /** As text; lists keep their order; nothing at all for an empty setting. */
  readonly values: readonly string[];
  /** From 1. */
  readonly line: number;
  readonly secretLike: boolean;
}

export type YamlSettings =
  | {
      readonly ok: true;
      /** In the order of the file; a name may occur twice, then it is in `duplicates` too. */
      readonly settings: readonly YamlSetting[];
      /** Names that are given more than once, in whatever spelling. */
      readonly duplicates: readonly string[];
    }
  | { readonly ok: false; readonly message: string; readonly line: number };

/** Values are clear: redact (`redactSettings`) before they leave the place where they were read. */
export function readYamlSettings(text: string): YamlSettings {
  const tree = parseYamlTree(withoutMark(text));
  if (!tree.ok) return tree;
  const seen = new Set<string>();
  const duplicates = new Set(tree.twice.map((one) => one.key));
  const settings = tree.leaves.map((leaf) => {
    const name = listName(leaf.key);
    if (seen.has(leaf.key)) duplicates.add(leaf.key);
    seen.add(leaf.key);
    return { key: leaf.key, values: leaf.values, line: leaf.line, secretLike: isSecretName(name) };
  });
  return { ok: true, settings: withLists(settings), duplicates: [...duplicates] };
}

/** `a.0: x` and `a.1: y` become `a: [x, y]`. With an `a` of its own Elasticsearch does not start, so it stays as it is then. */
function withLists(settings: readonly YamlSetting[]): readonly YamlSetting[] {
  const lastOf = new Map(settings.map((setting) => [setting.key, setting]));
  const taken = new Set<string>();
  const lists = new Map<string, YamlSetting>();
  for (const [key, first] of lastOf) {
    const name = /^(.+)\.0$/.exec(key)?.[1];
    if (name === undefined || lastOf.has(name) || first.values.length !== 1) continue;
    const values: string[] = [];
    for (
      let at = lastOf.get(`${name}.0`);
      at?.values.length === 1;
      at = lastOf.get(`${name}.${values.length}`)
    ) {
      taken.add(`${name}.${values.length}`);
      values.push(...at.values);
    }
    lists.set(key, { ...first, key: name, values });
  }
  return settings.flatMap((setting) => {
    const list = lists.get(setting.key);
    if (list !== undefined && lastOf.get(setting.key) === setting) return [list];
    return taken.has(setting.key) ? [] : [setting];
  });
}

/** `realms.0.password` holds a secret because `password` does; a trailing position does not hide that. */
function listName(key: string): string {
  return key.replace(/\.\d+$/, '');
}

/** The same settings with secret-like values replaced; empty values stay empty, so that "not set" can still be told. */
export function redactSettings(settings: readonly YamlSetting[]): readonly YamlSetting[] {
  return settings.map((setting) =>
    setting.secretLike
      ? { ...setting, values: setting.values.map((value) => (value === '' ? '' : redacted)) }
      : setting,
  );
}

/** The value that Elasticsearch takes: the last one given. `undefined` when the setting is absent or empty. */
export function settingValue(
  settings: readonly { readonly key: string; readonly values: readonly string[] }[],
  key: string,
): string | undefined {
  const found = settings.filter((setting) => setting.key === key).at(-1);
  return found && found.values.length > 0 ? found.values.join(',') : undefined;
}

/** `true`, `yes` and `on` switch a setting on (seen on 8.19 for `yes`). */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|yes|on)$/i.test(value.trim());
}

export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
