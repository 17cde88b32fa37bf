/** A step that three hosts take together, by a kind that only switches a word: who fails where, and what the others do then. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import {
  applied,
  back,
  dropScene,
  names,
  newScene,
  planFor,
  scene,
  words,
} from '../../../test/support/together-scene.ts';
import { lockHost } from '../lock.ts';
import { interruptedSteps, recoverHost } from '../recover.ts';

beforeEach(newScene);
afterEach(dropScene);

it('is planned for all hosts or for none', async () => {
  const plan = value(await planFor(names));
  expect(plan.steps.map((step) => step.hostId)).toEqual(names);
  expect(new Set(plan.steps.map((step) => step.together)).size).toBe(1);
  const two = await planFor(['one', 'two']);
  expect(two).toMatchObject({ ok: false, error: { code: 'PLAN_EMPTY' } });
  scene.failing = ['three', 'inspect'];
  expect(await planFor(names)).toMatchObject({ ok: false, error: { code: 'PLAN_EMPTY' } });
});

it('is done on all hosts at the same time, and taken back on all of them by asking one', async () => {
  const { plan, report } = await applied();
  expect(report).toMatchObject({ result: 'done' });
  expect(words()).toEqual(['secured', 'secured', 'secured']);
  expect((await applied()).report.steps.map((step) => step.state)).toEqual(names.map(() => 'nothing-to-do'));
  const undone = value(await back(plan.id));
  expect(undone).toMatchObject({ result: 'undone' });
  expect(undone.items.map((item) => item.hostId ?? 'two').toSorted()).toEqual(names.toSorted());
  expect(words()).toEqual(['open', 'open', 'open']);
  expect(await back(plan.id, 'one')).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
});

it('touches nobody when one cannot be prepared, and says which and why', async () => {
  scene.failing = ['two', 'prepare'];
  const { report } = await applied();
  expect(report).toMatchObject({ result: 'failed', error: { code: 'ES_DID_NOT_START' } });
  expect(scene.done).toEqual([]);
  expect(report.steps.map((step) => step.error?.code)).toEqual([
    'PEER_FAILED',
    'ES_DID_NOT_START',
    'PEER_FAILED',
  ]);
  expect(value(await interruptedSteps(scene.parts.journal, names))).toEqual([]);
});

it.each(['switch', 'verify'] as const)('goes back on all hosts when one fails at its %s', async (moment) => {
  scene.failing = ['three', moment];
  const { report } = await applied();
  expect(report).toMatchObject({ result: 'failed', error: { code: 'ES_DID_NOT_START' } });
  expect(words()).toEqual(['open', 'open', 'open']);
  expect(value(await interruptedSteps(scene.parts.journal, names))).toEqual([]);
});

it('takes nobody back where one was changed meanwhile, and all when told to', async () => {
  const { plan } = await applied();
  scene.failing = ['one', 'revert'];
  const refused = value(await back(plan.id));
  expect(refused).toMatchObject({ result: 'incomplete' });
  expect(words()).toEqual(['secured', 'secured', 'secured']);
  expect(value(await interruptedSteps(scene.parts.journal, names))).toEqual([]);
  scene.failing = undefined;
  expect(value(await back(plan.id, 'one', true))).toMatchObject({ result: 'undone' });
  expect(words()).toEqual(['open', 'open', 'open']);
});

it('takes nothing back while one of the hosts cannot be reached or is locked', async () => {
  const { plan } = await applied();
  scene.unreachable = 'three';
  expect(await back(plan.id)).toMatchObject({ ok: false, error: { code: 'SSH_TIMEOUT' } });
  scene.unreachable = undefined;
  value(await lockHost(scene.hosts[2] ?? scene.bench.host, { owner: 'bob', planId: 'p', token: 't1' }));
  expect(await back(plan.id)).toMatchObject({ ok: false, error: { code: 'BUSY' } });
  expect(words()).toEqual(['secured', 'secured', 'secured']);
});

/** As if this program had ended after the hosts had switched so far. */
async function interruptedAt(secured: readonly string[]): Promise<void> {
  const plan = value(await planFor(names));
  for (const step of plan.steps) {
    const image = value(await scene.parts.blobs.put(new Uint8Array()));
    const intent = {
      type: 'intent' as const,
      hostId: step.hostId,
      planId: plan.id,
      planDigest: plan.digest,
      stepId: step.id,
      controls: step.controls,
      change: step.change,
      title: step.title,
      diffs: [],
      beforeImage: image,
    };
    value(await scene.parts.journal.append(intent));
    if (secured.includes(step.hostId)) scene.now.set(step.hostId, 'secured');
  }
}

const settle = (how: 'settle' | 'keep' | 'undo') =>
  recoverHost({ hostId: 'one', how, breakLock: false }, scene.parts);

it('interrupted when all hosts had switched, stays; asked of one host, settled on all', async () => {
  await interruptedAt(names);
  const settled = value(await settle('settle'));
  expect(settled).toMatchObject({ result: 'settled' });
  expect(settled.items.map((item) => item.hostId ?? 'one').toSorted()).toEqual(names.toSorted());
  expect(words()).toEqual(['secured', 'secured', 'secured']);
  expect(value(await interruptedSteps(scene.parts.journal, names))).toEqual([]);
});

it.each([[['one']], [['two', 'three']], [[]]])(
  'interrupted when only %j had switched, goes back on all',
  async (secured) => {
    await interruptedAt(secured);
    expect(value(await settle('settle'))).toMatchObject({ result: 'settled' });
    expect(words()).toEqual(['open', 'open', 'open']);
    expect(value(await interruptedSteps(scene.parts.journal, names))).toEqual([]);
  },
);

it.each([['one'], ['two']])(
  'interrupted when all had switched, and %s lacks something: nobody goes back unasked, and all stay when asked to',
  async (lacking) => {
    await interruptedAt(names);
    scene.lacking = lacking;
    const left = value(await settle('settle'));
    expect(left).toMatchObject({ result: 'incomplete', items: [{ result: 'failed', mayKeep: true }] });
    expect(words()).toEqual(['secured', 'secured', 'secured']);
    expect(value(await interruptedSteps(scene.parts.journal, names))).toHaveLength(3);

    expect(value(await settle('keep'))).toMatchObject({ result: 'settled' });
    expect(words()).toEqual(['secured', 'secured', 'secured']);
    expect(value(await interruptedSteps(scene.parts.journal, names))).toEqual([]);
  },
);

it('interrupted, with one host that lacks something: taken back when asked to', async () => {
  await interruptedAt(names);
  scene.lacking = 'two';
  expect(value(await settle('undo'))).toMatchObject({ result: 'settled' });
  expect(words()).toEqual(['open', 'open', 'open']);
});

it('interrupted, with one host that cannot be reached: nothing is decided, but the others can be taken back', async () => {
  await interruptedAt(['one', 'two']);
  scene.unreachable = 'three';
  expect(await settle('settle')).toMatchObject({ ok: false, error: { code: 'SSH_TIMEOUT' } });
  const undone = value(await settle('undo'));
  expect(undone).toMatchObject({ result: 'incomplete' });
  expect(undone.items.find((item) => item.hostId === 'three')).toMatchObject({ result: 'skipped' });
  expect(words()).toEqual(['open', 'open', 'open']);
  expect(value(await interruptedSteps(scene.parts.journal, names))).toMatchObject([{ hostId: 'three' }]);
});

it.each(['SSH_AUTH', 'SSH_HOST_KEY_CHANGED'] as const)(
  'takes nothing back beside a host that is there and cannot be worked on: %s',
  async (code) => {
    await interruptedAt(names);
    scene.unreachable = 'three';
    scene.why = code;
    expect(await settle('undo')).toMatchObject({ ok: false, error: { code } });
    expect(words()).toEqual(['secured', 'secured', 'secured']);
  },
);

it('a defect on one host keeps no other waiting', async () => {
  await interruptedAt(names);
  scene.throwing = 'two';
  expect(await settle('settle').catch(() => 'thrown')).not.toMatchObject({
    ok: true,
    value: { result: 'settled' },
  });
});
