/** What cannot be taken back stands in the journal as it stood, with the reason, and is nothing to be settled. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { content } from '../../test/support/three-files.ts';
import { appError } from '../domain/error.ts';
import { fail } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { fileContent } from './changes/file-content/file-content.ts';
import { stepHistories } from './journal/history.ts';
import { interruptedSteps, recoverHost } from './recover.ts';
import { rollBack } from './rollback.ts';

let bench: EngineBench;
/** How the way back is refused. */
let refusal: { hostState: 'unchanged' | 'unknown'; retryable: boolean };
const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;

beforeEach(() => {
  refusal = { hostState: 'unchanged', retryable: false };
  bench = new EngineBench({
    'file-content': {
      ...fileContent,
      revert: () => Promise.resolve(fail(appError('NOT_REVERSIBLE', 'There is no way back.', '', refusal))),
    },
  });
  bench.host.place('/etc/a', 'old');
});
afterEach(() => bench.host.remove());

async function apply() {
  const plan = value(await bench.plan(bench.request('one', content('/etc/a', 'new'))));
  return value(await applyPlan(bench.applying(plan), bench.parts));
}
const open = async () => value(await interruptedSteps(bench.journal, ['local']));
const standing = () => stepHistories(bench.journal.entries).at(-1)?.standing;

it('an applied step stands, and undoing it is no success', async () => {
  await apply();
  const report = value(await rollBack(all, bench.parts));
  expect(report).toMatchObject({ result: 'incomplete', items: [{ result: 'failed', stays: true }] });
  expect(standing()).toBe('applied');
  expect(bench.journal.entries.at(-1)).toMatchObject({
    type: 'undo-outcome',
    result: 'failed',
    stays: true,
    note: 'There is no way back.',
  });
  expect(await open()).toEqual([]);
  // It can be asked for again, and new work is not kept waiting.
  expect(value(await rollBack(all, bench.parts)).result).toBe('incomplete');
  bench.host.place('/etc/a', 'old');
  expect((await apply()).result).toBe('done');
});

it('also where that undoing was interrupted and is settled', async () => {
  await apply();
  const intent = bench.journal.entries.find((entry) => entry.type === 'intent');
  const { planId = '', stepId = '' } = intent ?? {};
  value(
    await bench.journal.append({ type: 'undo-intent', hostId: 'local', planId, stepId, reason: 'asked' }),
  );
  expect(await open()).toHaveLength(1);
  const settled = value(await recoverHost({ hostId: 'local', how: 'settle', breakLock: true }, bench.parts));
  expect(settled).toMatchObject({ result: 'settled', items: [{ result: 'kept' }] });
  expect(standing()).toBe('applied');
});

it('a step whose host is not known to be as it was stays open', async () => {
  await apply();
  refusal = { hostState: 'unknown', retryable: false };
  value(await rollBack(all, bench.parts));
  expect(standing()).toBe('open');
});

it('an interrupted step with a way back that a later attempt may find stays open', async () => {
  await apply();
  const intent = bench.journal.entries.find((entry) => entry.type === 'intent');
  const { planId = '', stepId = '' } = intent ?? {};
  const unknown = { result: 'unknown', mark: {}, note: '' } as const;
  value(await bench.journal.append({ type: 'outcome', hostId: 'local', planId, stepId, ...unknown }));
  refusal = { hostState: 'unchanged', retryable: true };
  value(await rollBack(all, bench.parts));
  expect(standing()).toBe('open');
});
