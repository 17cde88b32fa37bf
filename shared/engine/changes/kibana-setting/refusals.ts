/** Settings with which Kibana would not start, or that would show a secret. */
import type { ChangeOf } from '../../../domain/change.ts';
import { isSecretName } from '../../../text/redact.ts';
import { readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import type { Entries } from './entries.ts';

type Change = ChangeOf<'kibana-setting'>;

/** Keys that Kibana refuses when they are shorter than 32 characters (Kibana's settings reference). */
const encryptionKeys = [
  'xpack.security.encryptionKey',
  'xpack.encryptedSavedObjects.encryptionKey',
  'xpack.reporting.encryptionKey',
];
/** Pairs of which Kibana takes only one ("… cannot be specified when …"). */
const exclusive = [
  ['elasticsearch.serviceAccountToken', 'elasticsearch.username'],
  ['server.ssl.key', 'server.ssl.keystore.path'],
  ['elasticsearch.ssl.key', 'elasticsearch.ssl.keystore.path'],
] as const;

/**
 * One sentence for the first reason against it, judged by what was and what would be in file and keystore; undefined when
 * there is none. What is wrong already is not this change's doing and does not stop it.
 */
export function refusal(
  change: Change,
  before: { readonly yml: string; readonly entries: Entries },
  after: { readonly yml: string; readonly entries: Entries; readonly made: readonly string[] },
): string | undefined {
  const open = change.edits.find((edit) => edit.op === 'set' && isSecretName(edit.key));
  if (open !== undefined)
    return `${open.key} looks like a secret and must go into the keystore, not into kibana.yml`;
  const reader = (yml: string, entries: Entries) => {
    const read = readYamlSettings(yml);
    return (key: string): unknown =>
      entries.has(key) ? entries.get(key) : read.ok ? settingValue(read.settings, key) : undefined;
  };
  const was = reader(before.yml, before.entries);
  const is = reader(after.yml, after.entries);
  for (const [left, right] of exclusive) {
    const both = (get: (key: string) => unknown) => get(left) !== undefined && get(right) !== undefined;
    if (both(is) && !both(was)) return `Kibana does not start with both ${left} and ${right}`;
  }
  if (is('elasticsearch.username') === 'elastic' && was('elasticsearch.username') !== 'elastic')
    return 'Kibana does not start with elasticsearch.username: elastic';
  const variable = change.keystore.set.find(({ name, value }) => {
    const stored = after.entries.get(name);
    return value.from === 'yaml-setting' && typeof stored === 'string' && stored.includes('${');
  });
  if (variable !== undefined)
    return `${variable.name} is taken from a variable, which Kibana does not look up for what is in its keystore`;
  // Set by hand after the assessment, or in kibana.yml, which the keystore outranks.
  const lost = encryptionKeys.find((key) => {
    const value = was(key);
    return value !== undefined && value !== null && value !== '' && is(key) !== value;
  });
  if (lost !== undefined)
    return `${lost} is there already, and what was saved with it could not be read any more`;
  const short = encryptionKeys.find((key) => {
    const value = is(key);
    return value !== was(key) && !after.made.includes(key) && typeof value === 'string' && value.length < 32;
  });
  return short === undefined ? undefined : `${short} needs at least 32 characters`;
}
