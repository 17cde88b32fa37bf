/** Locks of others on hosts whose steps belong together: what was said of one holds for no other. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import {
  applied,
  dropScene,
  names,
  newScene,
  planFor,
  scene,
  words,
} from '../../../test/support/together-scene.ts';
import { succeed } from '../../domain/result.ts';
import { applyPlan } from '../apply.ts';
import { lockHost } from '../lock.ts';
import { rollBack } from '../rollback.ts';

beforeEach(newScene);
afterEach(dropScene);

it('a yes to the lock of one host breaks no lock of another', async () => {
  const { plan } = await applied();
  const theirs = { owner: 'bob', planId: 'p', token: 't1' };
  for (const at of [1, 2]) value(await lockHost(scene.hosts[at] ?? scene.bench.host, theirs));
  const request = { hostId: 'two', scope: { of: 'plan', planId: plan.id }, reason: 'asked for' } as const;
  const refused = await rollBack({ ...request, breakLock: true }, scene.parts);
  expect(refused).toMatchObject({ ok: false, error: { code: 'BUSY' } });
  expect(refused.ok ? '' : refused.error.message).toContain('bob');
  expect(words()).toEqual(['secured', 'secured', 'secured']);
  // The other one's lock stands; the one that was broken is gone.
  expect(await lockHost(scene.hosts[2] ?? scene.bench.host, { ...theirs, token: 't2' })).toMatchObject({
    ok: false,
  });
  expect(value(await rollBack({ ...request, hostId: 'three', breakLock: true }, scene.parts)).result).toBe(
    'undone',
  );
});

it('asks for each host whose lock may be broken, and after one no breaks none', async () => {
  const plan = value(await planFor(names));
  for (const host of scene.hosts.slice(1))
    value(await lockHost(host, { owner: 'bob', planId: 'p', token: `t-${host.hostId}` }));
  const asked: string[] = [];
  const request = (may: (hostId: string) => boolean) => ({
    plan,
    approvedDigest: plan.digest,
    factsDigest: () => Promise.resolve(succeed('f')),
    mayBreakLock: (hostId: string) => {
      asked.push(hostId);
      return Promise.resolve(may(hostId));
    },
  });
  expect(
    await applyPlan(
      request((hostId) => hostId === 'two'),
      scene.parts,
    ),
  ).toMatchObject({
    ok: false,
    error: { code: 'HOST_LOCKED' },
  });
  expect(asked).toEqual(['two', 'three']);
  for (const host of scene.hosts.slice(1))
    expect(await lockHost(host, { owner: 'eve', planId: 'p', token: 't3' })).toMatchObject({ ok: false });
  expect(
    value(
      await applyPlan(
        request(() => true),
        scene.parts,
      ),
    ),
  ).toMatchObject({ result: 'done' });
  expect(asked).toEqual(['two', 'three', 'two', 'three']);
});

it.each(names)(
  'looks again after a yes: what changed on %s before it makes the plan stale',
  async (changed) => {
    const plan = value(await planFor(names));
    value(await lockHost(scene.hosts[1] ?? scene.bench.host, { owner: 'bob', planId: 'p', token: 't1' }));
    let answered = false;
    const refused = await applyPlan(
      {
        plan,
        approvedDigest: plan.digest,
        factsDigest: (hostId) => Promise.resolve(succeed(answered && hostId === changed ? 'other' : 'f')),
        mayBreakLock: () => {
          answered = true;
          return Promise.resolve(true);
        },
      },
      scene.parts,
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'PLAN_STALE', hostState: 'unchanged' } });
    expect(words()).toEqual(['open', 'open', 'open']);
  },
);

it('notices after a yes that a host that was locked before the question is no longer ours', async () => {
  const plan = value(await planFor(names));
  value(await lockHost(scene.hosts[1] ?? scene.bench.host, { owner: 'bob', planId: 'p', token: 't1' }));
  const refused = await applyPlan(
    {
      plan,
      approvedDigest: plan.digest,
      factsDigest: () => Promise.resolve(succeed('f')),
      mayBreakLock: async () => {
        const theirs = { owner: 'eve', planId: 'p', token: 't2', force: true };
        value(await lockHost(scene.hosts[0] ?? scene.bench.host, theirs));
        return true;
      },
    },
    scene.parts,
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'HOST_LOCKED' } });
  expect(words()).toEqual(['open', 'open', 'open']);
});
