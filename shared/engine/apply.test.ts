import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { content, type ThreeFiles, threeFiles } from '../../test/support/three-files.ts';
import { succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';

let bench: ThreeFiles['bench'];
let plan: ThreeFiles['plan'];
let read: ThreeFiles['read'];
let kinds: ThreeFiles['kinds'];
beforeEach(async () => {
  ({ bench, plan, read, kinds } = await threeFiles());
});
afterEach(() => bench.host.remove());

describe('applying a plan', () => {
  it('journals intent and outcome of each step, and a second run has nothing to do', async () => {
    const report = value(await applyPlan(bench.applying(plan), bench.parts, undefined, bench.events));
    expect(report.result).toBe('done');
    expect(report.steps.map((step) => step.state)).toEqual(['done', 'done', 'done']);
    expect(kinds()).toEqual([
      'opened',
      'intent',
      'outcome done',
      'intent',
      'outcome done',
      'intent',
      'outcome done',
    ]);
    expect(read('/etc/a')).toBe('new a');
    expect(existsSync(bench.host.path('/run/bulwark/lock'))).toBe(false);
    const again = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(again.steps.map((step) => step.state)).toEqual([
      'nothing-to-do',
      'nothing-to-do',
      'nothing-to-do',
    ]);
  });

  it('can be held between two steps: what was begun is whole, and the host stays locked', async () => {
    const seen: string[] = [];
    const report = value(
      await applyPlan(
        {
          ...bench.applying(plan),
          betweenSteps: async (alive) => {
            seen.push(kinds().at(-1) ?? '');
            expect(existsSync(bench.host.path('/run/bulwark/lock'))).toBe(true);
            await alive();
          },
        },
        bench.parts,
      ),
    );
    expect(report.result).toBe('done');
    expect(seen, 'never before the first, never within one').toEqual(['outcome done', 'outcome done']);
  });

  it('keeps secrets out of diffs', () => {
    expect(JSON.stringify(plan.steps.map((step) => step.diffs))).not.toContain('canary-value');
  });

  it('refuses another plan than the approved one, and a host that moved', async () => {
    expect(await applyPlan({ ...bench.applying(plan), approvedDigest: 'x' }, bench.parts)).toMatchObject({
      error: { code: 'PLAN_STALE' },
    });
    const swapped = { ...plan, steps: plan.steps.toReversed() };
    expect(await applyPlan(bench.applying(swapped), bench.parts)).toMatchObject({
      error: { code: 'PLAN_STALE' },
    });
    const moved = { ...bench.applying(plan), factsDigest: () => Promise.resolve(succeed('facts-2')) };
    expect(await applyPlan(moved, bench.parts)).toMatchObject({
      error: { code: 'PLAN_STALE', hostState: 'unchanged' },
    });
    expect(bench.journal.entries).toEqual([]);
  });

  it('stops at the first failure and leaves that step as it was', async () => {
    bench.host.before = (request) => {
      if (request.name === 'write-file' && request.args?.[0] === '/etc/b') {
        writeFileSync(bench.host.path('/etc/b'), 'edited in this very moment');
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report).toMatchObject({
      result: 'failed',
      error: { code: 'FILE_CHANGED_UNDERNEATH', hostState: 'unchanged' },
    });
    expect(report.steps.map((step) => step.state)).toEqual(['done', 'failed', 'skipped']);
    expect([read('/etc/a'), read('/etc/b'), read('/etc/c')]).toEqual([
      'new a',
      'edited in this very moment',
      'old',
    ]);
    expect(kinds().slice(-1)).toEqual(['outcome undone-after-failure']);
  });

  it('does not take for its own what somebody writes before it reads back', async () => {
    bench.host.after = (request) => {
      if (request.name === 'write-file' && request.args?.[0] === '/etc/a') {
        bench.host.after = undefined;
        writeFileSync(bench.host.path('/etc/a'), 'scribble');
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report.error?.code).toBe('VERIFY_FAILED');
    expect(report.error?.hostState).toBe('changed');
    expect(read('/etc/a')).toBe('scribble');
  });

  it('does not touch the host when the journal cannot be written', async () => {
    bench.host.before = (request) => {
      bench.journal.failing = request.name !== 'lock-host';
      return succeed(undefined);
    };
    const reading = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(reading).toMatchObject({ result: 'failed', error: { code: 'IO', hostState: 'unchanged' } });
    expect(bench.host.names).not.toContain('write-file');
  });

  it('undoes a step whose outcome cannot be journalled', async () => {
    bench.host.after = (request) => {
      bench.journal.failing = request.name === 'write-file' || bench.journal.failing;
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report).toMatchObject({ result: 'failed', error: { code: 'IO' } });
    expect(read('/etc/a')).toBe('old');
  });

  it('turns a defect in a kind into an error and puts back', async () => {
    const { 'file-content': real } = bench.parts.kinds;
    const broken = new EngineBench({
      'file-content': { ...real, verify: () => Promise.reject(new Error('a defect')) },
    });
    broken.host.place('/etc/a', 'old');
    const one = value(await broken.plan(broken.request('one', content('/etc/a', 'new'))));
    const report = value(await applyPlan(broken.applying(one), broken.parts));
    expect(report.error).toMatchObject({ code: 'INTERNAL', hostState: 'restored' });
    expect(readFileSync(broken.host.path('/etc/a'), 'utf8')).toBe('old');
    broken.host.remove();
  });
});
