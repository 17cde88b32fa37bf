/** Settling asks about somebody else's edit, as undoing does, and leaves it alone. */
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

it('reports a file that was edited between writing and reading back as drifted', async () => {
  bench.host.after = (request) => {
    if (request.name !== 'write-file') return succeed(undefined);
    bench.host.after = undefined;
    bench.host.place('/etc/a', 'somebody else', 0o644);
    bench.reachable = false;
    return fail(appError('SSH_CONNECTION_LOST', 'The link broke.', 'Try again.'));
  };
  value(await applyPlan(bench.applying(plan), bench.parts));
  bench.reachable = true;
  const settled = value(await recoverHost({ hostId: 'local', how: 'settle', breakLock: true }, bench.parts));
  expect(settled.items.map(({ result }) => result)).toEqual(['drifted']);
  expect(read('/etc/a')).toBe('somebody else');
  const forced = { hostId: 'local', how: 'undo', breakLock: true, force: true } as const;
  expect(value(await recoverHost(forced, bench.parts)).result).toBe('settled');
  expect(read('/etc/a')).toBe('old');
});
