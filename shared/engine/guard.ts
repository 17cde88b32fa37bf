/**
 * The guard: before a change that could cut off access, the host is told how to put everything back by itself after a
 * while (and at its next boot). It is disarmed only after a fresh connection with full authentication and root rights was
 * made. Whatever happens to the link, the host ends with access.
 */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import type { ChangeContext } from './change-kind.ts';
import { type SavedFile, toldSentences } from './guard-saved.ts';
import {
  armScript,
  disarmScript,
  fireProgram,
  fireScript,
  guardFolder,
  initPlaces,
  listScript,
} from './guard-scripts.ts';
import type { GuardOnHost, GuardStanding } from './guards-on-host.ts';
import { guardedBy, parseGuard, parseGuards } from './guards-on-host.ts';
import { afterWriting, runChecked, tailOf, textOf } from './host-script.ts';
import { connectionLost } from './parts.ts';
import type { HostSession, HostWriter } from './ports.ts';

export interface GuardPlan {
  /** Seconds until the host puts the old state back. */
  readonly seconds: number;
  /** POSIX sh, run on the host with the guard's folder as `$1`: puts the live state back. Must be repeatable. */
  readonly revert: string;
  /** The same, run after the saved files are back. */
  readonly after?: string;
  /** Files of text that `revert` needs, by name below the guard's folder. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Files on the host that are saved now and put back (or removed, when they are not there now). Parents must exist. */
  readonly save: readonly SavedFile[];
  /** Takes the change's own lines out of a file, from standard input to standard output; for files that are `cleared`. */
  readonly clear?: string;
  /** The change is in files before access is proven, so a restart of the host must put back too: refused where nothing can do that. */
  readonly outlastsRestart?: boolean;
}

export interface Guard {
  readonly tag: string;
  readonly seconds: number;
  /** Milliseconds since 1970 by the operator's clock, for people; the host fires at about this time, not earlier. */
  readonly firesAt: number;
  /** The same moment by the clock that never jumps. */
  readonly deadline: number;
}

export type { GuardOnHost, GuardStanding, SavedFile };

function encode(files: readonly { readonly name: string; readonly text: string }[]): Uint8Array {
  const parts = files.map(({ name, text }) => {
    const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return `${name} ${whole.split('\n').length - 1}\n${whole}`;
  });
  return new TextEncoder().encode(`${parts.join('')}end 0\n`);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Arms. Errors: GUARD_UNAVAILABLE; then nothing may be changed. */
export async function armGuard(context: ChangeContext, plan: GuardPlan): Promise<Result<Guard>> {
  const firesAt = context.clock.now() + plan.seconds * 1000;
  const deadline = context.clock.elapsed() + plan.seconds * 1000;
  const files = [
    { name: 'run.sh', text: fireProgram },
    { name: 'revert.sh', text: plan.revert },
    ...(plan.after === undefined ? [] : [{ name: 'after.sh', text: plan.after }]),
    ...(plan.clear === undefined ? [] : [{ name: 'clear.sh', text: plan.clear }]),
    ...plan.files,
  ];
  const ran = await runChecked(
    context.host,
    {
      name: 'guard-arm',
      script: armScript,
      args: [
        guardFolder,
        context.tag,
        String(plan.seconds),
        ...initPlaces,
        (context.operator ?? 'somebody').replace(/[\r\n]+/g, ' '),
        plan.outlastsRestart === true ? 'boot' : 'timer',
        ...plan.save.flatMap(({ path, writes, edited }) => [path, writes, edited]),
      ],
      stdin: encode(files),
      privileged: true,
      deadlineSeconds: 30,
    },
    {
      doing: 'arm the guard',
      explain: (output) =>
        output.exitCode === 66
          ? guardedBy('GUARD_UNAVAILABLE', parseGuard(textOf(output.stdout).trim()))
          : output.exitCode === 68
            ? appError(
                'GUARD_UNAVAILABLE',
                'Nothing would put the old state back if this host restarted in the middle of the change: it boots neither by systemd nor by sysvinit with update-rc.d.',
                'Nothing was changed. Make this change by hand with a second way in open.',
                { hostState: 'unchanged' },
              )
            : appError(
                'GUARD_UNAVAILABLE',
                'The guard that would put access back could not be set up on this host.',
                'Nothing was changed. Read the details; change the firewall by hand with a second way in open.',
                { hostState: 'unchanged', detail: tailOf(output) },
              ),
    },
  );
  if (!ran.ok) {
    return ran;
  }
  context.guard('armed', iso(firesAt), plan.seconds);
  return succeed({ tag: context.tag, seconds: plan.seconds, firesAt, deadline });
}

const proofScript = 'id -u';

/**
 * Proves access: a fresh connection that authenticates and becomes root, tried until the window is nearly over. The caller
 * closes the session. Errors: the last error of the attempts.
 */
export async function proveAccess(context: ChangeContext, guard: Guard): Promise<Result<HostSession>> {
  context.guard('proving', iso(guard.firesAt), guard.seconds);
  context.progress('Proving access by a fresh connection', 'verifying');
  let last: Result<HostSession> = fail(
    appError('SSH_TIMEOUT', 'No fresh connection was possible.', 'Wait until the host has put itself back.', {
      hostState: 'changed',
    }),
  );
  // Three seconds are kept for writing and disarming.
  while (context.clock.elapsed() < guard.deadline - 3000 && context.signal?.aborted !== true) {
    const fresh = await context.openFresh();
    if (!fresh.ok) {
      last = fresh;
      await context.clock.sleep(1000, context.signal);
      continue;
    }
    const root = await fresh.value.run({
      name: 'guard-proof',
      script: proofScript,
      privileged: true,
      deadlineSeconds: 10,
    });
    if (root.ok && root.value.exitCode === 0 && textOf(root.value.stdout).trim() === '0') {
      context.guard('proven', iso(guard.firesAt), guard.seconds);
      return fresh;
    }
    await fresh.value.close().catch(() => undefined);
    last = root.ok
      ? fail(
          appError('SUDO_NOT_ALLOWED', 'The fresh connection did not get root rights.', 'Check sudo.', {
            hostState: 'changed',
          }),
        )
      : root;
    await context.clock.sleep(1000, context.signal);
  }
  return last;
}

function fired(detail?: string, told: readonly string[] = []) {
  return appError(
    'GUARD_FIRED',
    ['Access could not be proven in time, so the host put the old state back by itself.', ...told].join(' '),
    'Check that the addresses you work from are among the allowed sources, then try again.',
    { hostState: 'restored', retryable: true, ...(detail === undefined ? {} : { detail }) },
  );
}

/** Disarms over a connection that works. Errors: GUARD_FIRED when the host was faster. */
export async function disarmGuard(
  context: ChangeContext,
  host: HostWriter,
  guard: Guard,
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'guard-disarm',
      script: disarmScript,
      args: [guardFolder, guard.tag, ...initPlaces],
      privileged: true,
      deadlineSeconds: 20,
    },
    {
      doing: 'disarm the guard',
      hostState: 'changed',
      explain: (output) => (output.exitCode === 64 ? fired() : undefined),
    },
  );
  if (!ran.ok) {
    return afterWriting(ran);
  }
  context.guard('disarmed', iso(guard.firesAt), guard.seconds);
  return succeed(undefined);
}

/**
 * Makes the guard fire now and waits for it; does nothing when there is none. Gives sentences on the saved files that
 * somebody else had changed. Errors: COMMAND_FAILED, the connection's.
 */
export async function fireGuard(host: HostWriter, tag: string): Promise<Result<readonly string[]>> {
  const ran = await runChecked(
    host,
    {
      name: 'guard-fire',
      script: fireScript,
      args: [guardFolder, tag, ...initPlaces],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: 'put the old state back', hostState: 'unknown' },
  );
  return ran.ok ? succeed(toldSentences(textOf(ran.value))) : ran;
}

/**
 * Every guard on the host, whoever armed it: for a second operator to see who changes the access, and when it goes back.
 * Errors: the connection's.
 */
export async function guardsOn(
  host: HostWriter,
  signal?: AbortSignal,
): Promise<Result<readonly GuardOnHost[]>> {
  const ran = await runChecked(
    host,
    { name: 'guard-list', script: listScript, args: [guardFolder], privileged: true, deadlineSeconds: 20 },
    { doing: 'look for guards' },
    signal,
  );
  return ran.ok ? succeed(parseGuards(textOf(ran.value))) : ran;
}

/** How every guard on the host stands, by tag. */
export async function listGuards(
  host: HostWriter,
  signal?: AbortSignal,
): Promise<Result<ReadonlyMap<string, GuardStanding>>> {
  const guards = await guardsOn(host, signal);
  return guards.ok ? succeed(new Map(guards.value.map(({ tag, standing }) => [tag, standing]))) : guards;
}

/**
 * After a failed proof or a broken link: put the old state back now over the old connection if that still works, otherwise
 * wait until the host has done it and go and see. The error tells what was seen.
 */
export async function fallBack(context: ChangeContext, guard: Guard, why: string): Promise<Result<never>> {
  context.progress('Access could not be proven; the old state comes back');
  const now = await fireGuard(context.host, guard.tag);
  if (now.ok) {
    context.guard('fired', iso(guard.firesAt), guard.seconds);
    return fail(fired(why, now.value));
  }
  if (!connectionLost(now.error)) {
    return afterWriting(now);
  }
  const wait = guard.deadline + 2000 - context.clock.elapsed();
  if (wait > 0) {
    await context.clock.sleep(wait);
  }
  for (let tries = 0; tries < 6; tries += 1) {
    const fresh = await context.openFresh();
    if (!fresh.ok) {
      await context.clock.sleep(3000);
      continue;
    }
    const cleared = await fireGuard(fresh.value, guard.tag);
    await fresh.value.close().catch(() => undefined);
    if (cleared.ok) {
      context.guard('fired', iso(guard.firesAt), guard.seconds);
      return fail(fired(why, cleared.value));
    }
    if (!connectionLost(cleared.error)) {
      return afterWriting(cleared);
    }
  }
  return now;
}
