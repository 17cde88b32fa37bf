/** New work on a host waits until what an interruption left there is settled, whoever asks for it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { type ThreeFiles, threeFiles } from '../../test/support/three-files.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { recoverHost } from './recover.ts';

let bench: ThreeFiles['bench'];
let plan: ThreeFiles['plan'];
let read: ThreeFiles['read'];
beforeEach(async () => {
  ({ bench, plan, read } = await threeFiles());
});
afterEach(() => bench.host.remove());

const refused = { ok: false, error: { code: 'BUSY', hostState: 'unchanged', retryable: true } } as const;

it('a plan is refused before its host is touched, and applied once that is settled', async () => {
  bench.host.after = (request) => {
    if (request.name !== 'write-file') return succeed(undefined);
    bench.host.after = undefined;
    bench.reachable = false;
    return fail(appError('SSH_CONNECTION_LOST', 'The link broke.', 'Try again.'));
  };
  expect(value(await applyPlan(bench.applying(plan), bench.parts)).error?.hostState).toBe('unknown');
  bench.reachable = true;

  const asked = bench.host.names.length;
  const entries = bench.journal.entries.length;
  const again = await applyPlan({ ...bench.applying(plan), nameOf: () => 'node one' }, bench.parts);
  expect(again).toMatchObject(refused);
  expect(again.ok ? '' : again.error.message).toContain('node one was interrupted');
  expect([bench.host.names.length, bench.journal.entries.length]).toEqual([asked, entries]);
  expect(read('/etc/b')).toBe('old');

  value(await recoverHost({ hostId: 'local', how: 'settle', breakLock: true }, bench.parts));
  expect(value(await applyPlan(bench.applying(plan), bench.parts)).result).toBe('done');
});

it('a restart that undoing still owes is such work', async () => {
  const restart = { kind: 'service-restart', unit: 'app.service', rehearse: false } as const;
  const owed = { type: 'restart-owed', hostId: 'local', planId: 'p', stepId: 's', restart } as const;
  value(await bench.journal.append(owed));
  expect(await applyPlan(bench.applying(plan), bench.parts)).toMatchObject(refused);
});
