/** The old directory that a migration keeps, and its removal: a separate act that only the operator orders. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;

/** Where the directory from before stays. */
export function keptPath(change: Pick<Change, 'path'>, tag: string): string {
  return `${change.path}.before-encryption-${tag}`;
}

/** Where a copy grows that comes back to the plain disk. */
export function returningPath(change: Pick<Change, 'path'>, tag: string): string {
  return `${change.path}.returning-${tag}`;
}

export interface KeptData {
  readonly path: string;
  readonly bytes: number;
  readonly entries: number;
}

/** What deleting can and cannot do: said before the operator confirms. */
export const removalWords =
  'Deleting frees the space and makes the files unreachable. It does not destroy their bytes: on an SSD, behind a RAID controller or a journaling or copying file system they can be read from the disk for some time. Only erasing or encrypting the whole disk destroys them.';

const lookScript = `${prelude}
p=$1
[ -e "$p" ] || [ -L "$p" ] || { echo absent; exit 0; }
[ ! -L "$p" ] || exit 46
[ -d "$p" ] || exit 45
while read -r _ _ _ _ point _; do
  case $point in "$p" | "$p"/*) exit 62 ;; esac
done < /proc/self/mountinfo
echo "$(du -skx -- "$p" | tail -n 1 | cut -f 1) $(find "$p" -xdev | wc -l)"
`;

/**
 * Undefined when there is none (any more). Errors: PRECONDITION_FAILED (something is mounted there), FILE_NOT_REGULAR,
 * PROBE_MALFORMED (the host's answer says neither that it is there nor that it is not).
 */
export async function readKept(
  change: Change,
  context: Pick<ChangeContext, 'host' | 'tag' | 'signal'>,
): Promise<Result<KeptData | undefined>> {
  const path = keptPath(change, context.tag);
  const ran = await runChecked(
    context.host,
    { name: 'kept-data', script: lookScript, args: [path], privileged: true, deadlineSeconds: 600 },
    {
      doing: `look at ${path}`,
      explain: (output) =>
        output.exitCode === 62
          ? appError('PRECONDITION_FAILED', `Something is mounted in ${path}.`, 'Unmount it first.', {
              hostState: 'unchanged',
            })
          : undefined,
    },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const said = textOf(ran.value).trim();
  if (said === 'absent') {
    return succeed(undefined);
  }
  const match = /^(\d{1,15}) (\d{1,15})$/.exec(said);
  return match === null
    ? fail(
        appError(
          'PROBE_MALFORMED',
          `The size of ${path} could not be read, so whether it is there is not known.`,
          'Check that `du` and `find` work there on the host, then try again.',
          { hostState: 'unchanged', retryable: true },
        ),
      )
    : succeed({ path, bytes: Number(match[1]) * 1024, entries: Number(match[2]) });
}

const removeScript = `${prelude}
p=$1
case $p in /*.before-encryption-*) ;; *) exit 63 ;; esac
[ -d "$p" ] && [ ! -L "$p" ] || exit 44
while read -r _ _ _ _ point _; do
  case $point in "$p" | "$p"/*) exit 62 ;; esac
done < /proc/self/mountinfo
rm -rf -- "$p" || exit 1
sync
`;

/** Deletes the old directory. The caller has asked the operator, with path and size, and has seen the volume in use. */
export async function removeKept(
  kept: KeptData,
  context: Pick<ChangeContext, 'host'>,
): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'kept-data-remove',
      script: removeScript,
      args: [kept.path],
      privileged: true,
      deadlineSeconds: 3600,
    },
    { doing: `remove ${kept.path}`, hostState: 'changed' },
  );
  return ran.ok ? succeed(undefined) : fail(ran.error);
}
