/** Work that changes hosts or rests on their state runs one at a time. */
import { appError } from '../../shared/domain/error.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import { fail, type Result } from '../../shared/domain/result.ts';
import type { StateStore } from './state-store.ts';

const exclusive: ReadonlySet<Operation['kind']> = new Set([
  'apply',
  'rollback',
  'recover',
  'plan',
  'node-login',
]);

/** BUSY, naming the work that is being done; undefined when there is none. */
export function busyWith(store: StateStore): Result<never> | undefined {
  const running = store
    .get()
    .operations.find(
      (entry) => (entry.state === 'running' || entry.state === 'cancelling') && exclusive.has(entry.kind),
    );
  return running === undefined
    ? undefined
    : fail(
        appError('BUSY', `Bulwark is busy: ${running.title}.`, 'Wait until it has finished, or cancel it.', {
          retryable: true,
          hostState: 'unchanged',
        }),
      );
}
