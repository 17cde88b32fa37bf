/** Replaces or creates one file with given content, owner and mode. */
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { type HostFile, writeFileAtomic } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import { captureFile, currentMark, diffText, readRegular, revertFile, verifyFile } from '../single-file.ts';

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

export const fileContent: ChangeKind<'file-content'> = {
  kind: 'file-content',

  describe: (change) => ({
    title: change.expects === 'absent' ? `create ${change.path}` : `replace the content of ${change.path}`,
    words: [],
    blast: 'none',
    outageSeconds: 0,
    guarded: false,
  }),

  async inspect(change, context) {
    const looked = await look(change, context);
    return looked.ok
      ? succeed({ inPlace: looked.value.diffs.length === 0, diffs: looked.value.diffs, words: [] })
      : looked;
  },

  capture: (change, context) => captureFile(context, change.path),

  async apply(change, _before, context): Promise<Result<Mark>> {
    const looked = await look(change, context);
    if (!looked.ok) {
      return looked;
    }
    const { file, diffs } = looked.value;
    if (diffs.length > 0) {
      const written = await writeFileAtomic(
        context.host,
        change.path,
        new TextEncoder().encode(change.content),
        {
          ...(change.owner === undefined ? {} : { owner: change.owner }),
          ...(change.group === undefined ? {} : { group: change.group }),
          ...(change.mode === undefined ? {} : { mode: change.mode }),
          tag: context.tag,
          expects: file === undefined ? 'absent' : context.digest.sha256(file.bytes),
        },
      );
      if (!written.ok) {
        return written;
      }
    }
    const mark = await currentMark(context, change.path);
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

  revert: (change, before, mark, context) =>
    revertFile(context, change.path, before, mark, context.digest.sha256(change.content)),
};
