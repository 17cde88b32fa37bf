/** Entries of the Elasticsearch keystore: set, removed, and the file itself made and put right. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { generatePassword } from '../../elasticsearch/generate-password.ts';
import {
  addEntries,
  expectNames,
  type KeystoreValue,
  makeKeystore,
  readKeystoreFile,
  removeEntries,
  toolPlace,
} from '../../elasticsearch/keystore.ts';
import { halfKeystoreWords } from '../../elasticsearch/tool-leftovers.ts';
import { readFile, removeFile, writeFileAtomic } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import { decodeKeystoreImage, encodeKeystoreImage } from './image.ts';
import { examine, nothingToDo, type Wanted } from './wanted.ts';

type Change = ChangeOf<'keystore-entry'>;

const pathOf = (change: Change) => `${change.install.pathConf}/elasticsearch.keystore`;

/** Generated values are in the vault, durably, before the host sees them. */
async function withGenerated(
  change: Change,
  wanted: Wanted,
  context: ChangeContext,
): Promise<Result<readonly KeystoreValue[]>> {
  const set: KeystoreValue[] = [];
  for (const entry of wanted.set) {
    const source = change.set.find((candidate) => candidate.name === entry.name)?.value;
    if (source?.from !== 'generate' || entry.value.reveal() !== '') {
      set.push(entry);
      continue;
    }
    const value = generatePassword(context.random, source.length);
    const put = await context.secrets.put(
      source.ref,
      value,
      `${entry.name} in the keystore of ${context.host.hostId}`,
    );
    if (!put.ok) {
      return put;
    }
    set.push({ name: entry.name, value });
  }
  return succeed(set);
}

async function write(change: Change, wanted: Wanted, context: ChangeContext): Promise<Result<Mark>> {
  const { place, ownership } = wanted;
  const values = await withGenerated(change, wanted, context);
  if (!values.ok) {
    return values;
  }
  const steps: (() => Promise<Result<void>>)[] = [];
  if (wanted.make !== undefined && (change.ensure || change.set.length > 0)) {
    const { make } = wanted;
    steps.push(() => makeKeystore(context, place, make));
  }
  if (values.value.length > 0) {
    steps.push(() => addEntries(context, place, values.value));
  }
  if (wanted.remove.length > 0) {
    steps.push(() => removeEntries(context, place, wanted.remove));
  }
  for (const [index, step] of steps.entries()) {
    const done = await step();
    if (!done.ok) {
      return index === 0 ? done : afterWriting(done);
    }
  }
  const file = await readKeystoreFile(context, change.install.pathConf);
  if (!file.ok) {
    return steps.length === 0 ? file : afterWriting(file);
  }
  if (file.value === 'absent') {
    return succeed({ digest: 'absent' });
  }
  // The tool gives the file to whoever ran it; a node that cannot read it does not start.
  const { owner, group, mode } = file.value;
  // It also makes the file anew, without the attributes of the old one.
  const attributes = wanted.file === 'absent' ? undefined : wanted.file.attributes;
  const forgot = attributes !== undefined && attributes !== file.value.attributes;
  if (owner !== ownership.owner || group !== ownership.group || mode !== ownership.mode || forgot) {
    const put = await writeFileAtomic(context.host, pathOf(change), file.value.bytes, {
      tag: context.tag,
      ...ownership,
      ...(attributes === undefined ? {} : { attributes }),
    });
    if (!put.ok) {
      return put;
    }
  }
  return succeed({ digest: context.digest.sha256(file.value.bytes) });
}

async function restore(change: Change, before: Uint8Array, context: ChangeContext): Promise<Result<void>> {
  const image = decodeKeystoreImage(before);
  if (image === 'absent') {
    return await removeFile(context.host, pathOf(change));
  }
  return await writeFileAtomic(context.host, pathOf(change), image.bytes, {
    tag: context.tag,
    owner: image.owner,
    group: image.group,
    mode: image.mode,
    ...(image.attributes === undefined ? {} : { attributes: image.attributes }),
  });
}

export const keystoreEntry: ChangeKind<'keystore-entry'> = {
  kind: 'keystore-entry',

  describe(change) {
    const parts = [
      ...(change.set.length > 0 ? [`store ${change.set.map((entry) => entry.name).join(', ')}`] : []),
      ...(change.remove.length > 0 ? [`remove ${change.remove.join(', ')}`] : []),
    ];
    return {
      title:
        parts.length === 0
          ? 'put the Elasticsearch keystore in order'
          : `${parts.join(' and ')} in the Elasticsearch keystore`,
      words: [
        ...(change.ensure
          ? ['The keystore is made when it is missing; owner, group and mode are put right.']
          : []),
        ...(change.set.length + change.remove.length > 0
          ? ['The running node takes the new entries at its next start.']
          : []),
      ],
      blast: 'none',
      outageSeconds: 0,
      guarded: false,
      ...(change.install.unit === undefined || change.set.length + change.remove.length === 0
        ? {}
        : { restarts: change.install.unit }),
    };
  },

  byHand(change) {
    const unit = change.install.unit;
    const restart = change.set.length + change.remove.length > 0;
    return [
      { do: 'file', path: pathOf(change) },
      ...(unit === undefined || !restart ? [] : [{ do: 'restart' as const, unit }]),
    ];
  },

  async inspect(change, context) {
    const wanted = await examine(change, context);
    if (!wanted.ok) {
      return wanted;
    }
    const half = await readFile(context.host, `${pathOf(change)}.tmp`);
    if (!half.ok) {
      return half;
    }
    const { names, file, set, remove, make, ownership } = wanted.value;
    const after = [...names.filter((name) => !remove.includes(name)), ...set.map((entry) => entry.name)];
    const shown = file === 'absent' ? 'absent' : `${file.owner}:${file.group} ${file.mode}`;
    const touched = set.length + remove.length > 0 || make !== undefined;
    return succeed({
      inPlace: nothingToDo(change, wanted.value),
      diffs: [
        ...(touched
          ? [
              {
                subject: `entries of ${pathOf(change)}`,
                before: names.join('\n'),
                after: [...new Set(make === 'create' ? ['keystore.seed', ...after] : after)]
                  .sort()
                  .join('\n'),
              },
            ]
          : []),
        ...(shown === `${ownership.owner}:${ownership.group} ${ownership.mode}`
          ? []
          : [
              {
                subject: pathOf(change),
                before: shown,
                // An earlier step of the same plan may give the directory to another account, and the keystore with it.
                after: `owner and group of its directory (now ${ownership.owner}:${ownership.group}), ${ownership.mode}`,
              },
            ]),
      ],
      words: half.value !== 'absent' && touched ? [halfKeystoreWords(change.install.pathConf)] : [],
    });
  },

  async capture(change, context) {
    const file = await readFile(context.host, pathOf(change));
    return file.ok ? succeed(encodeKeystoreImage(file.value)) : file;
  },

  async apply(change, before, context) {
    const wanted = await examine(change, context);
    if (!wanted.ok) {
      return wanted;
    }
    if (nothingToDo(change, wanted.value)) {
      const digest =
        wanted.value.file === 'absent' ? 'absent' : context.digest.sha256(wanted.value.file.bytes);
      return succeed({ digest });
    }
    context.progress('Writing the keystore', 'applying');
    const written = await write(change, wanted.value, context);
    if (
      written.ok ||
      written.error.hostState === 'unchanged' ||
      written.error.code === 'SSH_CONNECTION_LOST'
    ) {
      return written;
    }
    const back = await restore(change, before, context);
    return fail({ ...written.error, hostState: back.ok ? 'restored' : 'unknown' });
  },

  async verify(change, mark, context) {
    const file = await readKeystoreFile(context, change.install.pathConf);
    if (!file.ok) {
      return file;
    }
    const digest = file.value === 'absent' ? 'absent' : context.digest.sha256(file.value.bytes);
    if (mark['digest'] !== undefined && digest !== mark['digest']) {
      return fail(
        appError(
          'VERIFY_FAILED',
          'The keystore is not the one that was written.',
          'Find out what else writes it.',
          {
            hostState: 'changed',
          },
        ),
      );
    }
    if (file.value === 'absent') {
      return succeed(undefined);
    }
    const place = await toolPlace(context, change.install);
    return place.ok
      ? await expectNames(
          context,
          place.value,
          change.set.map((entry) => entry.name),
          change.remove,
        )
      : place;
  },

  async revert(change, before, mark, context) {
    const file = await readFile(context.host, pathOf(change));
    if (!file.ok) {
      return file;
    }
    const now = file.value === 'absent' ? 'absent' : context.digest.sha256(file.value.bytes);
    const image = decodeKeystoreImage(before);
    const old = image === 'absent' ? 'absent' : context.digest.sha256(image.bytes);
    const ours = mark?.['digest'];
    if (ours !== undefined && now !== ours && now !== old && !context.force) {
      return fail(
        appError(
          'DRIFT',
          'The keystore was changed by somebody else since.',
          'Look at it, then decide whether to restore the old one.',
          {
            hostState: 'unchanged',
          },
        ),
      );
    }
    return await restore(change, before, context);
  },
};
