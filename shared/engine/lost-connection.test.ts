import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { type ThreeFiles, threeFiles } from '../../test/support/three-files.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { interruptedSteps, recoverHost } from './recover.ts';
import { rollBack } from './rollback.ts';

const lost = fail<never>(appError('SSH_CONNECTION_LOST', 'The link broke.', 'Try again.'));

let bench: ThreeFiles['bench'];
let plan: ThreeFiles['plan'];
let read: ThreeFiles['read'];
let kinds: ThreeFiles['kinds'];
beforeEach(async () => {
  ({ bench, plan, read, kinds } = await threeFiles());
});
afterEach(() => bench.host.remove());

describe('a lost connection', () => {
  function loseAfter(name: string, path: string, reach: boolean) {
    bench.host.after = (request) => {
      if (request.name === name && request.args?.[0] === path) {
        bench.host.after = undefined;
        bench.reachable = reach;
        return lost;
      }
      return succeed(undefined);
    };
  }

  it('is settled by asking the host: complete is kept', async () => {
    loseAfter('write-file', '/etc/a', true);
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report.result).toBe('done');
    expect(kinds().slice(0, 4)).toEqual(['opened', 'intent', 'outcome unknown', 'outcome done']);
  });

  it('is unknown while the host cannot be reached, and settled later', async () => {
    loseAfter('write-file', '/etc/a', false);
    bench.host.before = (request) => {
      return bench.reachable || request.name !== 'lock-release' ? succeed(undefined) : lost;
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report).toMatchObject({ result: 'failed', error: { hostState: 'unknown' } });
    expect(report.steps.map((step) => step.state)).toEqual(['failed', 'skipped', 'skipped']);
    const open = value(await interruptedSteps(bench.journal, ['local']));
    expect(open).toMatchObject([{ stepId: '01-file-content', doing: 'applying' }]);
    bench.reachable = true;
    // The lock is still there, and it is ours.
    const settled = value(
      await recoverHost({ hostId: 'local', how: 'settle', breakLock: false }, bench.parts),
    );
    expect(settled).toMatchObject({ result: 'settled', items: [{ result: 'kept' }] });
    expect(value(await interruptedSteps(bench.journal, ['local']))).toEqual([]);
    const undone = value(
      await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, bench.parts),
    );
    expect(undone.result).toBe('undone');
    expect(read('/etc/a')).toBe('old');
  });

  it('before anything was written ends in the old state', async () => {
    bench.host.before = (request) => {
      if (request.name === 'write-file') {
        bench.host.before = undefined;
        return lost;
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report.result).toBe('failed');
    expect(report.error?.hostState).toBe('restored');
    expect(read('/etc/a')).toBe('old');
  });
});
