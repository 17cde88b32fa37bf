/** Whether the service runs again on what it was given. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readUnit } from '../../elasticsearch/service.ts';
import { waitUntilUp } from '../../elasticsearch/up.ts';

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

function notRunning(unit: string) {
  return appError(
    'ES_DID_NOT_START',
    `${unit} does not run on the new volume.`,
    `Read the log on the host (journalctl -u ${unit}).`,
    { hostState: 'changed', retryable: true },
  );
}
