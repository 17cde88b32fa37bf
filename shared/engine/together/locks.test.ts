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

it('asks for each host whose lock may be broken, and breaks only that', async () => {
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
  expect(
    await lockHost(scene.hosts[2] ?? scene.bench.host, { owner: 'eve', planId: 'p', token: 't3' }),
  ).toMatchObject({
    ok: false,
  });
  expect(
    value(
      await applyPlan(
        request(() => true),
        scene.parts,
      ),
    ),
  ).toMatchObject({ result: 'done' });
  expect(asked).toEqual(['two', 'three', 'three']);
});
