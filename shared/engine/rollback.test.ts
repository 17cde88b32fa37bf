import { statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { type ThreeFiles, threeFiles } from '../../test/support/three-files.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { rollBack } from './rollback.ts';

let bench: ThreeFiles['bench'];
let plan: ThreeFiles['plan'];
let read: ThreeFiles['read'];
beforeEach(async () => {
  ({ bench, plan, read } = await threeFiles());
});
afterEach(() => bench.host.remove());

describe('rolling back', () => {
  beforeEach(async () => {
    value(await applyPlan(bench.applying(plan), bench.parts));
  });
  const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;

  it('undoes newest first to the same bytes and modes, and then has nothing left', async () => {
    const report = value(await rollBack(all, bench.parts));
    expect(report.result).toBe('undone');
    expect(report.items.map((item) => item.stepId)).toEqual([
      '03-file-content',
      '02-file-content',
      '01-file-content',
    ]);
    for (const name of ['a', 'b', 'c']) {
      expect(read(`/etc/${name}`)).toBe('old');
      expect(statSync(bench.host.path(`/etc/${name}`)).mode & 0o7777).toBe(0o644);
    }
    expect(await rollBack(all, bench.parts)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('undoes one step', async () => {
    const scope = { of: 'step', planId: plan.id, stepId: '02-file-content' } as const;
    expect(value(await rollBack({ ...all, scope }, bench.parts)).result).toBe('undone');
    expect([read('/etc/a'), read('/etc/b'), read('/etc/c')]).toEqual(['new a', 'old', 'new c']);
  });

  it('reports drift, goes on with the others, is not success, and restores on purpose', async () => {
    writeFileSync(bench.host.path('/etc/b'), 'edited');
    const report = value(await rollBack(all, bench.parts));
    expect(report.result).toBe('incomplete');
    expect(report.items.map((item) => item.result)).toEqual(['undone', 'drifted', 'undone']);
    expect([read('/etc/a'), read('/etc/b'), read('/etc/c')]).toEqual(['old', 'edited', 'old']);
    const forced = value(await rollBack({ ...all, force: true }, bench.parts));
    expect(forced).toMatchObject({ result: 'undone', items: [{ stepId: '02-file-content' }] });
    expect(read('/etc/b')).toBe('old');
  });

  it('does not let one failure stop the others, and keeps its before-image', async () => {
    bench.host.before = (request) =>
      request.name === 'write-file' && request.args?.[0] === '/etc/c'
        ? fail(appError('DISK_FULL', 'Full.', 'Free space.', { hostState: 'unchanged' }))
        : succeed(undefined);
    const report = value(await rollBack(all, bench.parts));
    expect(report.items.map((item) => item.result)).toEqual(['failed', 'undone', 'undone']);
    bench.host.before = undefined;
    expect(value(await rollBack(all, bench.parts))).toMatchObject({
      result: 'undone',
      items: [{ stepId: '03-file-content' }],
    });
  });
});
