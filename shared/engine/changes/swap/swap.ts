/**
 * Swap off, now and at boot: what is in memory never reaches an unencrypted disk. Lines of fstab become comments, units
 * that do not come from fstab are masked. What was swapped out stays on the disk: nothing is wiped.
 */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage, fromBase64, toBase64 } from '../../before-image.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { writeFileAtomic } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import {
  captureFile,
  currentMark,
  drift,
  imageOf,
  readRegular,
  revertFile,
  writtenMark,
} from '../single-file.ts';
import { swapByHand } from './by-hand.ts';
import { swapLines, withoutSwap } from './fstab.ts';
import { look, maskUnits, otherTools, type SwapLook, swapOff, swapOn } from './host.ts';

const fstab = '/etc/fstab';

const imageSchema = z.strictObject({
  active: z.array(
    z.strictObject({
      raw: z.string(),
      path: z.string(),
      kind: z.string(),
      used: z.number(),
      priority: z.number().int(),
      uuid: z.string(),
    }),
  ),
  units: z.array(z.string()),
  fstab: z.string(),
});
type Image = z.infer<typeof imageSchema>;

interface Standing {
  readonly seen: SwapLook;
  readonly table: Uint8Array | undefined;
  readonly lines: readonly string[];
}

function unsuitable(message: string, nextStep: string): AppError {
  return appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' });
}

async function stand(context: ChangeContext): Promise<Result<Standing>> {
  const seen = await look(context);
  if (!seen.ok) {
    return seen;
  }
  const refused = obstacle(seen.value);
  if (refused !== undefined) {
    return fail(refused);
  }
  const file = await readRegular(context, fstab);
  if (!file.ok) {
    return file;
  }
  const table = file.value?.bytes;
  return succeed({ seen: seen.value, table, lines: table === undefined ? [] : swapLines(table) });
}

function obstacle(seen: SwapLook): AppError | undefined {
  if (seen.container !== '' && seen.container !== 'none') {
    return unsuitable(
      `This host is a container (${seen.container}): swap belongs to the machine that runs it.`,
      'Turn swap off on that machine.',
    );
  }
  const zram = seen.active.find(({ path }) => path.startsWith('/dev/zram'));
  const maker = seen.makers[0] ?? zram?.path;
  if (maker !== undefined) {
    return unsuitable(
      `Swap on this host is made at boot by ${maker}, which Bulwark does not change.`,
      'Switch that off by its own means, or lock the memory of Elasticsearch instead (bootstrap.memory_lock).',
    );
  }
  if (seen.active.some(({ path }) => path.endsWith(' (deleted)'))) {
    return unsuitable(
      'A swap file was deleted while it is in use: it could not be turned on again.',
      'Turn it off by hand.',
    );
  }
  return undefined;
}

/** A reserve stays free: 64 MiB, or a fiftieth of the memory where that is more. */
function tooFull(seen: SwapLook): AppError | undefined {
  const used = seen.active.reduce((sum, one) => sum + one.used, 0);
  const reserve = Math.max(64 * 1024, seen.memoryTotal / 50);
  const mib = (kib: number) => Math.round(kib / 1024);
  return used > 0 && used + reserve > seen.memoryAvailable
    ? unsuitable(
        `${mib(used)} MiB are swapped out and only ${mib(seen.memoryAvailable)} MiB of memory are available: turning swap off could end programs.`,
        'Free memory or add some, then try again; or lock the memory of Elasticsearch instead (bootstrap.memory_lock).',
      )
    : undefined;
}

/** Puts everything back; each part finds nothing to do where it is back already. */
async function putBack(
  image: Image,
  context: ChangeContext & { readonly force: boolean },
  mark: Mark | undefined,
): Promise<Result<void>> {
  const file = fromBase64(image.fstab);
  const was = imageOf(file, fstab);
  const bytes = was.ok && was.value.was === 'file' ? fromBase64(was.value.bytes) : undefined;
  const wrote = bytes === undefined ? undefined : context.digest.sha256(withoutSwap(bytes));
  const restored = await revertFile(context, fstab, file, mark, wrote);
  if (!restored.ok) {
    return restored;
  }
  const units = await maskUnits(context.host, 'unmask', image.units);
  return afterWriting(units.ok ? await swapOn(context.host, image.active) : units);
}

export const swap: ChangeKind<'swap'> = {
  kind: 'swap',

  describe: (_change: ChangeOf<'swap'>) => ({
    title: 'turn swap off',
    words: [
      'Reads back into memory what is swapped out, then keeps swap off at boot (fstab and systemd units).',
      'Swap files and partitions stay as they are, with what was swapped out to them; Bulwark does not wipe them.',
    ],
    blast: 'none',
    outageSeconds: 0,
    guarded: false,
  }),

  byHand: swapByHand,

  async inspect(_change, context) {
    const now = await stand(context);
    if (!now.ok) {
      return now;
    }
    const { seen, lines } = now.value;
    const full = tooFull(seen);
    if (full !== undefined) {
      return fail(full);
    }
    const diffs = [
      ...seen.active.map((one) => ({
        subject: `swap on ${one.path}`,
        before: `on, priority ${one.priority}`,
        after: 'off',
      })),
      ...lines.map((line) => ({ subject: fstab, before: line, after: `# ${line}` })),
      ...seen.units.map((unit) => ({
        subject: unit,
        before: 'started at boot or on request',
        after: 'masked',
      })),
    ];
    return succeed({ inPlace: diffs.length === 0, diffs, words: [] });
  },

  async capture(_change, context) {
    const now = await stand(context);
    if (!now.ok) {
      return now;
    }
    const file = await captureFile(context, fstab);
    const { active, units } = now.value.seen;
    return file.ok ? succeed(encodeImage({ active, units, fstab: toBase64(file.value) })) : file;
  },

  async apply(_change, before, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) {
      return image;
    }
    const now = await stand(context);
    if (!now.ok) {
      return now;
    }
    const { seen, table, lines } = now.value;
    const full = tooFull(seen);
    if (full !== undefined) {
      return fail(full);
    }
    const off = seen.active.length === 0 ? succeed(undefined) : await swapOff(context.host, seen.active);
    if (!off.ok) {
      return off;
    }
    let done: Result<void> = succeed(undefined);
    const next = table !== undefined && lines.length > 0 ? withoutSwap(table) : undefined;
    if (table !== undefined && next !== undefined) {
      done = await writeFileAtomic(context.host, fstab, next, {
        tag: context.tag,
        expects: context.digest.sha256(table),
      });
    }
    if (done.ok && (lines.length > 0 || seen.units.length > 0)) {
      done = await maskUnits(context.host, 'mask', seen.units);
    }
    const marking = () =>
      next === undefined
        ? currentMark(context, fstab)
        : writtenMark(context, fstab, context.digest.sha256(next));
    const mark = done.ok ? await marking() : done;
    if (mark.ok) {
      return succeed({ file: mark.value });
    }
    const back = await putBack(image.value, { ...context, force: false }, undefined);
    return back.ok ? fail({ ...mark.error, hostState: 'restored' }) : afterWriting(mark);
  },

  async verify(_change, mark, context) {
    const now = await stand(context);
    if (!now.ok) {
      return now;
    }
    const file = await currentMark(context, fstab);
    if (!file.ok) {
      return file;
    }
    const others = await otherTools(context);
    if (!others.ok) {
      return others;
    }
    const { seen, lines } = now.value;
    const wrong =
      seen.active.length > 0 || others.value !== ''
        ? 'Swap is on again, or will be at the next boot.'
        : lines.length > 0 || seen.units.length > 0
          ? 'The next boot would turn swap on.'
          : file.value !== mark['file']
            ? `${fstab} does not read back as it was written.`
            : undefined;
    return wrong === undefined
      ? succeed(undefined)
      : fail(
          appError('VERIFY_FAILED', wrong, 'Find out what else turns swap on.', {
            hostState: 'changed',
            detail: others.value.slice(0, 300),
          }),
        );
  },

  async revert(_change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) {
      return image;
    }
    const seen = await look(context);
    if (!seen.ok) {
      return seen;
    }
    const known = new Set(
      image.value.active.flatMap(({ raw, uuid }) => [raw, ...(uuid === '' ? [] : [uuid])]),
    );
    const strange = seen.value.active.find(({ raw, uuid }) => !known.has(raw) && !known.has(uuid));
    if (strange !== undefined && !context.force) {
      return fail(drift(`Swap (${strange.path} was turned on)`));
    }
    return putBack(image.value, context, mark);
  },
};
