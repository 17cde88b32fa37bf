/** Hands a switch to the host, lets it try again, and removes what it leaves. How far it is: see `standing.ts`. */

import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { exits, prelude, runChecked } from '../host-script.ts';
import type { HostWriter } from '../ports.ts';
import { switchScript } from './switch-script.ts';

/** One start of the node on a loaded machine, in seconds. */
export const startSeconds = 300;

/** See the script: `here` goes to `out`, `in` comes to `here`; undefined stands for nothing. */
export interface Trade {
  readonly kind: 'rename' | 'contents';
  readonly here: string;
  readonly out?: string;
  readonly in?: string;
}

export interface Switch {
  readonly unit: string;
  readonly httpPort: number;
  /** What the node must speak afterwards to count as up. */
  readonly speech: 'tls' | 'any';
  /** Whether the old node ran, and so is started again when the switch fails. */
  readonly active: boolean;
  /** Whether the new one is started at all. */
  readonly start: boolean;
  readonly trades: readonly Trade[];
  /** Seconds that one start may take before the old state comes back. */
  readonly seconds: number;
  /** What the folder must still hold right before anything is moved: see `fingerprint`. */
  readonly watched: { readonly folder: string; readonly fingerprint: string };
  /** Stops with everything in place and waits for `callHeld` before it starts the node; goes back when nobody calls. */
  readonly hold?: boolean;
}

/** How long a stopped node waits for the others of its cluster, in seconds: a stop takes some, a whole outage is worse. */
export const holdSeconds = 150;

export function switchFolder(tag: string): string {
  return `/var/lib/bulwark/${tag}/switch`;
}

const beginScript = `${prelude}
d=$1; go=$2; boot=$3; unit=$4; root=$5
command -v systemctl >/dev/null 2>&1 || exit 111
leave() { # with code $1, before anything was started
  rm -f -- "/run/systemd/system/$go" "/etc/systemd/system/multi-user.target.wants/$boot" "/etc/systemd/system/$boot"
  rm -rf -- "$d"
  rmdir -- "\${d%/*}" "$root" 2>/dev/null
  exit "$1"
}
rm -rf -- "$d"
mkdir -p -- "$d" && chmod 700 "$d" "\${d%/*}" "$root" || leave 1
flush() { sync "$@" 2>/dev/null || sync; }
for part in parameters trades; do
  : > "$d/$part"
  while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "\${line#=}" >> "$d/$part" || leave 1; done
done
cat > "$d/switch.sh" || leave 1
[ "$(tail -n 1 "$d/switch.sh")" = '# end' ] || leave 52
# Kept for the notes of a host whose disk fills up meanwhile.
head -c 65536 /dev/zero > "$d/ballast" || leave 1
printf '[Unit]\\nDescription=Bulwark: settle an interrupted switch of configuration\\nBefore=%s\\nRequiresMountsFor=%s\\n[Service]\\nType=oneshot\\nTimeoutStartSec=600\\nExecStart=/bin/sh %s/switch.sh boot\\n[Install]\\nWantedBy=multi-user.target\\n' \\
  "$unit" "$d" "$d" > "/etc/systemd/system/$boot" || leave 1
mkdir -p /etc/systemd/system/multi-user.target.wants /run/systemd/system
ln -sf "/etc/systemd/system/$boot" "/etc/systemd/system/multi-user.target.wants/$boot" || leave 1
printf '[Unit]\\nDescription=Bulwark: switch of configuration\\n[Service]\\nType=simple\\nExecStart=/bin/sh %s/switch.sh go\\nExecStopPost=/bin/sh %s/switch.sh mend\\nTimeoutStopSec=1800\\n' \\
  "$d" "$d" > "/run/systemd/system/$go" || leave 1
# Whoever moves the order away first has it: the switch itself, or who withdraws it.
: > "$d/order" && echo ready > "$d/state" || leave 1
# Only what was written here: a file system that does not answer elsewhere is no part of it.
flush "$d"/* "$d" "\${d%/*}" "$root" "/etc/systemd/system/$boot" /etc/systemd/system/multi-user.target.wants /etc/systemd/system
systemctl daemon-reload || leave 1
systemctl reset-failed -- "$go" 2>/dev/null
# An answer that was lost is not a refusal: what runs goes on.
systemctl --no-block start -- "$go" && exit 0
case $(systemctl show -p ActiveState --value -- "$go" 2>/dev/null) in active | activating) exit 0 ;; esac
[ "$(cat "$d/state")" = ready ] || exit 0
rm -f -- "$d/state"
leave 1
`;

export const unitNames = (tag: string) => ({
  go: `bulwark-switch-${tag}.service`,
  boot: `bulwark-settle-${tag}.service`,
});

/** The script came to the host in part: it was not stored, and nothing was started. */
function cutShort(): AppError {
  return appError(
    'COMMAND_FAILED',
    'The order to switch did not arrive completely on the host, so nothing was begun.',
    'Check the connection and try again.',
    { hostState: 'unchanged', retryable: true },
  );
}

/** Hands the switch to the host; from here on it ends by itself. Errors: COMMAND_FAILED, DISK_FULL, the connection's. */
export async function beginSwitch(context: ChangeContext, wish: Switch): Promise<Result<void>> {
  const names = unitNames(context.tag);
  const parameters = [
    wish.unit,
    String(wish.httpPort),
    String(wish.seconds),
    wish.speech,
    wish.active ? 'yes' : 'no',
    wish.start ? 'yes' : 'no',
    names.boot,
    wish.watched.folder,
    wish.watched.fingerprint,
    wish.hold === true ? String(holdSeconds) : '0',
  ];
  const trades = wish.trades.map((trade) =>
    [trade.kind, trade.here, trade.out ?? '-', trade.in ?? '-'].join('\t'),
  );
  if (trades.some((line) => line.split('\t').length !== 4)) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        'A path of this node holds a tab.',
        'Rename the directory and assess again.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const lines = (list: readonly string[]) => `${list.map((line) => `=${line}`).join('\n')}\n\n`;
  const ran = await runChecked(
    context.host,
    {
      name: 'switch-begin',
      script: beginScript,
      args: [switchFolder(context.tag), names.go, names.boot, wish.unit, '/var/lib/bulwark'],
      stdin: new TextEncoder().encode(`${lines(parameters)}${lines(trades)}${switchScript}# end\n`),
      privileged: true,
      deadlineSeconds: 60,
    },
    {
      doing: 'begin the switch',
      explain: (output) => (output.exitCode === exits.cutShort ? cutShort() : undefined),
    },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

const withdrawScript = `${prelude}
d=$1; go=$2; boot=$3
[ "$(head -n 1 "$d/state" 2>/dev/null)" = ready ] || exit 0
idle() { case $(systemctl show -p ActiveState --value -- "$go" 2>/dev/null) in inactive | failed) ;; *) return 1 ;; esac; }
idle || exit 0
# One that was taken by a switch that no longer runs is as dead as one that nobody took.
mv -- "$d/order" "$d/withdrawn" 2>/dev/null || idle || exit 0
[ "$(head -n 1 "$d/state" 2>/dev/null)" = ready ] || exit 0
rm -f -- "/run/systemd/system/$go" "/etc/systemd/system/multi-user.target.wants/$boot" "/etc/systemd/system/$boot"
systemctl daemon-reload
systemctl reset-failed -- "$go" 2>/dev/null
rm -rf -- "$d"
rmdir -- "\${d%/*}" /var/lib/bulwark 2>/dev/null
exit 0
`;

/** Takes back an order that lies on the host and that nobody carries out. One that runs meanwhile is left alone. Errors: those of the connection. */
export async function withdrawOrder(host: HostWriter, tag: string): Promise<Result<void>> {
  const names = unitNames(tag);
  const ran = await runChecked(
    host,
    {
      name: 'switch-withdraw',
      script: withdrawScript,
      args: [switchFolder(tag), names.go, names.boot],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: 'take back the order to switch' },
  );
  return ran.ok ? succeed(undefined) : ran;
}

const resumeScript = `${prelude}
d=$1; go=$2
[ "$(head -n 1 "$d/state" 2>/dev/null)" = not-returned ] || exit 0
[ -e "/run/systemd/system/$go" ] || exit 112
echo returning > "$d/state.new" && mv "$d/state.new" "$d/state" || exit 1
systemctl reset-failed -- "$go" 2>/dev/null
systemctl --no-block start -- "$go"
`;

/** Lets the host try again to put the old state back, after it could not stop the node of the new one. */
export async function resumeReturn(context: ChangeContext): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'switch-resume',
      script: resumeScript,
      args: [switchFolder(context.tag), unitNames(context.tag).go],
      privileged: true,
      deadlineSeconds: 60,
    },
    {
      doing: 'let the host put the old configuration back',
      explain: (output) => (output.exitCode === 112 ? notReturned() : undefined),
    },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** The node of the new configuration does not work and cannot be stopped: everything of before is kept beside it. */
export function notReturned(): AppError {
  return appError(
    'ES_DID_NOT_START',
    'The secured node did not come up and could not be stopped either, so the old configuration was not put back under it. Configuration and data of before are kept beside the new ones; the password is in the vault.',
    'Find out what holds the node (a file system that does not answer, for example), then undo this step; or restart the host: it puts the old configuration back before the node starts.',
    { hostState: 'changed', retryable: true },
  );
}

const forgetScript = `${prelude}
d=$1; go=$2; boot=$3
systemctl is-active --quiet -- "$go" 2>/dev/null && { systemctl stop -- "$go"; }
rm -f -- "/run/systemd/system/$go" "/etc/systemd/system/multi-user.target.wants/$boot" "/etc/systemd/system/$boot"
systemctl daemon-reload
systemctl reset-failed -- "$go" "$boot" 2>/dev/null
rm -rf -- "$d"
rmdir -- "\${d%/*}" /var/lib/bulwark 2>/dev/null
exit 0
`;

/** Removes what a finished switch left for its bookkeeping. */
export async function forgetSwitch(host: HostWriter, tag: string): Promise<Result<void>> {
  const names = unitNames(tag);
  const ran = await runChecked(
    host,
    {
      name: 'switch-forget',
      script: forgetScript,
      args: [switchFolder(tag), names.go, names.boot],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: 'remove what the switch left' },
  );
  return ran.ok ? succeed(undefined) : ran;
}
