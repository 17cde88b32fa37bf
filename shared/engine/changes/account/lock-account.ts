/** Takes every way in from an account: password, shell, keys, groups, sudo rules. Undoing puts back exactly its own lines and files. */
import { z } from 'zod';
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage } from '../../before-image.ts';
import type { ChangeContext, Inspection, Mark } from '../../change-kind.ts';
import { afterWriting, prelude, runChecked, textOf } from '../../host-script.ts';
import { drift } from '../single-file.ts';
import {
  isLocked,
  isMember,
  lineOf,
  shellOf,
  withLine,
  withLock,
  withoutMember,
  withShell,
} from './account-files.ts';
import { type AccountFile, editAccountFile, noSuchAccount, readAccountFile } from './line-edit.ts';
import { existing, putBack, setAside } from './set-aside.ts';

type Account = ChangeOf<'account'>;
export type LockChange = Account & { readonly action: Extract<Account['action'], { do: 'lock' }> };

const lineSchema = z.strictObject({
  file: z.enum(['passwd', 'shadow', 'group', 'gshadow']),
  name: z.string(),
  before: z.string(),
  after: z.string(),
});
type Line = z.infer<typeof lineSchema>;
const imageSchema = z.strictObject({
  do: z.literal('lock'),
  lines: z.array(lineSchema),
  aside: z.array(z.string()),
});

interface Seen {
  /** Every line that the change is about, as it is and as it should be. */
  readonly lines: readonly Line[];
  /** Keys and sudo rules that are still in their place. */
  readonly inTheirPlace: readonly string[];
}

const whoScript = `${prelude}
echo "\${SUDO_USER:-$(id -un)}"
`;

function refuse(
  code: 'ACCESS_WOULD_BE_LOST' | 'INPUT_INVALID',
  message: string,
  nextStep: string,
): Result<never> {
  return fail(appError(code, message, nextStep, { hostState: 'unchanged' }));
}

function asidePaths(change: LockChange): readonly string[] {
  return [...change.action.authorizedKeys, ...change.action.sudoersFiles];
}

async function see(change: LockChange, context: ChangeContext): Promise<Result<Seen>> {
  const { user, action } = change;
  const texts: Partial<Record<AccountFile, string>> = {};
  for (const file of ['passwd', 'shadow', 'group', 'gshadow'] as const) {
    const text = await readAccountFile(context, file);
    if (!text.ok) {
      return text;
    }
    if (text.value !== undefined) {
      texts[file] = text.value;
    }
  }
  const passwd = lineOf(texts.passwd ?? '', user);
  const shadow = lineOf(texts.shadow ?? '', user);
  if (passwd === undefined || shadow === undefined) {
    return noSuchAccount(user);
  }
  if (passwd.split(':')[2] === '0') {
    return refuse(
      'ACCESS_WOULD_BE_LOST',
      `${user} is root; Bulwark does not lock root.`,
      'Choose another account for the service.',
    );
  }
  const lines: Line[] = [
    { file: 'passwd', name: user, before: passwd, after: withShell(passwd, action.shell) },
    { file: 'shadow', name: user, before: shadow, after: withLock(shadow) },
  ];
  for (const group of action.leaveGroups) {
    for (const file of ['group', 'gshadow'] as const) {
      const line = lineOf(texts[file] ?? '', group);
      if (line !== undefined && isMember(line, user)) {
        lines.push({ file, name: group, before: line, after: withoutMember(line, user) });
      }
    }
  }
  const there = await existing(context.host, asidePaths(change), context.signal);
  return there.ok ? succeed({ lines, inTheirPlace: there.value }) : there;
}

/** Nobody cuts the branch that they sit on. */
async function checkNotOurselves(change: LockChange, context: ChangeContext): Promise<Result<void>> {
  if (!change.action.sudoersFiles.every((path) => path.startsWith('/etc/sudoers.d/'))) {
    return refuse(
      'INPUT_INVALID',
      'Only files below /etc/sudoers.d can be set aside.',
      'Take the account out of /etc/sudoers by hand.',
    );
  }
  const ran = await runChecked(
    context.host,
    { name: 'who-am-i', script: whoScript, privileged: true, deadlineSeconds: 20 },
    { doing: 'find out who is logged in' },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  return textOf(ran.value).trim() === change.user
    ? refuse(
        'ACCESS_WOULD_BE_LOST',
        `You are logged in as ${change.user}; locking it would lock you out.`,
        'Connect with another account, then plan again.',
      )
    : succeed(undefined);
}

/** The shadow line is never shown: locked or not is all there is to say. */
function diffOf(line: Line): Diff {
  switch (line.file) {
    case 'passwd':
      return { subject: `shell of ${line.name}`, before: shellOf(line.before), after: shellOf(line.after) };
    case 'shadow':
      return {
        subject: `password of ${line.name}`,
        before: isLocked(line.before) ? 'locked' : 'can be used',
        after: 'locked',
      };
    case 'group':
    case 'gshadow':
      return {
        subject: `members of the group ${line.name}`,
        before: line.before.split(':')[3] ?? '',
        after: line.after.split(':')[3] || '(none)',
      };
  }
}

export async function inspectLock(change: LockChange, context: ChangeContext): Promise<Result<Inspection>> {
  const safe = await checkNotOurselves(change, context);
  if (!safe.ok) {
    return safe;
  }
  const seen = await see(change, context);
  if (!seen.ok) {
    return seen;
  }
  const wrong = seen.value.lines.filter((line) => line.before !== line.after);
  const diffs = [
    ...wrong.filter((line) => line.file !== 'gshadow').map(diffOf),
    ...seen.value.inTheirPlace.map((path) => ({
      subject: path,
      before: 'in use',
      after: 'set aside beside itself',
    })),
  ];
  return succeed({
    inPlace: wrong.length === 0 && seen.value.inTheirPlace.length === 0,
    diffs,
    words: diffs.length === 0 ? [] : ['Sessions that are open under this account go on until they end.'],
  });
}

export async function captureLock(change: LockChange, context: ChangeContext): Promise<Result<Uint8Array>> {
  const seen = await see(change, context);
  return seen.ok
    ? succeed(encodeImage({ do: 'lock', lines: seen.value.lines, aside: seen.value.inTheirPlace }))
    : seen;
}

async function writeLines(
  lines: readonly Line[],
  to: 'before' | 'after',
  context: ChangeContext,
): Promise<Result<void>> {
  for (const file of ['gshadow', 'group', 'shadow', 'passwd'] as const) {
    const mine = lines.filter((line) => line.file === file && line.before !== line.after);
    const edited = await editAccountFile(context, file, (text) =>
      mine.reduce((now, line) => withLine(now, line.name, line[to]), text),
    );
    if (!edited.ok) {
      return edited;
    }
  }
  return succeed(undefined);
}

export async function applyLock(change: LockChange, context: ChangeContext): Promise<Result<Mark>> {
  const safe = await checkNotOurselves(change, context);
  if (!safe.ok) {
    return safe;
  }
  const seen = await see(change, context);
  if (!seen.ok) {
    return seen;
  }
  const aside = await setAside(context.host, seen.value.inTheirPlace);
  if (!aside.ok) {
    return aside;
  }
  const written = await writeLines(seen.value.lines, 'after', context);
  const passwd = seen.value.lines.find((line) => line.file === 'passwd');
  return written.ok ? succeed({ passwd: context.digest.sha256(passwd?.after ?? '') }) : afterWriting(written);
}

const statusScript = `${prelude}
u=$1; shift
{ getent passwd "$u" 2>/dev/null || grep "^$u:" /etc/passwd; } | cut -d: -f7
if command -v passwd >/dev/null 2>&1; then s=$(passwd -S "$u" 2>/dev/null | cut -d' ' -f2); fi
echo "\${s:-L}"
for g; do
  { getent group "$g" 2>/dev/null || grep "^$g:" /etc/group; } | cut -d: -f4 | tr , '\\n' | grep -qxF -- "$u" && echo "member $g"
done
exit 0
`;

export async function verifyLock(change: LockChange, context: ChangeContext): Promise<Result<void>> {
  const { user, action } = change;
  const ran = await runChecked(
    context.host,
    {
      name: 'account-status',
      script: statusScript,
      args: [user, ...action.leaveGroups],
      privileged: true,
      deadlineSeconds: 20,
    },
    { doing: `look at the account ${user}`, hostState: 'changed' },
  );
  if (!ran.ok) {
    return ran;
  }
  const [shell, status = '', ...memberships] = textOf(ran.value).trim().split('\n');
  const there = await existing(context.host, asidePaths(change));
  if (!there.ok) {
    return there;
  }
  const right =
    shell === action.shell && status.startsWith('L') && memberships.length === 0 && there.value.length === 0;
  return right
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          `The account ${user} is not locked completely.`,
          'Look at the account on the host.',
          { hostState: 'changed' },
        ),
      );
}

export async function revertLock(
  change: LockChange,
  before: Uint8Array,
  context: ChangeContext & { readonly force: boolean },
): Promise<Result<void>> {
  const image = decodeImage(imageSchema, before);
  if (!image.ok) {
    return image;
  }
  for (const line of image.value.lines) {
    const text = await readAccountFile(context, line.file);
    if (!text.ok) {
      return text;
    }
    const now = lineOf(text.value ?? '', line.name);
    if (now !== line.before && now !== line.after && !context.force) {
      return fail(
        drift(
          line.file === 'passwd' || line.file === 'shadow'
            ? `The account ${change.user}`
            : `The group ${line.name}`,
        ),
      );
    }
  }
  const back = await putBack(context.host, image.value.aside);
  if (!back.ok) {
    return back.error.code === 'PRECONDITION_FAILED' ? fail(drift('A file of keys or sudo rules')) : back;
  }
  return writeLines(image.value.lines, 'before', context);
}
