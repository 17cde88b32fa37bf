/** Settings in kibana.yml and entries of Kibana's keystore: written together, put back together. */
import { z } from 'zod';
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage, fromBase64 } from '../../before-image.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { type GroupMember, writeFilesTogether } from '../../host-file-group.ts';
import type { HostFile } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import {
  digestsOf,
  type GroupImage,
  imageOfFile,
  markGroup,
  readGroup,
  revertGroup,
  strayed,
} from '../file-group.ts';
import { diffText, fileImageSchema } from '../single-file.ts';
import { describeKibanaSetting } from './describe.ts';
import {
  type Entries,
  makeValues,
  openKeystore,
  sameEntries,
  sealEntries,
  type WantedEntries,
  wantedEntries,
} from './entries.ts';
import { keepInVault, missingInVault, type ToKeep } from './kept.ts';
import { refusal } from './refusals.ts';
import { editSettings } from './settings-text.ts';
import { checkByTool, toolWords } from './tool-list.ts';

type Change = ChangeOf<'kibana-setting'>;

const imageSchema = z.strictObject({ version: z.literal(1), files: z.array(fileImageSchema) });

const ymlOf = (change: Change) => `${change.pathConf}/kibana.yml`;
const keystoreOf = (change: Change) => `${change.pathConf}/kibana.keystore`;
const pathsOf = (change: Change) => [ymlOf(change), keystoreOf(change)];

interface Looked {
  readonly yml: HostFile;
  readonly keystore: HostFile | undefined;
  readonly before: string;
  readonly after: string;
  readonly entries: Entries;
  readonly wanted: WantedEntries;
  readonly keystoreDiffers: boolean;
  readonly toKeep: readonly ToKeep[];
}

async function look(change: Change, context: ChangeContext): Promise<Result<Looked>> {
  const read = await readGroup(context, pathsOf(change));
  if (!read.ok) return read;
  const [yml, keystore] = read.value;
  if (yml === undefined)
    return fail(
      appError('PRECONDITION_FAILED', `${ymlOf(change)} does not exist.`, 'Assess the host again.', {
        hostState: 'unchanged',
      }),
    );
  const edited = editSettings(ymlOf(change), change.edits, yml.bytes);
  if (!edited.ok) return edited;
  const { before, after } = edited.value;
  if (before !== after && context.digest.sha256(yml.bytes) !== change.expects)
    return fail(
      appError(
        'FILE_CHANGED_UNDERNEATH',
        `${ymlOf(change)} is not what the plan was made on.`,
        'Assess the host again and make a new plan.',
        { hostState: 'unchanged' },
      ),
    );
  const asked = change.keystore.set.length + change.keystore.remove.length + (change.keep?.length ?? 0) > 0;
  const opened = asked
    ? openKeystore(change, keystore?.bytes, context.kibanaKeystore)
    : succeed<Entries>(new Map());
  if (!opened.ok) return opened;
  const wanted = await wantedEntries(change, opened.value, context);
  if (!wanted.ok) return wanted;
  const made = wanted.value.toMake.map((wish) => wish.name);
  const why = refusal(
    change,
    { yml: before, entries: opened.value },
    { yml: after, entries: wanted.value.entries, made },
  );
  if (why !== undefined)
    return fail(
      appError('PRECONDITION_FAILED', `${why}.`, 'Plan it differently. Nothing was changed.', {
        hostState: 'unchanged',
      }),
    );
  const toKeep = await missingInVault(change, wanted.value, context);
  if (!toKeep.ok) return toKeep;
  const keystoreDiffers = made.length > 0 || !sameEntries(opened.value, wanted.value.entries);
  return succeed({
    yml,
    keystore,
    before,
    after,
    entries: opened.value,
    wanted: wanted.value,
    keystoreDiffers,
    toKeep: toKeep.value,
  });
}

function diffsOf(change: Change, looked: Looked): readonly Diff[] {
  const { before, after, entries, wanted, keystoreDiffers, keystore, toKeep } = looked;
  const names = (from: Entries) => [...from.keys()].sort();
  const shown = (name: string) =>
    entries.has(name) && entries.get(name) !== wanted.entries.get(name) ? `${name} (new value)` : name;
  return [
    ...(before === after
      ? []
      : [{ subject: ymlOf(change), before: diffText(before), after: diffText(after) }]),
    ...(keystoreDiffers
      ? [
          {
            subject: `entries of ${keystoreOf(change)}`,
            before: keystore === undefined ? '(no file)' : names(entries).join('\n'),
            after: names(wanted.entries).map(shown).join('\n'),
          },
        ]
      : []),
    ...(toKeep.length > 0
      ? [
          {
            subject: 'keys of Kibana in the vault',
            before: '(not there)',
            after: toKeep.map(({ name }) => name).join('\n'),
          },
        ]
      : []),
  ];
}

/** A new keystore belongs to whom kibana.yml belongs, and is nothing for others. */
function newKeystore(yml: HostFile) {
  const mode = (Number.parseInt(yml.mode, 8) & 0o660).toString(8).padStart(4, '0');
  return { owner: String(yml.uid), group: String(yml.gid), mode };
}

async function members(
  change: Change,
  looked: Looked,
  context: ChangeContext,
): Promise<Result<readonly GroupMember[]>> {
  const { yml, keystore, before, after, wanted } = looked;
  const complete = looked.keystoreDiffers
    ? await makeValues(wanted, context)
    : succeed<Entries>(wanted.entries);
  if (!complete.ok) return complete;
  return succeed([
    ...(before === after
      ? []
      : [
          {
            path: ymlOf(change),
            bytes: new TextEncoder().encode(after),
            expects: context.digest.sha256(yml.bytes),
          },
        ]),
    ...(looked.keystoreDiffers
      ? [
          {
            path: keystoreOf(change),
            bytes: sealEntries(complete.value, context.kibanaKeystore),
            expects: keystore === undefined ? 'absent' : context.digest.sha256(keystore.bytes),
            ...(keystore === undefined ? newKeystore(yml) : {}),
          },
        ]
      : []),
  ]);
}

/** After an interruption: digest of the keystore that is there, when it can only be the one that this change wrote. */
async function writtenKeystore(
  change: Change,
  was: GroupImage | undefined,
  context: ChangeContext,
): Promise<string | undefined> {
  const read = await readGroup(context, [keystoreOf(change)]);
  const file = read.ok ? read.value[0] : undefined;
  if (file === undefined) return undefined;
  const now = openKeystore(change, file.bytes, context.kibanaKeystore);
  const old = openKeystore(
    change,
    was?.was === 'file' ? fromBase64(was.bytes) : undefined,
    context.kibanaKeystore,
  );
  if (!now.ok || !old.ok) return undefined;
  const set = change.keystore.set.map((entry) => entry.name);
  const ours =
    set.every((name) => now.value.has(name)) && change.keystore.remove.every((name) => !now.value.has(name));
  const others = (entries: Entries) =>
    new Map([...entries].filter(([name]) => !set.includes(name) && !change.keystore.remove.includes(name)));
  return ours && sameEntries(others(now.value), others(old.value))
    ? context.digest.sha256(file.bytes)
    : undefined;
}

export const kibanaSetting: ChangeKind<'kibana-setting'> = {
  kind: 'kibana-setting',

  describe: describeKibanaSetting,

  byHand: (change) => [
    ...pathsOf(change).map((path) => ({ do: 'file' as const, path })),
    ...(change.unit === undefined ? [] : [{ do: 'restart' as const, unit: change.unit }]),
  ],

  async inspect(change, context) {
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const diffs = diffsOf(change, looked.value);
    const words = looked.value.keystoreDiffers ? await toolWords(change, context) : succeed([]);
    return words.ok ? succeed({ inPlace: diffs.length === 0, diffs, words: words.value }) : words;
  },

  async capture(change, context) {
    const read = await readGroup(context, pathsOf(change));
    return read.ok
      ? succeed(
          encodeImage({
            version: 1,
            files: pathsOf(change).map((path, index) => imageOfFile(path, read.value[index])),
          }),
        )
      : read;
  },

  async apply(change, _before, context): Promise<Result<Mark>> {
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const kept = await keepInVault(looked.value.toKeep, context);
    if (!kept.ok) return kept;
    const open = await members(change, looked.value, context);
    if (!open.ok) return open;
    const written = await writeFilesTogether(context.host, open.value, {
      tag: context.tag,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    });
    if (!written.ok) return written;
    const mark = await markGroup(context, pathsOf(change), digestsOf(context, open.value));
    return mark.ok || open.value.length === 0 ? mark : afterWriting(mark);
  },

  async verify(change, mark, context) {
    const wrong = await strayed(context, pathsOf(change), mark);
    if (!wrong.ok) return wrong;
    const looked = wrong.value.length === 0 ? await look(change, context) : undefined;
    if (looked?.ok === true && diffsOf(change, looked.value).length === 0)
      return await checkByTool(change, context);
    return fail(
      appError(
        'VERIFY_FAILED',
        `${(wrong.value.length > 0 ? wrong.value : pathsOf(change)).join(', ')} does not read back as it was written.`,
        'Find out what else writes these files.',
        { hostState: 'changed' },
      ),
    );
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const { files } = image.value;
    const [yml, keystore] = files;
    const edited =
      yml?.was === 'file' ? editSettings(yml.path, change.edits, fromBase64(yml.bytes)) : undefined;
    const sealed = mark === undefined ? await writtenKeystore(change, keystore, context) : undefined;
    const wrote = {
      ...(edited?.ok === true ? { [ymlOf(change)]: context.digest.sha256(edited.value.after) } : {}),
      ...(sealed === undefined ? {} : { [keystoreOf(change)]: sealed }),
    };
    return await revertGroup(context, files, mark, wrote);
  },
};
