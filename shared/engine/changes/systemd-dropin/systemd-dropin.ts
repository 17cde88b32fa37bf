/** One drop-in file of a systemd unit, followed by a daemon-reload; it takes effect at the unit's next start. */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage, fromBase64, toBase64 } from '../../before-image.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { controlUnit } from '../../elasticsearch/service.ts';
import { fireGuard } from '../../guard.ts';
import { withTold } from '../../guard-saved.ts';
import { afterWriting, textOf } from '../../host-script.ts';
import { onProbation } from '../guarded-files.ts';
import {
  type Around,
  captureFile,
  currentMark,
  diffText,
  imageOf,
  readRegular,
  revertFile,
  verifyFile,
  writtenMark,
} from '../single-file.ts';
import { guardedRestart, isSshd } from '../sshd.ts';
import { usualGuardSeconds, whileArmed } from '../under-guard.ts';
import { dropFolder, folderOf, folderState, isEffective, pathOf, put, reload } from './host.ts';

type Change = ChangeOf<'systemd-dropin'>;

const imageSchema = z.strictObject({ folder: z.enum(['absent', 'there']), file: z.string() });

/** Digest of the file as it is; refused where it is neither what was captured nor what is wanted. */
async function digestNow(
  change: Change,
  before: Uint8Array,
  context: ChangeContext,
): Promise<Result<string>> {
  const image = decodeImage(imageSchema, before);
  const was = image.ok ? imageOf(fromBase64(image.value.file), pathOf(change)) : image;
  if (!was.ok) {
    return was;
  }
  const read = await readRegular(context, pathOf(change));
  if (!read.ok) {
    return read;
  }
  const sha256 = (data: Uint8Array | string) => context.digest.sha256(data);
  const now = read.value === undefined ? 'absent' : sha256(read.value.bytes);
  const captured = was.value.was === 'absent' ? 'absent' : sha256(fromBase64(was.value.bytes));
  return now === captured || now === sha256(change.content)
    ? succeed(now)
    : fail(
        appError(
          'FILE_CHANGED_UNDERNEATH',
          `${pathOf(change)} was changed by somebody else in the meantime.`,
          'Assess the host again and make a new plan.',
          { hostState: 'unchanged', retryable: true },
        ),
      );
}

/** The SSH server takes its drop-in up at once and under guard: a later restart could not be undone by the host itself. */
async function throughRestart(
  change: Change,
  context: ChangeContext,
  folder: 'absent' | 'there',
  /** SHA-256 of what `act` writes, or `absent`. */
  writes: string,
  act: () => Promise<Result<void>>,
): Promise<Result<void>> {
  if (!isSshd(change.unit)) {
    return act();
  }
  return guardedRestart(context, {
    unit: change.unit,
    seconds: change.guardSeconds ?? usualGuardSeconds,
    save: [{ path: pathOf(change), writes, edited: 'aside' }],
    ...(folder === 'absent' ? { folder: folderOf(change) } : {}),
    live: async () => {
      const done = await act();
      return done.ok ? afterWriting(await controlUnit(context.host, change.unit, 'restart')) : done;
    },
  });
}

export const systemdDropin: ChangeKind<'systemd-dropin'> = {
  kind: 'systemd-dropin',

  describe: (change) => ({
    title: `add ${change.name} to the systemd unit ${change.unit}`,
    words: [
      isSshd(change.unit)
        ? `Writes ${pathOf(change)} and restarts the SSH server. The host takes it back unless a fresh connection proves access.`
        : `Writes ${pathOf(change)}. It takes effect when the service is started again.`,
    ],
    blast: isSshd(change.unit) ? 'access' : 'restart',
    outageSeconds: 0,
    guarded: isSshd(change.unit),
    restarts: change.unit,
  }),

  byHand: (change, digest) => [
    { do: 'file', path: pathOf(change), writes: digest.sha256(change.content) },
    { do: 'folder', path: folderOf(change) },
    { do: 'reload' },
    { do: 'restart', unit: change.unit },
  ],

  async inspect(change, context) {
    const folder = await folderState(change, context);
    if (!folder.ok) {
      return folder;
    }
    const read = await readRegular(context, pathOf(change));
    if (!read.ok) {
      return read;
    }
    const now = read.value === undefined ? undefined : textOf(read.value.bytes);
    const probation = isSshd(change.unit) ? await onProbation(context) : succeed(false);
    if (!probation.ok) {
      return probation;
    }
    const there =
      !probation.value && now === change.content && read.value?.mode === '0644' && read.value.uid === 0;
    const effective = there ? await isEffective(change, context) : succeed(false);
    if (!effective.ok) {
      return effective;
    }
    const inPlace = effective.value;
    const diffs = inPlace
      ? []
      : [{ subject: pathOf(change), before: diffText(now), after: diffText(change.content) }];
    return succeed({ inPlace, diffs, words: [] });
  },

  async capture(change, context) {
    const folder = await folderState(change, context);
    if (!folder.ok) {
      return folder;
    }
    const file = await captureFile(context, pathOf(change));
    return file.ok ? succeed(encodeImage({ folder: folder.value, file: toBase64(file.value) })) : file;
  },

  async apply(change, before, context) {
    const expects = await digestNow(change, before, context);
    if (!expects.ok) {
      return expects;
    }
    const looked = await systemdDropin.inspect(change, context);
    if (!looked.ok) {
      return looked;
    }
    if (!isSshd(change.unit) || !looked.value.inPlace) {
      const folder = await folderState(change, context);
      const done = folder.ok
        ? await throughRestart(change, context, folder.value, context.digest.sha256(change.content), () =>
            put(change, context, expects.value),
          )
        : folder;
      if (!done.ok) {
        return done;
      }
    }
    const mark = await writtenMark(context, pathOf(change), context.digest.sha256(change.content));
    return mark.ok ? succeed({ file: mark.value }) : afterWriting(mark);
  },

  async verify(change, mark, context) {
    const same = await verifyFile(context, pathOf(change), mark);
    if (!same.ok) {
      return same;
    }
    const effective = await isEffective(change, context);
    if (!effective.ok) {
      return afterWriting(effective);
    }
    return effective.value
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `systemd does not use ${pathOf(change)}.`,
            `Look at "systemctl cat ${change.unit}".`,
            {
              hostState: 'changed',
            },
          ),
        );
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) {
      return image;
    }
    const cleared = isSshd(change.unit) ? await fireGuard(context.host, context.tag) : succeed([]);
    if (!cleared.ok) {
      return cleared;
    }
    const folder = await folderState(change, context);
    if (!folder.ok) {
      return folder;
    }
    const was = image.value;
    const wrote = context.digest.sha256(change.content);
    const now = await currentMark(context, pathOf(change));
    if (!now.ok) {
      return now;
    }
    const back = async (around?: Around): Promise<Result<void>> => {
      const reverted = await revertFile(context, pathOf(change), fromBase64(was.file), mark, wrote, around);
      if (!reverted.ok) {
        return reverted;
      }
      if (was.folder === 'absent') {
        await dropFolder(change, context);
      }
      return reload(change, context);
    };
    const file = imageOf(fromBase64(was.file), pathOf(change));
    if (!file.ok) {
      return file;
    }
    const writes =
      file.value.was === 'absent' ? 'absent' : context.digest.sha256(fromBase64(file.value.bytes));
    const reverted =
      isSshd(change.unit) && now.value !== 'absent'
        ? await throughRestart(change, context, folder.value, writes, () =>
            back((_next, write) => write({ onlyWhile: whileArmed(context) })),
          )
        : await back();
    return withTold(reverted, cleared.value);
  },
};
