import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { testDigest } from '../../test/support/memory-ports.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { fileContent } from './changes/file-content/file-content.ts';
import { rollBack } from './rollback.ts';

const kept = 'The data is kept as /data.secured-1.';
let bench: EngineBench;
let verified: boolean;
beforeEach(() => {
  verified = true;
  bench = new EngineBench({
    'file-content': {
      ...fileContent,
      verify: (...args) =>
        verified
          ? fileContent.verify(...args)
          : Promise.resolve(fail(appError('VERIFY_FAILED', 'Not so.', 'Look.', { hostState: 'changed' }))),
      revert: async (...args) => {
        const reverted = await fileContent.revert(...args);
        return reverted.ok ? succeed({ words: [kept] }) : reverted;
      },
    },
  });
  bench.host.place('/etc/a', 'old');
});
afterEach(() => bench.host.remove());

async function applied() {
  const change = {
    kind: 'file-content',
    path: '/etc/a',
    content: 'new',
    expects: testDigest.sha256('old'),
  } as const;
  const plan = value(await bench.plan(bench.request('one', change)));
  return value(await applyPlan(bench.applying(plan), bench.parts));
}
const lastNote = () => {
  const entry = bench.journal.entries.at(-1);
  return entry !== undefined && 'note' in entry ? entry.note : '';
};

it('what an undo leaves on the host is in its report and in the journal', async () => {
  await applied();
  const report = value(
    await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, bench.parts),
  );
  expect(JSON.stringify(report)).toContain(kept);
  expect(lastNote()).toBe(`What was there before has been put back. ${kept}`);
});

it('so is what a failed step leaves when it is put back', async () => {
  verified = false;
  const report = await applied();
  expect(report.error?.hostState).toBe('restored');
  expect(lastNote()).toContain(kept);
});
