/** The entries of Kibana's keystore: read, changed, and where the wanted values come from. */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { generatePassword } from '../../elasticsearch/generate-password.ts';
import { readFile } from '../../host-files.ts';
import type { KibanaKeystoreCodec } from '../../ports.ts';

type Change = ChangeOf<'kibana-setting'>;
type Wish = Change['keystore']['set'][number];

/** By name; values are secret. Kibana stores any JSON value. */
export type Entries = ReadonlyMap<string, unknown>;

const entriesSchema = z.record(z.string(), z.unknown());

/** What to do by hand where Bulwark leaves the keystore alone. */
function byHand(change: Change): string {
  const names = [...change.keystore.set.map((entry) => entry.name), ...change.keystore.remove];
  return `Change it with Kibana’s own tool: run “bin/kibana-keystore add” or “remove” for ${names.join(', ')}, then assess again. Nothing was changed.`;
}

/** Errors: PRECONDITION_FAILED for a keystore with a password, or one that cannot be read. */
export function openKeystore(
  change: Change,
  bytes: Uint8Array | undefined,
  codec: KibanaKeystoreCodec,
): Result<Entries> {
  if (bytes === undefined) return succeed(new Map());
  const path = `${change.pathConf}/kibana.keystore`;
  const opened = codec.open(bytes);
  if (!(opened instanceof Secret))
    return fail(
      appError(
        'PRECONDITION_FAILED',
        opened === 'protected'
          ? `${path} has a password, which Bulwark does not handle, or it is damaged.`
          : `${path} is not a keystore of Kibana that Bulwark can read.`,
        opened === 'protected' ? byHand(change) : 'Restore it from a backup, or make a new one by hand.',
        { hostState: 'unchanged' },
      ),
    );
  try {
    return succeed(new Map(Object.entries(entriesSchema.parse(JSON.parse(opened.reveal())))));
  } catch {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `${path} opens and does not hold what Kibana writes.`,
        'Restore it from a backup, or make a new one by hand.',
        { hostState: 'unchanged' },
      ),
    );
  }
}

export function sealEntries(entries: Entries, codec: KibanaKeystoreCodec): Uint8Array {
  return codec.seal(new Secret(JSON.stringify(Object.fromEntries(entries))));
}

/** Whether two keystores hold the same, in whatever order. */
export function sameEntries(left: Entries, right: Entries): boolean {
  return canonicalJson(Object.fromEntries(left)) === canonicalJson(Object.fromEntries(right));
}

/** `keep`: what is there stays. `make`: a generated value is needed and the vault has none yet. */
type Resolved = { readonly value: Secret } | 'keep' | 'make';

async function resolve(
  change: Change,
  wish: Wish,
  has: boolean,
  context: ChangeContext,
): Promise<Result<Resolved>> {
  const source = wish.value;
  if (source.from === 'yaml-setting') {
    const file = await readFile(context.host, source.path, { follow: true });
    if (!file.ok) return file;
    const read =
      file.value === 'absent' ? undefined : readYamlSettings(new TextDecoder().decode(file.value.bytes));
    const value = read?.ok === true ? settingValue(read.settings, source.key) : undefined;
    if (value !== undefined) return succeed({ value: new Secret(value) });
    return has
      ? succeed('keep')
      : fail(
          appError(
            'PRECONDITION_FAILED',
            `${source.key} is not in ${source.path} any more.`,
            'Assess the host again and make a new plan. Nothing was changed.',
            { hostState: 'unchanged' },
          ),
        );
  }
  const kept = await context.secrets.get(source.ref);
  if (kept.ok) return succeed({ value: kept.value });
  if (source.from === 'vault' || kept.error.code !== 'SECRET_MISSING') return kept;
  // Keys of Kibana encrypt what it has saved: one that is there is never replaced by a made one.
  return succeed(has ? 'keep' : 'make');
}

export interface WantedEntries {
  readonly entries: Entries;
  /** Names whose value has still to be made; their value here is empty. */
  readonly toMake: readonly Wish[];
}

/** Reads only. Errors: PRECONDITION_FAILED, SECRET_MISSING, VAULT_LOCKED. */
export async function wantedEntries(
  change: Change,
  now: Entries,
  context: ChangeContext,
): Promise<Result<WantedEntries>> {
  const entries = new Map(now);
  const toMake: Wish[] = [];
  for (const name of change.keystore.remove) entries.delete(name);
  for (const wish of change.keystore.set) {
    const resolved = await resolve(change, wish, now.has(wish.name), context);
    if (!resolved.ok) return resolved;
    if (resolved.value === 'keep') continue;
    if (resolved.value === 'make') toMake.push(wish);
    entries.set(wish.name, resolved.value === 'make' ? '' : resolved.value.value.reveal());
  }
  return succeed({ entries, toMake });
}

/** Makes what is missing; each value is in the vault, durably, before the host sees it. */
export async function makeValues(
  { entries, toMake }: WantedEntries,
  context: ChangeContext,
): Promise<Result<Entries>> {
  const complete = new Map(entries);
  for (const { name, value: source } of toMake) {
    if (source.from !== 'generate') continue;
    const value = generatePassword(context.random, source.length);
    const put = await context.secrets.put(
      source.ref,
      value,
      `${name} in the Kibana keystore of ${context.host.hostId}`,
    );
    if (!put.ok) return put;
    complete.set(name, value.reveal());
  }
  return succeed(complete);
}
