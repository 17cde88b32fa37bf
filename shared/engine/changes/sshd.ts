/** The SSH server of the host: reloading it, and restarting it under guard. */
import { appError } from '../../domain/error.ts';
import { type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import type { SavedFile } from '../guard.ts';
import { prelude, runChecked, tailOf, textOf } from '../host-script.ts';
import type { HostWriter } from '../ports.ts';
import { underGuard } from './under-guard.ts';

const units = ['ssh.service', 'sshd.service'];

/** Whether people get in through this unit. */
export function isSshd(unit: string): boolean {
  return units.includes(unit);
}

// Without systemd: the number in sshd's own file may be another process's after a restart of the host.
const findServer = `pid=$(cat /run/sshd.pid 2>/dev/null) && case $(cat "/proc/$pid/comm" 2>/dev/null) in sshd*) ;; *) false ;; esac || pid=
`;

/**
 * Sets `socket` where systemd listens in the place of sshd. A server that got its socket from systemd cannot bind it again
 * when it is told to read its files anew: it ends (seen with openssh-server of Debian 12 and 13), at worst in the middle of
 * the reload, and nobody gets in until systemd gives that up after 90 seconds.
 *
 * A socket that failed counts, because systemd gives it up when the server does not start (result
 * `service-start-limit-hit` or `trigger-limit-hit`, systemd.socket(5)); not where the server runs, because then it listens by
 * itself, nor where the socket could not be bound (`resources`) and the server was started without it.
 */
export const findSocket = `socket=
for s in ssh.socket sshd.socket; do
  case $(systemctl is-active $s 2>/dev/null) in
    active) socket=$s ;;
    failed)
      alone='active|reloading'
      [ "$(systemctl show -p Result --value $s 2>/dev/null)" != resources ] || alone="$alone|failed|activating"
      systemctl is-active ${units.join(' ')} 2>/dev/null | grep -qxE "$alone" || socket=$s ;;
  esac
done
`;

/**
 * `sshd_test PROGRAM`: sshd's own test of its files. Where systemd starts the server at the first connection,
 * its folder in /run is gone while no server runs (`RuntimeDirectory=`, systemd.exec(5)), and sshd refuses the test for that
 * alone after it has read its files (seen with openssh-server of Debian 13): the folder is made as its unit makes it.
 */
export const sshdTest = `sshd_test() {
  said=$("$@" -t 2>&1) && return 0
  case $said in
    *'privilege separation directory: /run/sshd'*) [ -e /run/sshd ] || mkdir -m 755 /run/sshd || return 1
      "$@" -t; return ;;
  esac
  printf '%s\\n' "$said" >&2
  return 1
}
`;

/**
 * For the guard: lets sshd read its old files again, starts it where it is down. Where systemd listens, the server is ended
 * (sessions live on) and the next connection starts it.
 */
export const reloadProgram = `if [ -d /run/systemd/system ]; then
  ${findSocket}
  if [ -n "$socket" ]; then
    for u in ${units.join(' ')}; do
      case $(systemctl is-active $u 2>/dev/null) in
        inactive) ;;
        failed) systemctl reset-failed $u ;;
        *) systemctl stop $u; systemctl reset-failed $u 2>/dev/null ;;
      esac
    done
    systemctl reset-failed $socket 2>/dev/null
    systemctl start $socket && exit 0
    for u in ${units.join(' ')}; do systemctl restart $u && exit 0; done
    exit 1
  fi
  for u in ${units.join(' ')}; do
    case $(systemctl is-active $u 2>/dev/null) in
      active) systemctl reload $u || systemctl restart $u || exit 1; exit 0 ;;
      failed | activating) systemctl reset-failed $u; systemctl restart $u || exit 1; exit 0 ;;
    esac
  done
  exit 0
fi
${findServer}if [ -n "$pid" ]; then kill -HUP "$pid"; exit; fi
for f in /etc/init.d/ssh /etc/init.d/sshd; do [ ! -x $f ] || { $f start; exit; }; done
exit 1
`;

// sshd closes its sockets and starts itself anew some time after the signal; until then a connection would prove the old
// configuration. A changed set of sockets shows that it is done.
const reloadScript = `${prelude}
${sshdTest}sshd=$(command -v sshd) || exit 73
sshd_test "$sshd" || exit 76
pid=; unit=
if [ -d /run/systemd/system ]; then
  for u in ${units.join(' ')}; do
    if systemctl --quiet is-active $u; then unit=$u; pid=$(systemctl show -p MainPID --value $u); break; fi
  done
  [ -n "$unit" ] || exit 0
  ${findSocket}
  [ -z "$socket" ] || { systemctl restart $unit; exit; }
else
  ${findServer}  [ -n "$pid" ] || exit 1
fi
sockets() { ls -l "/proc/$pid/fd" 2>/dev/null | sed -n 's/.*socket:\\[\\([0-9]*\\)\\].*/\\1/p' | sort | tr '\\n' ' '; }
before=$(sockets)
if [ -n "$unit" ]; then systemctl reload $unit || exit 1; else kill -HUP "$pid" || exit 1; fi
n=0
while [ $n -lt 50 ]; do
  now=$(sockets)
  [ -n "$now" ] && [ "$now" != "$before" ] && break
  sleep 0.1 2>/dev/null || sleep 1
  n=$((n + 1))
done
[ -d "/proc/$pid" ] || exit 77
exit 0
`;

/** Lets sshd read its files again and waits until it has. Errors: PRECONDITION_FAILED when its own test says no: it runs on with what it had. */
export async function reloadSshd(host: HostWriter): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    { name: 'sshd-reload', script: reloadScript, privileged: true, deadlineSeconds: 40 },
    {
      doing: 'let sshd read its configuration again',
      hostState: 'changed',
      explain: (output) =>
        output.exitCode === 76
          ? appError(
              'PRECONDITION_FAILED',
              'sshd does not accept its configuration; it was not reloaded.',
              'Correct the content; the details say where.',
              { hostState: 'changed', detail: tailOf(output) },
            )
          : undefined,
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

const testScript = `${prelude}
${sshdTest}sshd=$(command -v sshd) || exit 73
sshd_test "$sshd"
`;

/** sshd's own test of its files as they are. Errors: PRECONDITION_FAILED. */
async function testSshd(context: ChangeContext): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    { name: 'sshd-test', script: testScript, privileged: true, deadlineSeconds: 20 },
    {
      doing: 'test the configuration of sshd',
      explain: (output) =>
        appError(
          'PRECONDITION_FAILED',
          'sshd does not accept its configuration as it is; it was not restarted.',
          'Correct it by hand first; the details say where.',
          { hostState: 'unchanged', detail: textOf(output.stderr).trim().slice(-600) },
        ),
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

export interface GuardedRestart {
  readonly unit: string;
  readonly seconds: number;
  /** Files that the guard puts back before it restarts the server again. */
  readonly save: readonly SavedFile[];
  /** Folder that the guard removes when it is empty after that. */
  readonly folder?: string;
  readonly live: () => Promise<Result<void>>;
}

/** Restarts sshd (`live`) between its own test and the proof of access. */
export async function guardedRestart(context: ChangeContext, work: GuardedRestart): Promise<Result<void>> {
  const tested = await testSshd(context);
  if (!tested.ok) {
    return tested;
  }
  return underGuard(context, {
    guard: {
      seconds: work.seconds,
      revert: 'exit 0\n',
      after: `u=$(cat "$1/unit"); f=$(cat "$1/folder")
[ -z "$f" ] || rmdir "$f" 2>/dev/null
systemctl daemon-reload
${findSocket}systemctl reset-failed "$u" 2>/dev/null
[ -n "$socket" ] || { systemctl restart "$u"; exit; }
systemctl stop "$u"; systemctl reset-failed "$u" $socket 2>/dev/null
systemctl start $socket || systemctl restart "$u"
`,
      files: [
        { name: 'unit', text: work.unit },
        { name: 'folder', text: work.folder ?? '' },
      ],
      save: work.save,
    },
    note: `Restarting ${work.unit}`,
    live: work.live,
  });
}
