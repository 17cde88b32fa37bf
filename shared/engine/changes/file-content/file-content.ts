/** Replaces or creates one file with given content, owner and mode. */
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { fireGuard } from '../../guard.ts';
import { withTold } from '../../guard-saved.ts';
import { type HostFile, writeFileAtomic } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import { entranceOf, guardedWrite, onProbation, testCandidate } from '../guarded-files.ts';
import {
  type Around,
  captureFile,
  diffText,
  readRegular,
  revertFile,
  verifyFile,
  writtenMark,
} from '../single-file.ts';
import { reloadProgram, sshdTest } from '../sshd.ts';

type Change = ChangeOf<'file-content'>;

function fourDigits(mode: string): string {
  return mode.padStart(4, '0');
}

function differences(change: Change, file: HostFile | undefined): readonly Diff[] {
  const diffs: Diff[] = [];
  const now = file === undefined ? undefined : new TextDecoder().decode(file.bytes);
  if (now !== change.content) {
    diffs.push({ subject: change.path, before: diffText(now), after: diffText(change.content) });
  }
  const wants = {
    owner: change.owner ?? file?.owner,
    group: change.group ?? file?.group,
    mode: change.mode ?? file?.mode,
  };
  const differs =
    file !== undefined &&
    (file.owner !== wants.owner ||
      file.group !== wants.group ||
      file.mode !== fourDigits(wants.mode ?? file.mode));
  if (file !== undefined && differs) {
    diffs.push({
      subject: `owner and mode of ${change.path}`,
      before: `${file.owner}:${file.group} ${file.mode}`,
      after: `${wants.owner}:${wants.group} ${fourDigits(wants.mode ?? file.mode)}`,
    });
  }
  return diffs;
}

/** The file as it is, after the check that it still is what was planned on. */
async function look(
  change: Change,
  context: ChangeContext,
): Promise<Result<{ file: HostFile | undefined; diffs: readonly Diff[] }>> {
  const read = await readRegular(context, change.path);
  if (!read.ok) {
    return read;
  }
  const file = read.value;
  const diffs = differences(change, file);
  const digest = file === undefined ? 'absent' : context.digest.sha256(file.bytes);
  const wanted = context.digest.sha256(change.content);
  if (diffs.length > 0 && digest !== change.expects && digest !== wanted) {
    return fail(
      appError(
        'FILE_CHANGED_UNDERNEATH',
        `${change.path} is not what the plan was made on.`,
        'Assess the host again and make a new plan.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return succeed({ file, diffs });
}

const mayLose =
  'The tools of this host do not carry extended attributes and ACLs over to a new content, nor tell whether the file has any. If it has, they are lost.';

function losses(file: HostFile | undefined, diffs: readonly Diff[]): readonly string[] {
  return file !== undefined && !file.keepsAttributes && diffs.length > 0 ? [mayLose] : [];
}

/** How the file gets its next content: under guard where people get in by it. */
function aroundOf(change: Change, context: ChangeContext): Around {
  return entranceOf(change.path) === undefined
    ? (_next, write) => write({})
    : (next, write) => guardedWrite(context, change.path, next, write, change.guardSeconds);
}

function encoded(change: Change): Uint8Array {
  return new TextEncoder().encode(change.content);
}

/** By hand nobody proves access; the daemon only takes a configuration that it accepts. */
const reloadSshd = `[ "$1" = undo ] || exit 0
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH
${sshdTest}sshd_test sshd || exit 1
${reloadProgram}`;

export const fileContent: ChangeKind<'file-content'> = {
  kind: 'file-content',

  describe: (change) => ({
    title: change.expects === 'absent' ? `create ${change.path}` : `replace the content of ${change.path}`,
    words:
      entranceOf(change.path) === undefined
        ? []
        : [
            'People get in by this file, so it is tested before it goes live, and the host puts the old one back unless a fresh connection proves access.',
          ],
    blast: entranceOf(change.path) === undefined ? 'none' : 'access',
    outageSeconds: 0,
    guarded: entranceOf(change.path) !== undefined,
  }),

  async inspect(change, context) {
    const looked = await look(change, context);
    if (!looked.ok) {
      return looked;
    }
    const { diffs } = looked.value;
    if (entranceOf(change.path) === undefined) {
      return succeed({ inPlace: diffs.length === 0, diffs, words: losses(looked.value.file, diffs) });
    }
    const probation = await onProbation(context);
    if (!probation.ok) {
      return probation;
    }
    const tested =
      diffs.length === 0 ? succeed([]) : await testCandidate(context, change.path, encoded(change));
    return tested.ok
      ? succeed({
          inPlace: diffs.length === 0 && !probation.value,
          diffs,
          words: [...tested.value, ...losses(looked.value.file, diffs)],
        })
      : tested;
  },

  capture: (change, context) => captureFile(context, change.path),

  async apply(change, _before, context): Promise<Result<Mark>> {
    const looked = await look(change, context);
    if (!looked.ok) {
      return looked;
    }
    const { file, diffs } = looked.value;
    if (diffs.length > 0) {
      const next = encoded(change);
      const written = await aroundOf(change, context)(next, (options) =>
        writeFileAtomic(context.host, change.path, next, {
          ...(change.owner === undefined ? {} : { owner: change.owner }),
          ...(change.group === undefined ? {} : { group: change.group }),
          ...(change.mode === undefined ? {} : { mode: change.mode }),
          tag: context.tag,
          expects: file === undefined ? 'absent' : context.digest.sha256(file.bytes),
          ...options,
        }),
      );
      if (!written.ok) {
        return written;
      }
    }
    const mark = await writtenMark(context, change.path, context.digest.sha256(encoded(change)));
    return mark.ok ? succeed({ file: mark.value }) : afterWriting(mark);
  },

  async verify(change, mark, context) {
    const same = await verifyFile(context, change.path, mark);
    if (!same.ok) {
      return same;
    }
    return (mark['file'] ?? '').startsWith(`${context.digest.sha256(change.content)} `)
      ? succeed(undefined)
      : fail(
          appError('VERIFY_FAILED', `${change.path} has another content.`, 'Find out what else writes it.', {
            hostState: 'changed',
          }),
        );
  },

  byHand: (change, digest) => [
    { do: 'file', path: change.path, writes: digest.sha256(change.content) },
    ...(entranceOf(change.path) === undefined
      ? []
      : [{ do: 'script' as const, script: reloadSshd, args: [] }]),
  ],

  async revert(change, before, mark, context) {
    const cleared =
      entranceOf(change.path) === undefined ? succeed([]) : await fireGuard(context.host, context.tag);
    if (!cleared.ok) {
      return cleared;
    }
    const wrote = context.digest.sha256(change.content);
    const reverted = await revertFile(context, change.path, before, mark, wrote, aroundOf(change, context));
    return withTold(reverted, cleared.value);
  },
};
