import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { testDigest } from '../../test/support/memory-ports.ts';
import type { Change } from '../domain/change.ts';
import { appError } from '../domain/error.ts';
import type { Plan } from '../domain/plan.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { lockHost } from './lock.ts';
import { interruptedSteps, recoverHost } from './recover.ts';
import { rollBack } from './rollback.ts';

let bench: EngineBench;
let plan: Plan;
const content = (path: string, text: string, expects = 'old'): Change => ({
  kind: 'file-content',
  path,
  content: text,
  expects: testDigest.sha256(expects),
});
const read = (path: string) => readFileSync(bench.host.path(path), 'utf8');
const kinds = () =>
  bench.journal.entries.map((entry) => ('result' in entry ? `${entry.type} ${entry.result}` : entry.type));
const lost = fail<never>(appError('SSH_CONNECTION_LOST', 'The link broke.', 'Try again.'));

beforeEach(async () => {
  bench = new EngineBench();
  for (const name of ['a', 'b', 'c']) {
    bench.host.place(`/etc/${name}`, 'old', 0o644);
  }
  plan = value(
    await bench.plan(
      bench.request(
        'one',
        content('/etc/a', 'new a'),
        content('/etc/b', 'password: canary-value'),
        content('/etc/c', 'new c'),
      ),
    ),
  );
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

  it('puts back what does not verify', async () => {
    bench.host.after = (request) => {
      if (request.name === 'write-file' && request.args?.[0] === '/etc/a') {
        bench.host.after = undefined;
        writeFileSync(bench.host.path('/etc/a'), 'scribble');
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report.error?.code).toBe('VERIFY_FAILED');
    expect(report.error?.hostState).toBe('restored');
    expect(read('/etc/a')).toBe('old');
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

  it('refuses a host that somebody else works on', async () => {
    value(await lockHost(bench.host, { owner: 'bob@desk', planId: 'p', token: 't1' }));
    const refused = await applyPlan(bench.applying(plan), bench.parts);
    expect(refused).toMatchObject({ error: { code: 'HOST_LOCKED', hostState: 'unchanged' } });
    expect(!refused.ok && refused.error.message).toMatch(/^bob@desk .* since 2\d{3}-/);
    expect(bench.journal.entries).toEqual([]);
    const forced = await applyPlan({ ...bench.applying(plan), breakLock: true }, bench.parts);
    expect(forced).toMatchObject({ value: { result: 'done' } });
  });

  it('stops when its lock is broken by somebody else', async () => {
    bench.host.after = (request) => {
      if (request.name === 'write-file') {
        bench.host.after = undefined;
        rmSync(bench.host.path('/run/bulwark/lock'), { recursive: true });
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report).toMatchObject({ result: 'failed', error: { code: 'HOST_LOCKED' } });
    expect(report.steps.map((step) => step.state)).toEqual(['done', 'failed', 'skipped']);
  });
});

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
    const blocked = await recoverHost({ hostId: 'local', how: 'settle', breakLock: false }, bench.parts);
    expect(blocked).toMatchObject({ error: { code: 'HOST_LOCKED' } });
    const settled = value(
      await recoverHost({ hostId: 'local', how: 'settle', breakLock: true }, bench.parts),
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

describe('restarts while rolling back', () => {
  it('restarts each unit once, after everything is put back', async () => {
    const restarts: string[] = [];
    const made = new EngineBench({
      'service-restart': {
        kind: 'service-restart',
        describe: (change) => ({
          title: `restart ${change.unit}`,
          words: [],
          blast: 'restart',
          outageSeconds: 10,
          guarded: false,
        }),
        inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
        capture: () => Promise.resolve(succeed(new Uint8Array())),
        apply: (change) => {
          restarts.push(
            `${change.unit} with ${readFileSync(made.host.path('/etc/es/elasticsearch.yml'), 'utf8')}`,
          );
          return Promise.resolve(succeed({ at: 'now' }));
        },
        verify: () => Promise.resolve(succeed(undefined)),
        revert: () => Promise.reject(new Error('a restart is never reverted')),
      },
    });
    made.host.place('/etc/es/elasticsearch.yml', 'a: 1\n');
    const install = {
      layout: 'package',
      version: '9.4.3',
      home: '/usr/share/elasticsearch',
      pathConf: '/etc/es',
      pathData: ['/d'],
      pathLogs: '/l',
      unit: 'es.service',
      user: 'es',
      group: 'es',
      httpPort: 9200,
      transportPort: 9300,
    } as const;
    const one = value(
      await made.plan(
        made.request(
          'one',
          {
            kind: 'yaml-setting',
            path: '/etc/es/elasticsearch.yml',
            edits: [{ op: 'set', key: 'a', value: 2 }],
            expects: testDigest.sha256('a: 1\n'),
          },
          {
            kind: 'service-restart',
            unit: 'es.service',
            install: { ...install, pathData: ['/d'] },
            rehearse: true,
          },
        ),
      ),
    );
    value(await applyPlan(made.applying(one), made.parts));
    expect(restarts).toEqual(['es.service with a: 2\n']);
    const report = value(
      await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, made.parts),
    );
    expect(report.result).toBe('undone');
    expect(restarts).toEqual(['es.service with a: 2\n', 'es.service with a: 1\n']);
    expect(report.items.map((item) => item.title)).toEqual([
      'restart es.service',
      'change one setting in /etc/es/elasticsearch.yml',
      'restart es.service',
    ]);
    made.host.remove();
  });
});

describe('a service that does not start', () => {
  const unit = 'app.service';
  function failing(hostState: 'unchanged' | 'changed') {
    const seen: string[] = [];
    const bad = new EngineBench({
      'service-restart': {
        kind: 'service-restart',
        describe: () => ({
          title: 'restart',
          words: [],
          blast: 'restart',
          outageSeconds: 10,
          guarded: false,
        }),
        inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
        capture: () => Promise.resolve(succeed(new Uint8Array())),
        apply: () =>
          Promise.resolve(fail(appError('ES_DID_NOT_START', 'It did not start.', 'Read.', { hostState }))),
        verify: () => Promise.resolve(succeed(undefined)),
        revert: () => {
          seen.push(readFileSync(bad.host.path('/etc/app.yml'), 'utf8'));
          return Promise.resolve(succeed(undefined));
        },
      },
    });
    bad.host.place('/etc/app.yml', 'a: 1\n');
    return { bad, seen };
  }

  it.each([
    ['changed', ['a: 1\n']],
    ['unchanged', []],
  ] as const)(
    'gets its old configuration back, and is started with it when it was stopped (%s)',
    async (hostState, started) => {
      const { bad, seen } = failing(hostState);
      const one = value(
        await bad.plan(
          bad.request(
            'one',
            {
              kind: 'yaml-setting',
              path: '/etc/app.yml',
              edits: [{ op: 'set', key: 'a', value: 2 }],
              expects: testDigest.sha256('a: 1\n'),
            },
            { kind: 'service-restart', unit, rehearse: true },
          ),
        ),
      );
      const report = value(await applyPlan(bad.applying(one), bad.parts));
      expect(report).toMatchObject({
        result: 'failed',
        error: { code: 'ES_DID_NOT_START', hostState: 'restored' },
      });
      expect(report.steps.map((step) => step.state)).toEqual(['undone', 'failed']);
      expect(readFileSync(bad.host.path('/etc/app.yml'), 'utf8')).toBe('a: 1\n');
      expect(seen).toEqual(started);
      expect(value(await interruptedSteps(bad.journal, ['local']))).toEqual([]);
      expect(
        await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, bad.parts),
      ).toMatchObject({ error: { code: 'NOT_FOUND' } });
      bad.host.remove();
    },
  );
});
