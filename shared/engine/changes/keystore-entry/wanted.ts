/** Compares the keystore with what the change wants of it. */
import type { ChangeOf, SecretSource } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { currentKeystoreFormat, parseKeystoreHeader } from '../../../text/keystore-header.ts';
import { readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import type { ChangeContext } from '../../change-kind.ts';
import {
  type KeystoreValue,
  keystoreOwnership,
  listKeystore,
  readKeystoreFile,
  showEntry,
  toolPlace,
} from '../../elasticsearch/keystore.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import type { ToolPlace } from '../../elasticsearch/tool.ts';
import { type HostFile, readFile } from '../../host-files.ts';

type Change = ChangeOf<'keystore-entry'>;

/**
 * A TLS secret without the `.ssl.enabled` line it belongs to makes the node refuse its next start (seen on 8.19.21 and
 * 9.x), so it may only be added once that line is there.
 */
export function orphanedTlsSecret(names: readonly string[], yml: string): string | undefined {
  const read = readYamlSettings(yml);
  const settings = read.ok ? read.settings : [];
  return names.find((name) => {
    const layer = /^(xpack\.security\.(?:http|transport)\.ssl)\..*secure_/.exec(name)?.[1];
    return layer !== undefined && settingValue(settings, `${layer}.enabled`) === undefined;
  });
}

export interface Wanted {
  readonly place: ToolPlace;
  readonly file: HostFile | 'absent';
  readonly names: readonly string[];
  readonly set: readonly KeystoreValue[];
  readonly remove: readonly string[];
  readonly make: 'create' | 'upgrade' | undefined;
  readonly ownership: { readonly owner: string; readonly group: string; readonly mode: string };
  readonly ownershipWrong: boolean;
}

/** The value for an entry; `undefined`: the setting has left its file already, the keystore has it. */
async function resolveSource(
  context: ChangeContext,
  source: SecretSource,
  alreadyThere: boolean,
): Promise<Result<Secret | undefined>> {
  if (source.from === 'yaml-setting') {
    const file = await readFile(context.host, source.path, { follow: true });
    if (!file.ok) {
      return file;
    }
    const read =
      file.value === 'absent' ? undefined : readYamlSettings(new TextDecoder().decode(file.value.bytes));
    const value = read?.ok === true ? settingValue(read.settings, source.key) : undefined;
    if (value === undefined && !alreadyThere) {
      return fail(
        appError(
          'PRECONDITION_FAILED',
          `${source.key} is not in ${source.path} any more.`,
          'Assess the host again.',
          {
            hostState: 'unchanged',
          },
        ),
      );
    }
    return succeed(value === undefined ? undefined : new Secret(value));
  }
  const kept = await context.secrets.get(source.ref);
  return kept.ok || source.from === 'vault' || kept.error.code !== 'SECRET_MISSING'
    ? kept
    : succeed(undefined);
}

/** Reads only. Errors: PRECONDITION_FAILED and those of the keystore's tool. */
export async function examine(change: Change, context: ChangeContext): Promise<Result<Wanted>> {
  const file = await readKeystoreFile(context, change.install.pathConf);
  if (!file.ok) {
    return file;
  }
  const place = await toolPlace(context, change.install);
  const ownership = await keystoreOwnership(context, change.install);
  if (!place.ok || !ownership.ok) {
    return place.ok ? (ownership as Result<never>) : place;
  }
  const listed = file.value === 'absent' ? succeed(undefined) : await listKeystore(context, place.value);
  if (!listed.ok) {
    return listed;
  }
  const names = listed.value ?? [];
  const orphan = orphanedTlsSecret(
    change.set.map((entry) => entry.name),
    (await readYml(context, change.install.pathConf)) ?? '',
  );
  if (orphan !== undefined) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `${orphan} may not be added before elasticsearch.yml has its .ssl.enabled line; the node would not start again.`,
        'Write the line with the value false first, then the secret, then the TLS settings.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const set: KeystoreValue[] = [];
  for (const entry of change.set) {
    const value = await resolveSource(context, entry.value, names.includes(entry.name));
    if (!value.ok) {
      return value;
    }
    if (value.value === undefined) {
      if (entry.value.from === 'generate') {
        set.push({ name: entry.name, value: new Secret('') });
      }
      continue;
    }
    const shown = names.includes(entry.name) ? await showEntry(context, place.value, entry.name) : undefined;
    if (shown?.ok !== true || shown.value.reveal() !== value.value.reveal()) {
      set.push({ name: entry.name, value: value.value });
    }
  }
  const { owner, group, mode } = ownership.value;
  const now = file.value;
  const hex =
    now === 'absent'
      ? ''
      : [...now.bytes.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const format = parseKeystoreHeader(hex)?.formatVersion ?? 0;
  return succeed({
    place: place.value,
    file: now,
    names,
    set,
    remove: change.remove.filter((name) => names.includes(name)),
    make:
      now === 'absent'
        ? 'create'
        : change.ensure && format < currentKeystoreFormat(change.install.version)
          ? 'upgrade'
          : undefined,
    ownership: ownership.value,
    ownershipWrong: now !== 'absent' && (now.owner !== owner || now.group !== group || now.mode !== mode),
  });
}

export function nothingToDo(change: Change, wanted: Wanted): boolean {
  const made =
    wanted.make === undefined || (wanted.make === 'create' && !change.ensure && change.set.length === 0);
  return (
    made && wanted.set.length === 0 && wanted.remove.length === 0 && !(change.ensure && wanted.ownershipWrong)
  );
}
