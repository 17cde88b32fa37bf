/** A step was changed on another host of the cluster since: the answer of the operator reaches that host. */
import { expect, it } from 'vitest';
import { appError } from '../../shared/domain/error.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import type { RollbackReport } from '../../shared/engine/rollback.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { settleDrift } from './undoing.ts';

const missing = fail(appError('NOT_FOUND', 'None.', 'None.'));
const context = { questions: { ask: () => Promise.resolve('overwrite') } } as unknown as ServiceContext;
const workspace = {
  host: () => undefined,
  journal: { read: () => Promise.resolve(missing) },
} as unknown as OpenWorkspace;
const handle = { signal: new AbortController().signal } as unknown as OperationHandle;

const item = (stepId: string) => ({ planId: 'p', stepId, title: stepId, note: '' });

it('overwriting is asked of the host whose step it is, and counts for all that went back with it', async () => {
  const asked: unknown[] = [];
  const report: RollbackReport = {
    result: 'incomplete',
    items: [
      { ...item('of-a'), result: 'failed' },
      { ...item('of-b'), result: 'drifted', hostId: 'b' },
    ],
  };
  const settled = await settleDrift(
    context,
    workspace,
    'a',
    report,
    { of: 'host' },
    (scope, more) => {
      asked.push([scope, more]);
      if (scope.of !== 'step' || more.hostId !== 'b') return Promise.resolve(missing);
      const items = [
        { ...item('of-b'), result: 'undone' },
        { ...item('of-a'), result: 'undone', hostId: 'a' },
      ] as const;
      return Promise.resolve(succeed({ result: 'undone', items }));
    },
    handle,
  );
  expect(asked[0]).toEqual([
    { of: 'step', planId: 'p', stepId: 'of-b' },
    { force: true, hostId: 'b' },
  ]);
  expect(settled.result).toBe('undone');
  expect(settled.items.map((one) => one.hostId)).toEqual(['b', 'a']);
});
