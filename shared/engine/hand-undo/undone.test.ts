import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { content } from '../../../test/support/three-files.ts';
import { appError } from '../../domain/error.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { fail, succeed } from '../../domain/result.ts';
import { applyPlan } from '../apply.ts';
import { recoverHost } from '../recover.ts';
import { rollBack } from '../rollback.ts';

let bench: EngineBench;
const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
const kit = () => existsSync(bench.host.path(handUndoFolder));

beforeEach(async () => {
  bench = new EngineBench();
  bench.host.place('/etc/a', 'old');
  const plan = value(await bench.plan(bench.request('one', content('/etc/a', 'new'))));
  value(await applyPlan(bench.applying(plan), bench.parts));
  bench.host.before = (request) =>
    request.name === 'undo-drop'
      ? fail(appError('SUDO_NOT_ALLOWED', 'No root rights.', 'Check sudo.', { hostState: 'unchanged' }))
      : succeed(undefined);
  value(await rollBack(all, bench.parts));
});
afterEach(() => bench.host.remove());

it('is removed by the next rollback, which has nothing else to do', async () => {
  expect(await rollBack(all, bench.parts)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  expect(kit()).toBe(true);
  bench.host.before = undefined;
  expect(await rollBack(all, bench.parts)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  expect(kit()).toBe(false);
});

it('is removed by the next recovery, and not where the host cannot be reached', async () => {
  expect(kit()).toBe(true);
  bench.host.before = undefined;
  const recover = { hostId: 'local', how: 'settle', breakLock: false } as const;
  bench.reachable = false;
  expect(await recoverHost(recover, bench.parts)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  expect(kit()).toBe(true);
  bench.reachable = true;
  expect(await recoverHost(recover, bench.parts)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  expect(kit()).toBe(false);
});
