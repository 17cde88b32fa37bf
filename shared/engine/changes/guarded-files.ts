/**
 * Files by which people get into a host: the configuration of sshd and of sudo, and what logins read. They are tested by the
 * daemon's own check before they go live, and go live under guard: without proof of access the host puts the old file back.
 */
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { listGuards } from '../guard.ts';
import { prelude, runChecked, tailOf, textOf } from '../host-script.ts';
import { findSocket, reloadProgram, reloadSshd, sshdTest } from './sshd.ts';
import { underGuard, usualGuardSeconds, whileArmed } from './under-guard.ts';

export type Entrance = 'sshd' | 'sudo' | 'login';

const entrances: readonly { readonly entrance: Entrance; readonly files: RegExp }[] = [
  { entrance: 'sshd', files: /^\/etc\/ssh\// },
  { entrance: 'sudo', files: /^\/etc\/sudoers(?:$|\.d\/)/ },
  {
    entrance: 'login',
    files:
      /^\/etc\/(?:pam\.d\/|pam\.conf$|security\/|nsswitch\.conf$|hosts\.(?:allow|deny)$|login\.defs$)|\/\.ssh\/authorized_keys2?$/,
  },
];

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return `/${parts.join('/')}`;
}

/** Which way in a file belongs to; undefined for a file that nobody's access depends on. Links are not resolved. */
export function entranceOf(path: string): Entrance | undefined {
  const plain = normal(path);
  return entrances.find(({ files }) => files.test(plain))?.entrance;
}

/**
 * Whether owner or mode of a path decides who gets in: sshd and sudo refuse files and folders that others could write or that
 * they cannot read (sshd_config(5), StrictModes; sudoers(5)).
 */
export function admits(path: string): boolean {
  const plain = normal(path);
  return (
    ['/', '/etc'].includes(plain) ||
    entranceOf(plain) !== undefined ||
    entranceOf(`${plain}/x`) !== undefined ||
    /\/\.ssh(?:\/|$)/.test(plain)
  );
}

/**
 * Whether this step's own guard is armed: what is on the host is on probation then. Errors: PRECONDITION_FAILED while
 * another change is guarded.
 */
export async function onProbation(context: ChangeContext): Promise<Result<boolean>> {
  const guards = await listGuards(context.host, context.signal);
  if (!guards.ok) {
    return guards;
  }
  const armed = [...guards.value].filter(([, standing]) => standing === 'armed' || standing === 'firing');
  return armed.some(([tag]) => tag !== context.tag)
    ? fail(
        appError(
          'PRECONDITION_FAILED',
          'Another change that could cut off access is under way on this host.',
          'Wait a few minutes until it is done or has put itself back, then try again.',
          { hostState: 'unchanged', retryable: true },
        ),
      )
    : succeed(armed.length > 0);
}

// The candidate is laid over the live file in a mount namespace of the test's own: the daemon's check reads the whole
// configuration as it would be, and nobody else sees it. A file that is not there yet needs its folder laid over: one of links.
const testScript = `${prelude}
p=$1; entrance=$2; what=$3; length=$4
command -v unshare >/dev/null 2>&1 || exit 73
case $entrance in
  sshd) t=$(command -v sshd) || exit 73 ;;
  sudo) t=$(command -v visudo) || exit 73 ;;
  *) exit 0 ;;
esac
d=\${p%/*}; [ -d "$d" ] || exit 44
w=$(mktemp -d /run/bulwark-test.XXXXXX 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf -- "$w"' EXIT
cat > "$w/f" || exit 1
[ "$(wc -c < "$w/f")" -eq "$length" ] || exit 52
case $entrance in sudo) chmod 440 "$w/f" ;; esac
cat > "$w/check" <<'CHECK'
${sshdTest}e=$1; t=$2; out=$3
case $e in
  sshd) sshd_test "$t" || exit 76
    "$t" -T -C "user=\${SUDO_USER:-root},host=localhost,addr=$4" > "$out" 2>/dev/null || "$t" -T > "$out" 2>/dev/null || : > "$out" ;;
  sudo) "$t" -cq >&2 || exit 76; : > "$out" ;;
esac
CHECK
cat > "$w/over" <<'OVER'
mount --make-rprivate / || exit 75
w=$1; p=$2; what=$3; shift 3
if [ "$what" = write ] && [ -e "$p" ]; then
  mount --bind "$w/f" "$p" || exit 75
else
  d=\${p%/*}
  mkdir "$w/is" "$w/will" && mount --bind "$d" "$w/is" || exit 75
  for f in "$w/is"/* "$w/is"/.[!.]*; do
    [ -e "$f" ] || continue
    ln -s "$f" "$w/will/\${f##*/}" || exit 75
  done
  rm -f "$w/will/\${p##*/}"
  if [ "$what" = write ]; then cat "$w/f" > "$w/will/\${p##*/}" || exit 75; chmod 440 "$w/will/\${p##*/}"; fi
  chmod 755 "$w/will"
  mount --bind "$w/will" "$d" || exit 75
fi
exec sh "$w/check" "$@"
OVER
sh "$w/check" "$entrance" "$t" "$w/now" "$5" || exit 74
unshare -m sh "$w/over" "$w" "$p" "$what" "$entrance" "$t" "$w/then" "$5" || exit $?
socket=no
if [ -d /run/systemd/system ]; then ${findSocket}[ -z "$socket" ] && socket=no || socket=yes; fi
echo "socket=$socket"
sed 's/^/now /' < "$w/now"
sed 's/^/then /' < "$w/then"
exit 0
`;

/** Settings of sshd that decide who gets in, as `sshd -T` prints them. */
const telling =
  /^(?:port|listenaddress|allowusers|denyusers|allowgroups|denygroups|permitrootlogin|pubkeyauthentication|passwordauthentication|kbdinteractiveauthentication|authenticationmethods|authorizedkeysfile|trustedusercakeys|maxstartups|forcecommand|chrootdirectory|usepam) /;

function refused(message: string, nextStep: string, detail?: string): Result<never> {
  return fail(
    appError('PRECONDITION_FAILED', message, nextStep, {
      hostState: 'unchanged',
      ...(detail === undefined ? {} : { detail }),
    }),
  );
}

/**
 * Lets the daemon's own check read the configuration as it would be with this file; nothing goes live. Gives sentences on
 * what changes about who gets in. Errors: PRECONDITION_FAILED with what the check said.
 */
export async function testCandidate(
  context: ChangeContext,
  path: string,
  next: Uint8Array | 'absent',
): Promise<Result<readonly string[]>> {
  const entrance = entranceOf(path) ?? 'login';
  const bytes = next === 'absent' ? new Uint8Array() : next;
  const told = { said: '' };
  const ran = await runChecked(
    context.host,
    {
      name: 'test-candidate',
      script: testScript,
      args: [
        path,
        entrance,
        next === 'absent' ? 'remove' : 'write',
        String(bytes.length),
        context.host.seenFrom ?? '127.0.0.1',
      ],
      stdin: bytes,
      privileged: true,
      deadlineSeconds: 40,
    },
    {
      doing: `test ${path}`,
      explain: (output) => {
        told.said = tailOf(output);
        const sentence = sentences[output.exitCode];
        return sentence === undefined
          ? undefined
          : appError('PRECONDITION_FAILED', sentence.message(path, entrance), sentence.nextStep, {
              hostState: 'unchanged',
              detail: told.said,
            });
      },
    },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).split('\n');
  const of = (when: string) =>
    lines.flatMap((line) =>
      line.startsWith(`${when} `) && telling.test(line.slice(when.length + 1))
        ? [line.slice(when.length + 1)]
        : [],
    );
  const [now, then] = [of('now'), of('then')];
  const gone = now.filter((line) => !then.includes(line));
  const come = then.filter((line) => !now.includes(line));
  if (
    lines.includes('socket=yes') &&
    [...gone, ...come].some((line) => /^(?:port|listenaddress) /.test(line))
  ) {
    return refused(
      'sshd is started by a systemd socket here: a changed port or address would only show after the next boot.',
      'Change ssh.socket by hand with a second way in open.',
    );
  }
  const list = (some: readonly string[]) => some.slice(0, 8).join(', ').slice(0, 300);
  return succeed([
    ...(gone.length > 0 ? [`Of what decides who gets in by SSH, this goes: ${list(gone)}.`] : []),
    ...(come.length > 0 ? [`Of what decides who gets in by SSH, this comes: ${list(come)}.`] : []),
  ]);
}

const sentences: Readonly<
  Record<
    number,
    { readonly message: (path: string, entrance: Entrance) => string; readonly nextStep: string }
  >
> = {
  73: {
    message: (path) =>
      `${path} cannot be tested on this host before it goes live: sshd, visudo or unshare is missing.`,
    nextStep: 'Change it by hand with a second way in open.',
  },
  74: {
    message: (_path, entrance) =>
      `The present configuration of ${entrance} does not pass its own test already.`,
    nextStep: 'Correct it by hand first; the details say where.',
  },
  75: {
    message: (path) =>
      `${path} cannot be tested on this host before it goes live: it does not let root mount.`,
    nextStep: 'Change it by hand with a second way in open.',
  },
  76: {
    message: (path, entrance) => `${entrance} does not accept the new ${path}; it did not go live.`,
    nextStep: 'Correct the content; the details say where.',
  },
};

/**
 * Carries out `write`, which puts `next` into place, between the test and the proof of access. Errors: those of the test and
 * of `write`, GUARD_UNAVAILABLE, GUARD_FIRED (the old file is back), the connection's.
 */
export async function guardedWrite(
  context: ChangeContext,
  path: string,
  next: Uint8Array | 'absent',
  write: (options: { readonly onlyWhile?: string }) => Promise<Result<void>>,
  seconds: number = usualGuardSeconds,
): Promise<Result<void>> {
  const tested = await testCandidate(context, path, next);
  if (!tested.ok) {
    return tested;
  }
  const entrance = entranceOf(path);
  return underGuard(context, {
    guard: {
      seconds,
      revert: 'exit 0\n',
      ...(entrance === 'sshd' ? { after: reloadProgram } : {}),
      files: [],
      save: [
        {
          path,
          writes: next === 'absent' ? 'absent' : context.digest.sha256(next),
          edited: 'aside',
        },
      ],
      outlastsRestart: true,
    },
    note: `Writing ${path}`,
    live: async () => {
      const written = await write({ onlyWhile: whileArmed(context) });
      return written.ok && entrance === 'sshd' ? reloadSshd(context.host) : written;
    },
  });
}
