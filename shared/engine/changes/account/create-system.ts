/** Makes a system account without login, password and home of its own; undoing takes exactly its lines away again. */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage } from '../../before-image.ts';
import type { ChangeContext, Inspection, Mark } from '../../change-kind.ts';
import { afterWriting, prelude, runChecked, textOf } from '../../host-script.ts';
import { drift } from '../single-file.ts';
import { lineOf, shellOf, withLine } from './account-files.ts';
import { editAccountFile, readAccountFile } from './line-edit.ts';

type Account = ChangeOf<'account'>;
export type CreateChange = Account & { readonly action: Extract<Account['action'], { do: 'create-system' }> };

const imageSchema = z.strictObject({ do: z.literal('create-system'), groupThere: z.boolean() });

interface Seen {
  readonly passwd: string | undefined;
  readonly group: string | undefined;
}

async function see(change: CreateChange, context: ChangeContext): Promise<Result<Seen>> {
  const passwd = await readAccountFile(context, 'passwd');
  if (!passwd.ok) {
    return passwd;
  }
  const group = await readAccountFile(context, 'group');
  if (!group.ok) {
    return group;
  }
  return succeed({
    passwd: lineOf(passwd.value ?? '', change.user),
    group: lineOf(group.value ?? '', change.action.group),
  });
}

/** An account of this name that fits: its shell and its primary group are the wanted ones. */
function fits(change: CreateChange, seen: Seen): boolean {
  const gid = seen.group?.split(':')[2];
  return (
    seen.passwd !== undefined &&
    shellOf(seen.passwd) === change.action.shell &&
    seen.passwd.split(':')[3] === gid
  );
}

export async function inspectCreate(
  change: CreateChange,
  context: ChangeContext,
): Promise<Result<Inspection>> {
  const seen = await see(change, context);
  if (!seen.ok) {
    return seen;
  }
  if (seen.value.passwd !== undefined && !fits(change, seen.value)) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `An account ${change.user} exists already, with another shell or group.`,
        'Look at the account and correct it by hand.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const inPlace = seen.value.passwd !== undefined;
  const { group, shell, home } = change.action;
  const diff = {
    subject: `account ${change.user}`,
    before: '(no such account)',
    after: `system account, group ${group}, shell ${shell}, home ${home}, no password`,
  };
  return succeed({ inPlace, diffs: inPlace ? [] : [diff], words: [] });
}

export async function captureCreate(
  change: CreateChange,
  context: ChangeContext,
): Promise<Result<Uint8Array>> {
  const seen = await see(change, context);
  return seen.ok
    ? succeed(encodeImage({ do: 'create-system', groupThere: seen.value.group !== undefined }))
    : seen;
}

// The distribution's own tools choose the numbers; BusyBox has its own pair.
const createScript = `${prelude}
u=$1; g=$2; shell=$3; home=$4
if ! getent group "$g" >/dev/null 2>&1 && ! grep -q "^$g:" /etc/group; then
  if command -v groupadd >/dev/null 2>&1; then groupadd --system "$g" || exit 1; else addgroup -S "$g" || exit 1; fi
fi
if command -v useradd >/dev/null 2>&1; then
  useradd --system --gid "$g" --no-user-group --home-dir "$home" --no-create-home --shell "$shell" "$u"
else
  adduser -S -D -H -h "$home" -s "$shell" -G "$g" "$u"
fi
`;

export async function applyCreate(change: CreateChange, context: ChangeContext): Promise<Result<Mark>> {
  const looked = await inspectCreate(change, context);
  if (!looked.ok) {
    return looked;
  }
  const { group, shell, home } = change.action;
  if (!looked.value.inPlace) {
    const made = await runChecked(
      context.host,
      {
        name: 'account-create',
        script: createScript,
        args: [change.user, group, shell, home],
        privileged: true,
        deadlineSeconds: 60,
      },
      { doing: `create the account ${change.user}`, hostState: 'unknown' },
    );
    if (!made.ok) {
      return made;
    }
  }
  const seen = await see(change, context);
  return seen.ok ? succeed({ passwd: context.digest.sha256(seen.value.passwd ?? '') }) : afterWriting(seen);
}

const idScript = `${prelude}
id -gn -- "$1" && id -u -- "$1"
getent passwd "$1" 2>/dev/null || grep "^$1:" /etc/passwd
if command -v passwd >/dev/null 2>&1; then passwd -S "$1" 2>/dev/null | cut -d' ' -f2; fi
exit 0
`;

export async function verifyCreate(change: CreateChange, context: ChangeContext): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    { name: 'account-id', script: idScript, args: [change.user], privileged: true, deadlineSeconds: 20 },
    { doing: `look at the account ${change.user}`, hostState: 'changed' },
  );
  if (!ran.ok) {
    return ran;
  }
  const [group, uid, line = '', status = 'L'] = textOf(ran.value).trim().split('\n');
  const right =
    group === change.action.group &&
    Number(uid) > 0 &&
    shellOf(line) === change.action.shell &&
    !['P', 'PS', 'NP'].includes(status);
  return right
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          `The account ${change.user} is not as it was wanted.`,
          'Look at the account on the host.',
          {
            hostState: 'changed',
          },
        ),
      );
}

const busyScript = `${prelude}
for p in /proc/[0-9]*; do
  [ "$(stat -c %u "$p" 2>/dev/null)" = "$1" ] && exit 69
done
exit 0
`;

export async function revertCreate(
  change: CreateChange,
  before: Uint8Array,
  mark: Mark | undefined,
  context: ChangeContext & { readonly force: boolean },
): Promise<Result<void>> {
  const image = decodeImage(imageSchema, before);
  if (!image.ok) {
    return image;
  }
  const seen = await see(change, context);
  if (!seen.ok) {
    return seen;
  }
  const { passwd } = seen.value;
  if (passwd !== undefined) {
    const ours =
      mark === undefined ? fits(change, seen.value) : context.digest.sha256(passwd) === mark['passwd'];
    if (!ours && !context.force) {
      return fail(drift(`The account ${change.user}`));
    }
    const idle = await runChecked(
      context.host,
      {
        name: 'account-busy',
        script: busyScript,
        args: [passwd.split(':')[2] ?? ''],
        privileged: true,
        deadlineSeconds: 20,
      },
      {
        doing: `remove the account ${change.user}`,
        explain: (output) =>
          output.exitCode === 69
            ? appError(
                'PRECONDITION_FAILED',
                `Processes still run as ${change.user}; the account was left in place.`,
                'Stop or restart the service that uses it, then roll back again.',
                { hostState: 'unchanged', retryable: true },
              )
            : undefined,
      },
    );
    if (!idle.ok) {
      return idle;
    }
  }
  for (const file of ['passwd', 'shadow'] as const) {
    const edited = await editAccountFile(context, file, (text) => withLine(text, change.user, undefined));
    if (!edited.ok) {
      return edited;
    }
  }
  if (image.value.groupThere) {
    return succeed(undefined);
  }
  return removeGroup(change.action.group, context);
}

/** Only a group that nobody else came to use: no members, and nobody's primary group. */
async function removeGroup(group: string, context: ChangeContext): Promise<Result<void>> {
  const passwd = await readAccountFile(context, 'passwd');
  const groups = await readAccountFile(context, 'group');
  if (!passwd.ok || !groups.ok) {
    return passwd.ok ? (groups.ok ? succeed(undefined) : groups) : passwd;
  }
  const fields = lineOf(groups.value ?? '', group)?.split(':');
  if (fields === undefined) {
    return succeed(undefined);
  }
  const used =
    (fields[3] ?? '') !== '' ||
    (passwd.value ?? '').split('\n').some((line) => line.split(':')[3] === fields[2]);
  if (used) {
    return fail(drift(`The group ${group}`));
  }
  for (const file of ['group', 'gshadow'] as const) {
    const edited = await editAccountFile(context, file, (text) => withLine(text, group, undefined));
    if (!edited.ok) {
      return edited;
    }
  }
  return succeed(undefined);
}
