/** Whether the service runs again on what it was given. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { cancelled } from '../../elasticsearch/node.ts';
import { controlUnit, readUnit, startFailed } from '../../elasticsearch/service.ts';
import { waitUntilUp } from '../../elasticsearch/up.ts';
import { connectionLost } from '../../parts.ts';

/** One start of the service on a loaded machine, in seconds. */
export const startSeconds = 300;

/** Errors: ES_DID_NOT_START, ES_NOT_READY, the connection's. A service that did not run before need not run now. */
export async function proveRunning(
  change: ChangeOf<'encrypted-volume-migration'>,
  active: boolean,
  context: ChangeContext,
): Promise<Result<void>> {
  if (!active) {
    return succeed(undefined);
  }
  const unit = await readUnit(context.host, change.unit, context.signal);
  if (!unit.ok) {
    return unit;
  }
  const { state } = unit.value;
  if (change.install === undefined) {
    return state.active === 'active' ? succeed(undefined) : fail(notRunning(change.unit));
  }
  const waited = await waitUntilUp(context, {
    unit: change.unit,
    httpPort: change.install.httpPort,
    // The host has started it already: whatever process there is, is the new one.
    before: { ...state, mainPid: 0 },
    seconds: startSeconds,
  });
  if (!waited.ok) {
    return waited;
  }
  return waited.value.outcome === 'up' ? succeed(undefined) : fail(notRunning(change.unit));
}

/**
 * One more try for a service that did not come up after the data had moved: its cause may have been corrected. One that runs, or is
 * starting, is only waited for. False: it does not run. Errors: PRECONDITION_FAILED, CANCELLED, the connection's.
 */
export async function startOnceMore(
  change: ChangeOf<'encrypted-volume-migration'>,
  context: ChangeContext,
): Promise<Result<boolean>> {
  const before = await readUnit(context.host, change.unit, context.signal);
  if (!before.ok) {
    return before;
  }
  const { state } = before.value;
  const told = ['active', 'activating', 'reloading'].includes(state.active)
    ? succeed(undefined)
    : await controlUnit(context.host, change.unit, 'start', context.signal);
  if (!told.ok) {
    return told;
  }
  const begin = context.clock.elapsed();
  for (;;) {
    if (!(await context.clock.sleep(1000, context.signal))) {
      return fail(cancelled());
    }
    const now = await readUnit(context.host, change.unit, context.signal);
    if (!now.ok) {
      return now;
    }
    if (startFailed(now.value.state, state.restarts)) {
      return succeed(false);
    }
    if (now.value.state.active === 'active') {
      break;
    }
    if (context.clock.elapsed() - begin > startSeconds * 1000) {
      return succeed(false);
    }
  }
  const proven = await proveRunning(change, true, context);
  return proven.ok || !connectionLost(proven.error) ? succeed(proven.ok) : proven;
}

function notRunning(unit: string) {
  return appError(
    'ES_DID_NOT_START',
    `${unit} does not run on the new volume.`,
    `Read the log on the host (journalctl -u ${unit}).`,
    { hostState: 'changed', retryable: true },
  );
}
