/** Three nodes of one cluster restarted by one plan: their order, what is held back, what is waited for, and what fails. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { RollingScene } from '../../../test/support/rolling-scene.ts';
import { appError } from '../../domain/error.ts';
import { fail, succeed } from '../../domain/result.ts';
import { interruptedSteps, recoverHost } from '../recover.ts';
import { rollBack } from '../rollback.ts';
import { allocationKey } from './image.ts';

let scene: RollingScene;
beforeEach(() => {
  scene = new RollingScene();
});
afterEach(() => scene.end());

const round = (name: string, layer = 'persistent', back = 'not set') => [
  `${layer} primaries`,
  'flush',
  `restart ${name}`,
  `${layer} ${back}`,
];

it('goes node by node, the elected master last, and says so in the plan', async () => {
  const { plan, report } = await scene.applied();
  expect(report).toMatchObject({ result: 'done' });
  expect(plan.steps.map(({ hostId, title }) => [hostId, title])).toEqual([
    ['three', 'restart elasticsearch.service, node 1 of 3, one after the other'],
    ['two', 'restart elasticsearch.service, node 2 of 3, one after the other'],
    ['one', 'restart elasticsearch.service, node 3 of 3, one after the other'],
  ]);
  expect(plan.steps.map(({ blast }) => blast)).toEqual(['rolling', 'rolling', 'rolling']);
  expect(plan.steps[2]?.words.join(' ')).toContain('elected master, which goes last');
  expect(scene.done).toEqual([...round('three'), ...round('two'), ...round('one')]);
  expect(scene.downAtOnce).toBe(1);
  expect(scene.notes.join('\n')).toMatch(
    /until the cluster is green again: \d+ s; it is yellow, 4 shards not assigned/,
  );
  expect(scene.settings).toEqual({ persistent: {}, transient: {} });
  expect(report.steps.map(({ note }) => note)).toEqual(
    plan.steps.map(() => 'Changed and read back. The cluster is green with 3 nodes.'),
  );
});

it.each([
  ['persistent', 'all', {}],
  ['transient', 'all', { [allocationKey]: 'none' }],
] as const)('gives back what was there: %s %s', async (layer, was, below) => {
  scene.settings[layer] = { [allocationKey]: was, 'a.b': 'c' };
  if (layer === 'transient') scene.settings.persistent = { ...below };
  const before = structuredClone(scene.settings);
  expect((await scene.applied()).report.result).toBe('done');
  expect(scene.settings).toEqual(before);
  expect(scene.done.slice(0, 4)).toEqual(round('three', layer, was));
});

it('lets shards come back where they were held back already, and holds them back again', async () => {
  scene.settings.persistent = { [allocationKey]: 'none' };
  const { plan, report } = await scene.applied();
  expect(report.result).toBe('done');
  expect(plan.steps[0]?.words.join(' ')).toContain(`${allocationKey} is none now`);
  expect(scene.done.slice(0, 5)).toEqual([
    'persistent primaries',
    'flush',
    'restart three',
    'persistent all',
    'persistent none',
  ]);
  expect(scene.settings.persistent).toEqual({ [allocationKey]: 'none' });
});

it('stops no second node while the cluster has not recovered, and asks whether to wait longer', async () => {
  scene.recovers = Number.POSITIVE_INFINITY;
  scene.longer = [true];
  const { report } = await scene.applied();
  expect(report).toMatchObject({
    result: 'failed',
    error: { code: 'ES_NOT_READY', hostState: 'changed' },
    steps: [{ state: 'done' }, { state: 'skipped' }, { state: 'skipped' }],
  });
  expect(report.error?.message).toContain('4 shards not assigned');
  expect(scene.longer).toEqual([]);
  expect(scene.done).toEqual(round('three'));
  expect(scene.bench.clock.elapsed()).toBeGreaterThanOrEqual(1_200_000);
  // Twenty minutes: others see meanwhile that somebody works here, on the hosts that wait too.
  for (const { names } of scene.hosts)
    expect(names.filter((name) => name === 'lock-touch').length).toBeGreaterThanOrEqual(3);
  expect(value(await interruptedSteps(scene.parts.journal, ['three']))).toEqual([]);
});

it('can be stopped while it waits: the node stays as it is, and no other is stopped', async () => {
  scene.recovers = Number.POSITIVE_INFINITY;
  const stop = new AbortController();
  const { step } = scene.events;
  const watching = {
    ...scene.events,
    step: (progress: Parameters<typeof step>[0]) => {
      step(progress);
      if (progress.note.startsWith('Waiting until the cluster is green')) stop.abort();
    },
  };
  Object.assign(scene, { events: watching });
  const { report } = await scene.applied(stop.signal);
  expect(report).toMatchObject({ result: 'cancelled', steps: [{ state: 'done' }, {}, {}] });
  expect(report.steps[0]?.note).toContain('Not waited for any longer');
  expect(scene.done).toEqual(round('three'));
});

it('a node that does not start stops the plan; another node gives the setting back', async () => {
  scene.host('two').starts = 'not';
  const { report } = await scene.applied();
  expect(report).toMatchObject({ result: 'failed', error: { code: 'ES_DID_NOT_START' } });
  expect(report.error?.message).toContain('a.b is not a setting of this version');
  expect(report.steps.map(({ state }) => state)).toEqual(['done', 'failed', 'skipped']);
  expect(scene.settings).toEqual({ persistent: {}, transient: {} });
  expect(scene.done.filter((one) => one === 'restart one')).toEqual([]);
  expect(scene.downAtOnce).toBe(1);
  // Nobody stops another node now, by no new plan either.
  const again = await scene.plan();
  expect(value(again).steps.map(({ hostId }) => hostId)).toEqual(['two']);
  expect(
    value(again)
      .leftOut.map(({ reason }) => reason)
      .join(),
  ).toContain('1 of the 3 nodes of the cluster is away');
});

it('a node that starts and finds nobody goes back, and is said to be outside', async () => {
  scene.host('three').starts = 'alone';
  const { report } = await scene.applied();
  expect(report).toMatchObject({ result: 'failed', error: { code: 'ES_NOT_READY' } });
  expect(report.error?.message).toContain('not come back into its cluster');
  expect(scene.settings).toEqual({ persistent: {}, transient: {} });
  expect(scene.done.some((one) => one === 'restart two')).toBe(false);
});

it('leaves alone what somebody else sets meanwhile', async () => {
  scene.host('three').before = (request) => {
    if (request.name === 'unit-restart') scene.settings.persistent[allocationKey] = 'new_primaries';
    return succeed(undefined);
  };
  const { report } = await scene.applied();
  expect(scene.settings.persistent).toEqual({ [allocationKey]: 'new_primaries' });
  expect(scene.notes.join()).toContain('Somebody else changed');
  expect(report.steps[0]?.state).toBe('done');
});

it.each(['unit-restart', 'unit-state', 'settings'])(
  'ended at %s: settled at the next start',
  async (where) => {
    const gone = fail(appError('SSH_CONNECTION_LOST', 'Gone.', 'Again.'));
    let dead = false;
    const begun = () => scene.done.includes('flush');
    const lives = scene.hosts.map((host) => ({ host, answer: host.answer }));
    for (const { host, answer } of lives) {
      host.before = (request) => {
        dead ||= begun() && request.name === where;
        return dead ? gone : succeed(undefined);
      };
      host.answer = (request) => {
        dead ||= where === 'settings' && begun() && request.method === 'PUT';
        return dead ? gone : (answer?.(request) ?? gone);
      };
    }
    const ended = await scene.applied();
    expect(ended.report.result).toBe('failed');
    expect(scene.settings.persistent).toEqual({ [allocationKey]: 'primaries' });
    expect(value(await interruptedSteps(scene.parts.journal, ['three']))).toHaveLength(1);
    for (const { host, answer } of lives) Object.assign(host, { before: undefined, answer });
    const recovered = await recoverHost({ hostId: 'three', how: 'settle', breakLock: true }, scene.parts);
    expect(value(recovered)).toMatchObject({ result: 'settled', items: [{ result: 'kept' }] });
    expect(scene.settings).toEqual({ persistent: {}, transient: {} });
    expect(scene.done.filter((one) => one === 'restart three')).toHaveLength(1);
  },
);

it('takes a restart back node by node as well, and gives back what was held for it', async () => {
  scene.settings.persistent = { [allocationKey]: 'all' };
  const { plan } = await scene.applied();
  scene.done.length = 0;
  for (const hostId of ['one', 'two', 'three'])
    expect(
      value(
        await rollBack(
          { hostId, scope: { of: 'plan', planId: plan.id }, reason: 'asked for' },
          scene.parts,
          undefined,
          scene.events,
        ),
      ).result,
    ).toBe('undone');
  expect(scene.done).toEqual(['one', 'two', 'three'].flatMap((name) => round(name, 'persistent', 'all')));
  expect(scene.downAtOnce).toBe(1);
});

it('undoing that ends before its restart did: the setting comes back when it is carried out', async () => {
  const { plan } = await scene.applied();
  const gone = fail(appError('SSH_CONNECTION_LOST', 'Gone.', 'Again.'));
  let dead = false;
  for (const host of scene.hosts) {
    host.before = (request) => {
      dead ||= request.name === 'unit-restart';
      return dead ? gone : succeed(undefined);
    };
    const alive = host.answer;
    host.answer = (request) => (dead ? gone : (alive?.(request) ?? gone));
  }
  const undone = await rollBack(
    { hostId: 'two', scope: { of: 'plan', planId: plan.id }, reason: 'asked for' },
    scene.parts,
  );
  expect(value(undone).result).toBe('incomplete');
  expect(scene.settings.persistent).toEqual({ [allocationKey]: 'primaries' });
  dead = false;
  for (const host of scene.hosts) host.before = undefined;
  const recovered = await recoverHost({ hostId: 'two', how: 'settle', breakLock: true }, scene.parts);
  expect(value(recovered).result).toBe('settled');
  expect(scene.settings).toEqual({ persistent: {}, transient: {} });
});

it('takes its question back when the cluster recovers meanwhile', async () => {
  scene.recovers = 400;
  let withdrawn = 0;
  const waitLonger = (_hostId: string, _words: string, signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => {
        withdrawn += 1;
        resolve(false);
      });
    });
  Object.assign(scene, { events: { ...scene.events, waitLonger } });
  expect((await scene.applied()).report.result).toBe('done');
  expect(withdrawn).toBe(3);
});
