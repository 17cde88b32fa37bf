/**
 * Kernel parameters, live and at boot, in a file of Bulwark's own whose name sorts after what packages and administrators
 * use. Parameters of the network are guarded.
 */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage, fromBase64, toBase64 } from '../../before-image.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { fireGuard } from '../../guard.ts';
import { withTold } from '../../guard-saved.ts';
import { writeFileAtomic } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import type { HostWriter } from '../../ports.ts';
import { onProbation } from '../guarded-files.ts';
import {
  type Around,
  captureFile,
  currentMark,
  diffText,
  drift,
  imageOf,
  revertFile,
  writtenMark,
} from '../single-file.ts';
import { underGuard, usualGuardSeconds, whileArmed } from '../under-guard.ts';
import { sysctlByHand } from './by-hand.ts';
import { look, ownFile, revertProgram, setLive } from './host.ts';
import { plainValue, procPath, withSettings } from './precedence.ts';
import { liveOf, stand } from './standing.ts';

type Change = ChangeOf<'sysctl'>;
type Values = Change['settings'];

const imageSchema = z.strictObject({
  live: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  file: z.string(),
});

function ofNetwork(change: Change): boolean {
  return change.settings.some(({ key }) => key.startsWith('net.'));
}

async function write(change: Change, text: string | undefined, host: HostWriter, context: ChangeContext) {
  return writeFileAtomic(host, ownFile, new TextEncoder().encode(withSettings(text, change.settings)), {
    ...(text === undefined ? { owner: 'root', group: 'root', mode: '0644' } : {}),
    tag: context.tag,
    ...(ofNetwork(change) ? { onlyWhile: whileArmed(context) } : {}),
    expects: text === undefined ? 'absent' : context.digest.sha256(text),
  });
}

/** Live values from one set to another and then the file; under guard where the network is concerned. */
async function move(
  change: Change,
  from: Values,
  to: Values,
  /** SHA-256 of what `file` writes, or `absent`; undefined when it writes nothing. */
  writes: string | undefined,
  file: (host: HostWriter) => Promise<Result<void>>,
  context: ChangeContext,
): Promise<Result<void>> {
  if (ofNetwork(change)) {
    return underGuard(context, {
      guard: {
        seconds: change.guardSeconds ?? usualGuardSeconds,
        revert: revertProgram,
        files: [{ name: 'live', text: from.map(({ key, value }) => `${procPath(key)} ${value}`).join('\n') }],
        save: writes === undefined ? [] : [{ path: ownFile, writes, edited: 'aside' }],
      },
      note: 'Setting the parameters of the network',
      live: () => setLive(context.host, to, whileArmed(context)),
      lasting: file,
    });
  }
  const live = await setLive(context.host, to);
  if (!live.ok) {
    return live;
  }
  const written = await file(context.host);
  if (written.ok) {
    return written;
  }
  const back = await setLive(context.host, from);
  return back.ok ? written : afterWriting(written);
}

export const sysctl: ChangeKind<'sysctl'> = {
  kind: 'sysctl',

  describe: (change) => ({
    title:
      change.settings.length === 1
        ? `set the kernel parameter ${change.settings[0]?.key} to ${change.settings[0]?.value}`
        : `set ${change.settings.length} kernel parameters`,
    words: [
      `Sets them now, and at every boot by ${ownFile}.`,
      ...(ofNetwork(change) ? ['Parameters of the network can cut access, so the host guards them.'] : []),
    ],
    blast: ofNetwork(change) ? 'access' : 'none',
    outageSeconds: 0,
    guarded: ofNetwork(change),
  }),

  byHand: sysctlByHand,

  async inspect(change, context) {
    const now = await stand(change, context);
    if (!now.ok) {
      return now;
    }
    const probation = ofNetwork(change) ? await onProbation(context) : succeed(false);
    if (!probation.ok) {
      return probation;
    }
    const { seen, text, liveRight, bootRight, words } = now.value;
    const live = change.settings.flatMap(({ key, value }) => {
      const before = liveOf(seen, key) ?? '';
      return before === plainValue(value) ? [] : [{ subject: `${key} (now)`, before, after: value }];
    });
    const file = bootRight
      ? []
      : [{ subject: ownFile, before: diffText(text), after: diffText(withSettings(text, change.settings)) }];
    return succeed({ inPlace: liveRight && bootRight && !probation.value, diffs: [...live, ...file], words });
  },

  async capture(change, context) {
    const now = await stand(change, context);
    if (!now.ok) {
      return now;
    }
    const live = change.settings.map(({ key }) => ({ key, value: liveOf(now.value.seen, key) ?? '' }));
    const file = await captureFile(context, ownFile);
    return file.ok ? succeed(encodeImage({ live, file: toBase64(file.value) })) : file;
  },

  async apply(change, _before, context) {
    const now = await stand(change, context);
    if (!now.ok) {
      return now;
    }
    const { seen, text, liveRight, bootRight } = now.value;
    if (!liveRight || !bootRight) {
      const from = change.settings.map(({ key }) => ({ key, value: liveOf(seen, key) ?? '' }));
      const file = (host: HostWriter): Promise<Result<void>> =>
        bootRight ? Promise.resolve(succeed(undefined)) : write(change, text, host, context);
      const writes = bootRight ? undefined : context.digest.sha256(withSettings(text, change.settings));
      const moved = await move(change, from, change.settings, writes, file, context);
      if (!moved.ok) {
        return moved;
      }
    }
    const mark = bootRight
      ? await currentMark(context, ownFile)
      : await writtenMark(context, ownFile, context.digest.sha256(withSettings(text, change.settings)));
    return mark.ok ? succeed({ file: mark.value }) : afterWriting(mark);
  },

  async verify(change, mark, context) {
    const now = await stand(change, context);
    if (!now.ok) {
      return now;
    }
    const file = await currentMark(context, ownFile);
    if (!file.ok) {
      return file;
    }
    const wrong = !now.value.liveRight
      ? 'A kernel parameter does not have the wanted value.'
      : !now.value.bootRight
        ? 'The next boot would set another value.'
        : file.value !== mark['file']
          ? `${ownFile} does not read back as it was written.`
          : undefined;
    return wrong === undefined
      ? succeed(undefined)
      : fail(
          appError('VERIFY_FAILED', wrong, 'Find out what else sets kernel parameters on this host.', {
            hostState: 'changed',
          }),
        );
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) {
      return image;
    }
    const cleared = ofNetwork(change) ? await fireGuard(context.host, context.tag) : succeed([]);
    if (!cleared.ok) {
      return cleared;
    }
    const seen = await look(
      context,
      change.settings.map(({ key }) => key),
    );
    if (!seen.ok) {
      return seen;
    }
    const was = image.value.live;
    const wanted = new Map(change.settings.map(({ key, value }) => [key, plainValue(value)]));
    const moved = was.filter(({ key, value }) => liveOf(seen.value, key) !== plainValue(value));
    const strange = moved.find(({ key }) => liveOf(seen.value, key) !== wanted.get(key));
    if (strange !== undefined && !context.force) {
      return fail(drift(`The kernel parameter ${strange.key}`));
    }
    const file = fromBase64(image.value.file);
    const wrote = wroteDigest(change, file, context);
    const restore = (host: HostWriter, around?: Around) =>
      revertFile({ ...context, host }, ownFile, file, mark, wrote, around);
    if (moved.length === 0) {
      return withTold(await restore(context.host), cleared.value);
    }
    if (!ofNetwork(change)) {
      // The file first: it is the part that may have drifted, and nothing is restored then.
      const restored = await restore(context.host);
      return restored.ok ? afterWriting(await setLive(context.host, moved)) : restored;
    }
    const from = moved.map(({ key }) => ({ key, value: liveOf(seen.value, key) ?? '' }));
    const guarded: Around = (_next, write) => write({ onlyWhile: whileArmed(context) });
    const fileBefore = imageOf(file, ownFile);
    if (!fileBefore.ok) {
      return fileBefore;
    }
    const writes =
      fileBefore.value.was === 'absent'
        ? 'absent'
        : context.digest.sha256(fromBase64(fileBefore.value.bytes));
    return withTold(
      await move(change, from, moved, writes, (host) => restore(host, guarded), context),
      cleared.value,
    );
  },
};

/** What apply makes of the file that was captured: recognised after a crash that left no mark. */
function wroteDigest(change: Change, file: Uint8Array, context: ChangeContext): string | undefined {
  const image = imageOf(file, ownFile);
  if (!image.ok) {
    return undefined;
  }
  const was =
    image.value.was === 'file' ? new TextDecoder().decode(fromBase64(image.value.bytes)) : undefined;
  return context.digest.sha256(withSettings(was, change.settings));
}
