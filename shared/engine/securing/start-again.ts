/** Starts the old node where the host had put its configuration back and could not start it. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { controlUnit, readUnit } from '../elasticsearch/service.ts';
import { hostTime, startError } from '../elasticsearch/start-log.ts';
import { waitUntilUp } from '../elasticsearch/up.ts';

/** A node that has a process is not told to start, only waited for. Errors: ES_DID_NOT_START with the cause, ES_NOT_READY; the configuration is the old one then. */
export async function startAgain(context: ChangeContext, install: EsInstall): Promise<Result<void>> {
  const unit = install.unit ?? '';
  const before = await readUnit(context.host, unit, context.signal);
  if (!before.ok) {
    return before;
  }
  const { state } = before.value;
  // A process alone says little: a node that is starting, or crashes again and again, has one too.
  const begun = state.mainPid !== 0 && state.active !== 'deactivating';
  const since = await hostTime(context);
  context.progress('Starting the node with its old configuration');
  const told = begun ? succeed(undefined) : await controlUnit(context.host, unit, 'start', context.signal);
  const waited = told.ok
    ? await waitUntilUp(context, {
        unit,
        httpPort: install.httpPort,
        before: begun ? { ...state, mainPid: 0 } : state,
      })
    : told;
  if (!waited.ok) {
    return waited;
  }
  if (waited.value.outcome === 'up') {
    return succeed(undefined);
  }
  return waited.value.outcome === 'failed'
    ? fail(await startError(context, unit, since, install, 'changed'))
    : fail(
        appError(
          'ES_NOT_READY',
          'The old configuration is back, and the node does not answer yet.',
          `Read the log on the host (journalctl -u ${unit}), then undo again.`,
          { hostState: 'changed', retryable: true },
        ),
      );
}
