/** What the operator answers about a step that drifted, or that took effect and lacks something, is what is done. */
import { expect, it } from 'vitest';
import { appError } from '../../shared/domain/error.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import type { RecoverItem } from '../../shared/engine/keep-if-in-place.ts';
import type { RollbackReport } from '../../shared/engine/rollback.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { mayKeep, settleDrift } from './undoing.ts';

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

const kept = (...items: readonly RecoverItem[]) => ({ result: 'incomplete', items }) as const;
const lacking = {
  ...item('of-a'),
  note: 'Documents are missing.',
  result: 'failed',
  mayKeep: true,
} as const;

it.each([
  ['keep', true],
  ['cancel', false],
] as const)('what took effect and lacks something is asked about once: %s', async (answer, expected) => {
  const asked: unknown[] = [];
  const ask = (question: unknown) => {
    asked.push(question);
    return Promise.resolve(answer);
  };
  const asking = { questions: { ask } } as unknown as ServiceContext;
  expect(await mayKeep(asking, workspace, 'a', kept(lacking), handle.signal)).toBe(expected);
  expect(asked).toMatchObject([{ type: 'lacking', hostId: 'a', detail: 'Documents are missing.' }]);
});

it('nothing is asked about what failed otherwise', async () => {
  const failed = { ...item('of-a'), result: 'failed' } as const;
  const never = { questions: { ask: () => Promise.reject(new Error('asked')) } } as unknown as ServiceContext;
  expect(await mayKeep(never, workspace, 'a', kept(failed), handle.signal)).toBe(false);
});
