/** What the drop-in kind asks a host and tells it: folder, file, daemon-reload. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { writeFileAtomic } from '../../host-files.ts';
import { afterWriting, prelude, runChecked, textOf } from '../../host-script.ts';

import { isSshd } from '../sshd.ts';
import { whileArmed } from '../under-guard.ts';

type Change = ChangeOf<'systemd-dropin'>;

export function folderOf(change: Change): string {
  return `/etc/systemd/system/${change.unit}.d`;
}

export function pathOf(change: Change): string {
  return `${folderOf(change)}/${change.name}`;
}

const folderScript = `${prelude}
command -v systemctl >/dev/null 2>&1 && [ -d "$2" ] || exit 62
[ -L "$1" ] && exit 46
if [ -d "$1" ]; then echo there; else echo absent; fi
`;

const noSystemd = appError(
  'PRECONDITION_FAILED',
  'This host does not run systemd.',
  'Change the start script of the service by hand.',
  { hostState: 'unchanged' },
);

export async function folderState(
  change: Change,
  context: ChangeContext,
): Promise<Result<'absent' | 'there'>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'dropin-folder',
      script: folderScript,
      args: [folderOf(change), '/run/systemd/system'],
      privileged: true,
      deadlineSeconds: 20,
    },
    {
      doing: `look at ${folderOf(change)}`,
      explain: (output) => (output.exitCode === 62 ? noSystemd : undefined),
    },
    context.signal,
  );
  return ran.ok ? succeed(textOf(ran.value).trim() === 'there' ? 'there' : 'absent') : ran;
}

const makeFolderScript = `${prelude}
[ -d "$1" ] || mkdir -m 755 -- "$1" || exit 1
command -v restorecon >/dev/null 2>&1 && restorecon -- "$1" 2>/dev/null
exit 0
`;

// systemd reads a drop-in that it does not understand with a warning and goes on without it: the warning is the check.
const reloadScript = `${prelude}
systemctl daemon-reload || exit 1
if [ -e "$2" ] && command -v systemd-analyze >/dev/null 2>&1; then
  said=$(systemd-analyze verify --man=no "$1" 2>&1 | grep -F -- "$2" | head -n 5)
  if [ -n "$said" ]; then printf '%s\\n' "$said" >&2; exit 63; fi
fi
exit 0
`;

export async function reload(change: Change, context: ChangeContext): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'systemd-reload',
      script: reloadScript,
      args: [change.unit, pathOf(change)],
      privileged: true,
      deadlineSeconds: 60,
    },
    {
      doing: 'let systemd read its units again',
      hostState: 'changed',
      explain: (output) =>
        output.exitCode === 63
          ? appError(
              'PRECONDITION_FAILED',
              `systemd does not accept ${pathOf(change)}.`,
              'Report this; the unit was left as it was.',
              {
                hostState: 'changed',
                detail: textOf(output.stderr).slice(0, 500),
              },
            )
          : undefined,
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

const removeFolderScript = `${prelude}
[ -d "$1" ] && [ ! -L "$1" ] && rmdir -- "$1" 2>/dev/null
exit 0
`;

const effectiveScript = `${prelude}
systemctl show -p DropInPaths -p NeedDaemonReload -- "$1"
`;

/** Whether systemd has read the drop-in as it is now; a file that it has not read yet changes nothing. */
export async function isEffective(change: Change, context: ChangeContext): Promise<Result<boolean>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'dropin-effective',
      script: effectiveScript,
      args: [change.unit],
      privileged: true,
      deadlineSeconds: 20,
    },
    { doing: `ask systemd about ${change.unit}` },
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).split('\n');
  const paths = lines.find((line) => line.startsWith('DropInPaths='))?.slice('DropInPaths='.length) ?? '';
  return succeed(paths.split(' ').includes(pathOf(change)) && lines.includes('NeedDaemonReload=no'));
}

/**
 * Folder, file and daemon-reload. `expects`: digest of the file as it must still be, or `absent`. Errors: PRECONDITION_FAILED
 * when systemd does not accept it, FILE_CHANGED_UNDERNEATH.
 */
export async function put(change: Change, context: ChangeContext, expects: string): Promise<Result<void>> {
  const folder = folderOf(change);
  const made = await runChecked(
    context.host,
    {
      name: 'dropin-make-folder',
      script: makeFolderScript,
      args: [folder],
      privileged: true,
      deadlineSeconds: 20,
    },
    { doing: `create ${folder}` },
  );
  if (!made.ok) {
    return made;
  }
  const written = await writeFileAtomic(
    context.host,
    pathOf(change),
    new TextEncoder().encode(change.content),
    {
      owner: 'root',
      group: 'root',
      mode: '0644',
      tag: context.tag,
      expects,
      ...(isSshd(change.unit) ? { onlyWhile: whileArmed(context) } : {}),
    },
  );
  return afterWriting(written.ok ? await reload(change, context) : written);
}

/** Removes the folder when it is empty. */
export async function dropFolder(change: Change, context: ChangeContext): Promise<void> {
  await runChecked(
    context.host,
    {
      name: 'dropin-remove-folder',
      script: removeFolderScript,
      args: [folderOf(change)],
      privileged: true,
      deadlineSeconds: 20,
    },
    { doing: `remove ${folderOf(change)}` },
  );
}
