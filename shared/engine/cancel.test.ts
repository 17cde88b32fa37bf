import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { content, type ThreeFiles, threeFiles } from '../../test/support/three-files.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { rollBack } from './rollback.ts';

let bench: ThreeFiles['bench'];
let plan: ThreeFiles['plan'];
let kinds: ThreeFiles['kinds'];
beforeEach(async () => {
  ({ bench, plan, kinds } = await threeFiles());
});
afterEach(() => bench.host.remove());

describe('a cancel', () => {
  it('cancels between steps', async () => {
    const control = new AbortController();
    bench.host.after = (request) => {
      if (request.name === 'write-file') {
        control.abort();
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts, control.signal));
    expect(report.result).toBe('cancelled');
    expect(report.steps.map((step) => step.state)).toEqual(['done', 'skipped', 'skipped']);
    expect(report.error).toMatchObject({
      code: 'CANCELLED',
      hostState: 'changed',
      message: 'Cancelled. 1 finished step stays as applied. 2 steps were not begun.',
    });
    expect(existsSync(bench.host.path('/run/bulwark/lock'))).toBe(false);
  });

  it('puts back what a step had done when it is cancelled midway', async () => {
    const { 'file-content': real } = bench.parts.kinds;
    const midway = new EngineBench({
      'file-content': {
        ...real,
        async apply(change, before, context) {
          await real.apply(change, before, context);
          return fail(appError('CANCELLED', 'Cancelled.', 'Start again.', { hostState: 'unchanged' }));
        },
      },
    });
    midway.host.place('/etc/a', 'old');
    const one = value(await midway.plan(midway.request('one', content('/etc/a', 'new'))));
    const report = value(await applyPlan(midway.applying(one), midway.parts));
    expect(report).toMatchObject({ result: 'cancelled', error: { hostState: 'restored' } });
    expect(readFileSync(midway.host.path('/etc/a'), 'utf8')).toBe('old');
    midway.host.remove();
  });

  it('before the first step says that nothing was changed', async () => {
    const control = new AbortController();
    bench.host.after = (request) => {
      if (request.name === 'lock-host') {
        control.abort();
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts, control.signal));
    expect(report).toMatchObject({
      result: 'cancelled',
      error: { hostState: 'unchanged', message: 'Cancelled. Nothing was changed. 3 steps were not begun.' },
    });
    expect(kinds()).toEqual(['opened']);
  });

  it('inside the second step tells of the first as well', async () => {
    const control = new AbortController();
    bench.host.before = (request) => {
      if (request.name === 'read-file' && request.args?.[0] === '/etc/b') {
        control.abort();
        return fail(appError('CANCELLED', 'Cancelled.', 'Start again.', { hostState: 'unchanged' }));
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts, control.signal));
    expect(report.steps.map((step) => step.state)).toEqual(['done', 'failed', 'skipped']);
    expect(report.error).toMatchObject({
      code: 'CANCELLED',
      hostState: 'changed',
      message:
        'Cancelled. 1 finished step stays as applied. The step that was under way changed nothing. 1 step was not begun.',
    });
  });

  it('that cannot put back what the step had done does not call it restored', async () => {
    const { 'file-content': real } = bench.parts.kinds;
    const midway = new EngineBench({
      'file-content': {
        ...real,
        async apply(change, before, context) {
          await real.apply(change, before, context);
          return fail(appError('CANCELLED', 'Cancelled.', 'Start again.', { hostState: 'unchanged' }));
        },
        revert: () =>
          Promise.resolve(fail(appError('DISK_FULL', 'Full.', 'Free.', { hostState: 'unchanged' }))),
      },
    });
    midway.host.place('/etc/a', 'old');
    const one = value(await midway.plan(midway.request('one', content('/etc/a', 'new'))));
    const report = value(await applyPlan(midway.applying(one), midway.parts));
    expect(report).toMatchObject({ result: 'cancelled', error: { hostState: 'changed' } });
    expect(report.error?.message).toContain('left changes that could not be put back');
    midway.host.remove();
  });

  it('of a rollback leaves the rest as it stood and says how much', async () => {
    value(await applyPlan(bench.applying(plan), bench.parts));
    const control = new AbortController();
    bench.host.after = (request) => {
      if (request.name === 'write-file') {
        control.abort();
      }
      return succeed(undefined);
    };
    const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
    const report = value(await rollBack(all, bench.parts, control.signal));
    expect(report.result).toBe('cancelled');
    expect(report.items.map((item) => item.result)).toEqual(['undone', 'skipped', 'skipped']);
    expect(value(await rollBack(all, bench.parts)).items).toHaveLength(2);
  });
});
