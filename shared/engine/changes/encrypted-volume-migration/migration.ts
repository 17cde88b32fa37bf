/** Waits for the end of a migration across lost connections, and takes back one that still runs. */
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { HostWriter } from '../../ports.ts';
import { Refusals } from '../../root-refused.ts';
import { type Direction, folderOf, unitNames } from './begin.ts';
import { type FinalState, finalStates, type Reason, reasons } from './migrate-script.ts';
import { inWords } from './refusals.ts';

export interface Standing {
  /** `none`: no migration of this step is known to the host; `prepared`: the volume is made and nothing has moved. */
  readonly state: FinalState | 'none' | 'prepared' | 'running';
  /** The host's own word while it runs: `copying`, `verifying`, … */
  readonly phase: string;
  readonly reason: Reason | undefined;
  readonly copied: { readonly bytes: number; readonly total: number } | undefined;
  /** Bytes that the data needs and bytes that are free, when there was no room. */
  readonly room: { readonly needed: number; readonly free: number } | undefined;
  /** Whether a process of it lives; false while running means that it was interrupted and nobody has gone on yet. */
  readonly alive: boolean;
  /** The service was started on the new volume once. */
  readonly started: boolean;
  /** Host's clock when the service had failed to start. */
  readonly failedAt: number | undefined;
  /** The last words of the tools that it ran. */
  readonly log: string;
}

const stateScript = `${prelude}
cd "$1" 2>/dev/null || { echo state=none; exit 0; }
echo "state=$(head -n 1 state 2>/dev/null || echo none)"
echo "reason=$(cat reason 2>/dev/null)"
echo "progress=$(cat progress 2>/dev/null)"
echo "room=$(cat room 2>/dev/null)"
echo "failed=$(cat failed-at 2>/dev/null)"
[ ! -e started ] || echo started=yes
for unit in "$2" "$3"; do echo "unit=$(systemctl show -p ActiveState --value -- "$unit" 2>/dev/null)"; done
echo log=
tail -c 600 log 2>/dev/null
exit 0
`;

function pairOf(text: string | undefined): readonly [number, number] | undefined {
  const match = /^(\d{1,18}) (\d{1,18})$/.exec(text ?? '');
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

export async function readMigration(
  host: HostWriter,
  tag: string,
  direction: Direction,
): Promise<Result<Standing>> {
  const ran = await runChecked(
    host,
    {
      name: 'volume-state',
      script: stateScript,
      args: [folderOf(tag, direction), unitNames(tag, direction).go, unitNames(tag, direction).boot],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'ask the host how far the migration is' },
  );
  if (!ran.ok) {
    return ran;
  }
  const [head = '', ...log] = textOf(ran.value).split('\nlog=\n');
  const lines = head.split('\n');
  const value = (name: string) =>
    lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const word = value('state');
  const progress = pairOf(value('progress'));
  const room = pairOf(value('room'));
  const failedAt = Number.parseInt(value('failed'), 10);
  return succeed({
    state:
      finalStates.find((state) => state === word) ??
      (word === 'none' || word === '' ? 'none' : word === 'prepared' ? 'prepared' : 'running'),
    phase: word,
    reason: reasons.find((reason) => reason === value('reason')),
    copied: progress === undefined ? undefined : { bytes: Math.max(0, progress[0]), total: progress[1] },
    room: room === undefined ? undefined : { needed: room[0], free: room[1] },
    alive: lines.some((line) => /^unit=(?:activating|active|deactivating|reloading)$/.test(line)),
    started: value('started') === 'yes',
    failedAt: Number.isFinite(failedAt) ? failedAt : undefined,
    log: log.join('\n').trim(),
  });
}

const phaseWords: Readonly<Record<string, string>> = {
  ready: 'The host begins',
  stopping: 'Stopping the service',
  copying: 'Copying',
  verifying: 'Comparing every file on both sides',
  switching: 'Putting the new place into the old one',
  starting: 'Starting the service',
  returning: 'Putting the old place back',
};

export function progressWords(standing: Standing, seconds: number): string {
  const what = phaseWords[standing.phase] ?? 'The host works';
  const copied =
    standing.phase === 'copying' && standing.copied !== undefined
      ? `: ${inWords(Math.min(standing.copied.bytes, standing.copied.total))} of ${inWords(standing.copied.total)}`
      : '';
  return `${what}${copied} (${seconds} s)`;
}

/** How long the host may be out of reach before the waiting ends. The migration goes on by itself. */
const patienceSeconds = 900;

/**
 * Waits for the end of a migration. A lost connection does not stop it; new ones are tried. Returns a context whose host is
 * alive. Errors: SSH_CONNECTION_LOST after 15 minutes without one, CANCELLED and SUDO_… (the migration goes
 * on).
 */
export async function awaitMigration(
  context: ChangeContext,
  direction: Direction,
): Promise<Result<{ readonly standing: Standing; readonly context: ChangeContext }>> {
  let live = context;
  let lost: AppError | undefined;
  const begin = context.clock.elapsed();
  let heard = begin;
  let dead = 0;
  const refusals = new Refusals('The host goes on by itself; then let Bulwark look at it again.');
  for (;;) {
    const now = context.clock.elapsed();
    const read = await readMigration(live.host, context.tag, direction);
    if (read.ok) {
      heard = now;
      refusals.answered();
      if (read.value.state !== 'running') {
        return succeed({ standing: read.value, context: live });
      }
      context.progress(progressWords(read.value, Math.round((now - begin) / 1000)));
      dead = read.value.alive ? 0 : dead + 1;
      if (dead === 20) {
        dead = 0;
        await nudge(live, direction);
      }
    } else {
      lost = read.error;
      const ended = refusals.count(read.error);
      if (ended !== undefined) {
        return ended;
      }
      if (now - heard > patienceSeconds * 1000) {
        return fail(lost);
      }
      context.progress('The connection was lost; the host goes on by itself. Connecting again');
      const fresh = await context.openFresh();
      if (fresh.ok) {
        live = { ...context, host: fresh.value };
      }
    }
    if (!(await context.clock.sleep(1500, context.signal))) {
      return fail(
        appError('CANCELLED', 'Cancelled while the data moves.', 'It is taken back now.', {
          hostState: 'unknown',
          retryable: true,
        }),
      );
    }
  }
}

const nudgeScript = `${prelude}
systemctl --no-block start -- "$1" 2>/dev/null || systemctl --no-block start -- "$2"
`;

/** Lets the host go on with one that was interrupted and that nobody took up: its unit then only settles. */
async function nudge(context: ChangeContext, direction: Direction): Promise<void> {
  const names = unitNames(context.tag, direction);
  await context.host.run({
    name: 'volume-nudge',
    script: nudgeScript,
    args: [names.go, names.boot],
    privileged: true,
    deadlineSeconds: 60,
  });
}

const cancelScript = `${prelude}
systemctl stop -- "$1"
`;

/** Ends a migration that still runs; the host takes it back before this returns (or finishes it, where that is nearer). */
export async function cancelMigration(context: ChangeContext, direction: Direction): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-cancel',
      script: cancelScript,
      args: [unitNames(context.tag, direction).go],
      privileged: true,
      deadlineSeconds: 1800,
    },
    { doing: 'end the migration', hostState: 'unknown' },
  );
  return ran.ok ? succeed(undefined) : ran;
}

const againScript = `${prelude}
echo returning > "$1/state" || exit 1
systemctl --no-block start -- "$2" 2>/dev/null || systemctl --no-block start -- "$3"
`;

/** One more try for a way back that the host could not end, after its cause may have been corrected. */
export async function settleAgain(
  context: ChangeContext,
  direction: Direction,
): Promise<Result<{ readonly standing: Standing; readonly context: ChangeContext }>> {
  const names = unitNames(context.tag, direction);
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-again',
      script: againScript,
      args: [folderOf(context.tag, direction), names.go, names.boot],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: 'put the old place back', hostState: 'unknown' },
  );
  return ran.ok ? await awaitMigration(context, direction) : ran;
}

const forgetScript = `${prelude}
d=$1; go=$2; boot=$3
systemctl is-active --quiet -- "$go" 2>/dev/null && { systemctl stop -- "$go"; }
if mountpoint -q -- "$d/new"; then umount -- "$d/new" || exit 1; fi
rm -f -- "/run/systemd/system/$go" "/etc/systemd/system/multi-user.target.wants/$boot" "/etc/systemd/system/$boot"
systemctl daemon-reload
systemctl reset-failed -- "$go" "$boot" 2>/dev/null
if [ -d "$d" ]; then rm -rf -- "$d" || exit 1; fi
rmdir -- "\${d%/*}" /var/lib/bulwark 2>/dev/null
exit 0
`;

/** Removes what a finished migration left for its bookkeeping. */
export async function forgetMigration(
  host: HostWriter,
  tag: string,
  direction: Direction,
): Promise<Result<void>> {
  const names = unitNames(tag, direction);
  const ran = await runChecked(
    host,
    {
      name: 'volume-forget',
      script: forgetScript,
      args: [folderOf(tag, direction), names.go, names.boot],
      privileged: true,
      deadlineSeconds: 120,
    },
    { doing: 'remove what the migration left' },
  );
  return ran.ok ? succeed(undefined) : ran;
}
