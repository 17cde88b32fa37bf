import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { type ThreeFiles, threeFiles } from '../../test/support/three-files.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { HostWork } from './host-work.ts';
import { type LockRequest, lockHost } from './lock.ts';

let bench: ThreeFiles['bench'];
let plan: ThreeFiles['plan'];
beforeEach(async () => {
  ({ bench, plan } = await threeFiles());
});
afterEach(() => bench.host.remove());

const lost = fail<never>(appError('SSH_CONNECTION_LOST', 'The link broke.', 'Try again.'));

describe('the lock on the host', () => {
  it('is not taken from other work of this program whose answer is still on its way', async () => {
    const parts = { ...bench.parts, installation: 'here' };
    const other = new HostWork(bench.host.session(), parts);
    const seen: boolean[] = [];
    const work = new HostWork(
      {
        ...bench.host.session(),
        run: async (request, signal) => {
          const ran = await bench.host.run(request, signal);
          if (request.name === 'lock-host') seen.push((await other.begin('p', false)).ok);
          return ran;
        },
      },
      parts,
    );
    value(await work.begin('p', false));
    expect(seen).toEqual([false]);
    value(await work.stillOurs());
    await work.end();
    value(await other.begin('p', false));
    await other.end();
  });

  it('refuses a host that somebody else works on', async () => {
    value(await lockHost(bench.host, { owner: 'bob@desk', planId: 'p', token: 't1' }));
    const refused = await applyPlan(bench.applying(plan), bench.parts);
    expect(refused).toMatchObject({ error: { code: 'HOST_LOCKED', hostState: 'unchanged' } });
    expect(!refused.ok && refused.error.message).toMatch(/^bob@desk .* since 2\d{3}-/);
    expect(bench.journal.entries).toEqual([]);
    const forced = await applyPlan(
      { ...bench.applying(plan), mayBreakLock: () => Promise.resolve(true) },
      bench.parts,
    );
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

  it('is given back over a new connection when the link dies at the very end', async () => {
    bench.host.before = (request) => {
      if (request.name === 'lock-release') {
        bench.host.before = undefined;
        return lost;
      }
      return succeed(undefined);
    };
    value(await applyPlan(bench.applying(plan), bench.parts));
    expect(existsSync(bench.host.path('/run/bulwark/lock'))).toBe(false);
  });

  it('is recognised when the answer that it was taken got lost', async () => {
    bench.host.after = (request) => {
      if (request.name === 'lock-host') {
        bench.host.after = undefined;
        return lost;
      }
      return succeed(undefined);
    };
    const report = value(await applyPlan(bench.applying(plan), bench.parts));
    expect(report.result).toBe('done');
    expect(existsSync(bench.host.path('/run/bulwark/lock'))).toBe(false);
  });
});

describe('a lock that was left behind', () => {
  const info = () => readFileSync(bench.host.path('/run/bulwark/lock/info'), 'utf8').split('\n');
  const ask = (more: Partial<LockRequest> = {}) =>
    lockHost(bench.host, { owner: 'ada@laptop', planId: 'p', token: 't2', from: 'w1', ...more });

  beforeEach(async () => {
    value(await lockHost(bench.host, { owner: 'ada@laptop', planId: 'p', token: 't1', from: 'w1' }));
  });

  it('by an interruption of this workspace is taken over, and the journal says so', async () => {
    const since = info()[2];
    expect(value(await ask())).toEqual({ token: 't2', leftSince: since });
    expect(info()[0]).toBe('t2');
    value(await lockHost(bench.host, { owner: 'ada@laptop', planId: 'p', token: 't1', force: true }));
  });

  it('is noted by the work that finds it', async () => {
    const { installation = '' } = bench.parts;
    const left = { owner: 'ada@laptop', planId: 'p', token: 't3', from: installation, force: true };
    value(await lockHost(bench.host, left));
    value(await applyPlan(bench.applying(plan), bench.parts));
    expect(JSON.stringify(bench.journal.entries)).toContain(
      'that an interruption of this workspace had left',
    );
  });

  it.each([
    ['a second operator', { owner: 'bob@desk' }],
    ['the same operator on another machine', { from: 'w2' }],
    ['work of this program that goes on', { alive: ['t1'] }],
    ['nobody who can tell', { from: undefined }],
  ] as const)('is not taken over for %s', async (_who, more) => {
    expect(await ask(more)).toMatchObject({ error: { code: 'HOST_LOCKED', hostState: 'unchanged' } });
    expect(info()[0]).toBe('t1');
    expect(value(await ask({ ...more, force: 't1' }))).toEqual({ token: 't2' });
  });

  it('shows whose it is, since when, and for how long nobody was heard of', async () => {
    const path = bench.host.path('/run/bulwark/lock/info');
    const refusal = async () => {
      const refused = await ask({ owner: 'bob@desk' });
      return refused.ok ? [] : [refused.error.message, refused.error.nextStep];
    };
    expect(await refusal()).toEqual([
      expect.stringMatching(
        /^ada@laptop .* since 2\d{3}-.*; the last sign of life was less than a minute ago\.$/,
      ),
      expect.stringContaining('Wait until they are done'),
    ]);
    const old = Date.now() / 1000 - 42 * 60;
    utimesSync(path, old, old);
    expect(await refusal()).toEqual([
      expect.stringContaining('42 minutes ago'),
      expect.stringContaining('looks abandoned'),
    ]);
    // A clock that was set back must not read as a sign of life in the future.
    const ahead = Date.now() / 1000 + 3600;
    utimesSync(path, ahead, ahead);
    expect((await refusal())[0]).toContain('less than a minute ago');
  });
});
