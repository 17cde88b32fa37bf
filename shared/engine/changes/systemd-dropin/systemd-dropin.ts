/** One drop-in file of a systemd unit, followed by a daemon-reload; it takes effect at the unit's next start. */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage, fromBase64, toBase64 } from '../../before-image.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { writeFileAtomic } from '../../host-files.ts';
import { afterWriting, prelude, runChecked, textOf } from '../../host-script.ts';
import { captureFile, currentMark, diffText, readRegular, revertFile, verifyFile } from '../single-file.ts';

type Change = ChangeOf<'systemd-dropin'>;

const imageSchema = z.strictObject({ folder: z.enum(['absent', 'there']), file: z.string() });

function folderOf(change: Change): string {
  return `/etc/systemd/system/${change.unit}.d`;
}

function pathOf(change: Change): string {
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

async function folderState(change: Change, context: ChangeContext): Promise<Result<'absent' | 'there'>> {
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

async function reload(change: Change, context: ChangeContext): Promise<Result<void>> {
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

const effectiveScript = `${prelude}
systemctl show -p DropInPaths -p NeedDaemonReload -- "$1"
`;

const removeFolderScript = `${prelude}
[ -d "$1" ] && [ ! -L "$1" ] && rmdir -- "$1" 2>/dev/null
exit 0
`;

export const systemdDropin: ChangeKind<'systemd-dropin'> = {
  kind: 'systemd-dropin',

  describe: (change) => ({
    title: `add ${change.name} to the systemd unit ${change.unit}`,
    words: [`Writes ${pathOf(change)}. It takes effect when the service is started again.`],
    blast: 'restart',
    outageSeconds: 0,
    guarded: false,
    restarts: change.unit,
  }),

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
    const inPlace = now === change.content && read.value?.mode === '0644' && read.value.uid === 0;
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

  async apply(change, _before, context) {
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
      },
    );
    if (!written.ok) {
      return afterWriting(written);
    }
    const reloaded = await reload(change, context);
    if (!reloaded.ok) {
      return afterWriting(reloaded);
    }
    const mark = await currentMark(context, pathOf(change));
    return mark.ok ? succeed({ file: mark.value }) : afterWriting(mark);
  },

  async verify(change, mark, context) {
    const same = await verifyFile(context, pathOf(change), mark);
    if (!same.ok) {
      return same;
    }
    const ran = await runChecked(
      context.host,
      {
        name: 'dropin-effective',
        script: effectiveScript,
        args: [change.unit],
        privileged: true,
        deadlineSeconds: 20,
      },
      { doing: `ask systemd about ${change.unit}`, hostState: 'changed' },
    );
    if (!ran.ok) {
      return ran;
    }
    const lines = textOf(ran.value).split('\n');
    const paths =
      lines
        .find((line) => line.startsWith('DropInPaths='))
        ?.slice('DropInPaths='.length)
        .split(' ') ?? [];
    return paths.includes(pathOf(change)) && lines.includes('NeedDaemonReload=no')
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
    const folder = await folderState(change, context);
    if (!folder.ok) {
      return folder;
    }
    const file = fromBase64(image.value.file);
    const reverted = await revertFile(
      context,
      pathOf(change),
      file,
      mark,
      context.digest.sha256(change.content),
    );
    if (!reverted.ok) {
      return reverted;
    }
    if (image.value.folder === 'absent') {
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
    return reload(change, context);
  },
};
