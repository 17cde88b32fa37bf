/** A step that three hosts take together, by a kind that only switches a word: who fails where, and what the others do then. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import type { ChangeOf } from '../../domain/change.ts';
import { appError, type ErrorCode } from '../../domain/error.ts';
import { fail, succeed } from '../../domain/result.ts';
import { applyPlan } from '../apply.ts';
import type { ChangeKind } from '../change-kind.ts';
import { lockHost } from '../lock.ts';
import type { EngineParts } from '../parts.ts';
import { planChanges } from '../plan.ts';
import { interruptedSteps, recoverHost } from '../recover.ts';
import { rollBack } from '../rollback.ts';
import { peerFailed } from './meeting.ts';

const names = ['one', 'two', 'three'];
type Moment = 'inspect' | 'prepare' | 'switch' | 'verify' | 'revert';

class NamedHost extends LocalHost {
  override readonly hostId: string;
  constructor(hostId: string) {
    super();
    this.hostId = hostId;
  }
}

let hosts: readonly NamedHost[];
let bench: EngineBench;
let parts: EngineParts;
/** What every host is. */
let now: Map<string, string>;
let done: string[];
/** Where which host fails. */
let failing: readonly [string, Moment] | undefined;
let unreachable: string | undefined;
let why: ErrorCode = 'SSH_TIMEOUT';
/** Where a defect of ours shows. */
let throwing: string | undefined;

const failed = (hostState: 'unchanged' | 'changed') =>
  fail(appError('ES_DID_NOT_START', 'It did not work.', 'Look.', { hostState }));

const kind: ChangeKind<'es-own-certificates'> = {
  kind: 'es-own-certificates',
  together: (change) => change.cluster?.hosts,
  describe: () => ({ title: 'secure', words: [], blast: 'full', outageSeconds: 90, guarded: false }),
  inspect: (_change, { host: { hostId } }) =>
    Promise.resolve(
      failing?.[0] === hostId && failing[1] === 'inspect'
        ? failed('unchanged')
        : succeed({ inPlace: now.get(hostId) === 'secured', diffs: [], words: [] }),
    ),
  capture: () => Promise.resolve(succeed(new Uint8Array())),
  async apply(_change, _before, { host: { hostId }, together }) {
    const fails = (moment: Moment) => failing?.[0] === hostId && failing[1] === moment;
    if (fails('prepare')) return failed('unchanged');
    if ((await together?.meet('prepared')) !== true) return fail(peerFailed('unchanged'));
    done.push(`switch ${hostId}`);
    if (fails('switch')) return failed('unchanged');
    now.set(hostId, 'secured');
    return (await together?.meet('up')) === true ? succeed({ word: 'secured' }) : fail(peerFailed('changed'));
  },
  verify: (_change, _mark, { host: { hostId } }) =>
    Promise.resolve(
      failing?.[0] === hostId && failing[1] === 'verify' ? failed('changed') : succeed(undefined),
    ),
  async revert(_change, _before, _mark, { host: { hostId }, together }) {
    if (failing?.[0] === hostId && failing[1] === 'revert') {
      return fail(appError('DRIFT', 'It was changed.', 'Look.', { hostState: 'unchanged' }));
    }
    if (together !== undefined && !(await together.meet('prepared'))) return fail(peerFailed('unchanged'));
    now.set(hostId, 'open');
    done.push(`back ${hostId}`);
    return succeed(undefined);
  },
  async complete(_change, _before, { host: { hostId }, together }) {
    if (hostId === throwing) throw new Error('defect');
    return succeed((await together?.meet('up')) === true && now.get(hostId) === 'secured');
  },
};

beforeEach(() => {
  hosts = names.map((name) => new NamedHost(name));
  for (const host of hosts) host.teach('id', 'echo 0');
  bench = new EngineBench({ 'es-own-certificates': kind });
  const open = (hostId: string) => {
    const host = hosts.find((one) => one.hostId === hostId);
    return Promise.resolve(
      host === undefined || unreachable === hostId
        ? fail(appError(why, 'The host does not answer.', 'Check the network.'))
        : succeed(host.session()),
    );
  };
  parts = { ...bench.parts, sessions: { open, openFresh: open } };
  now = new Map(names.map((name) => [name, 'open']));
  done = [];
  failing = undefined;
  unreachable = undefined;
  why = 'SSH_TIMEOUT';
  throwing = undefined;
});
afterEach(() => {
  for (const host of hosts) host.remove();
  bench.host.remove();
});

const change: ChangeOf<'es-own-certificates'> = {
  kind: 'es-own-certificates',
  install: {
    layout: 'archive',
    version: '8.19.21',
    home: '/es',
    pathConf: '/es/config',
    pathData: ['/es/data'],
    pathLogs: '/es/logs',
    unit: 'elasticsearch.service',
    user: 'deploy',
    group: 'deploy',
    httpPort: 9200,
    transportPort: 9300,
  },
  elasticPasswordRef: 'es/elastic',
  httpCaRef: 'es/http-ca',
  nodeKeyRef: 'es/node-key',
  storePasswordRef: 'es/node-store',
  authorityRef: 'pki/authority',
  keyType: 'p-256',
  form: 'pem',
  names: ['localhost'],
  days: 30,
  cluster: { uuid: 'u', hosts: names },
};

const planFor = (hostIds: readonly string[]) =>
  planChanges(
    {
      requests: hostIds.map((hostId) => ({
        findingId: `${hostId}/security-enabled`,
        hostId,
        controlId: 'security-enabled',
        changes: [change],
      })),
      leftOut: [],
      basis: hostIds.map((hostId) => ({ hostId, scanId: 's', factsDigest: 'f' })),
      host: (hostId) => Promise.resolve(succeed(hosts.find((one) => one.hostId === hostId) ?? bench.host)),
    },
    parts,
  );

async function applied() {
  const plan = value(await planFor(names));
  const request = { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) };
  return { plan, report: value(await applyPlan(request, parts)) };
}

const words = () => names.map((name) => now.get(name));
const back = async (planId: string, hostId = 'two', force = false) =>
  await rollBack({ hostId, scope: { of: 'plan', planId }, reason: 'asked for', force }, parts);

it('is planned for all hosts or for none', async () => {
  const plan = value(await planFor(names));
  expect(plan.steps.map((step) => step.hostId)).toEqual(names);
  expect(new Set(plan.steps.map((step) => step.together)).size).toBe(1);
  const two = await planFor(['one', 'two']);
  expect(two).toMatchObject({ ok: false, error: { code: 'PLAN_EMPTY' } });
  failing = ['three', 'inspect'];
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
  failing = ['two', 'prepare'];
  const { report } = await applied();
  expect(report).toMatchObject({ result: 'failed', error: { code: 'ES_DID_NOT_START' } });
  expect(done).toEqual([]);
  expect(report.steps.map((step) => step.error?.code)).toEqual([
    'PEER_FAILED',
    'ES_DID_NOT_START',
    'PEER_FAILED',
  ]);
  expect(value(await interruptedSteps(parts.journal, names))).toEqual([]);
});

it.each(['switch', 'verify'] as const)('goes back on all hosts when one fails at its %s', async (moment) => {
  failing = ['three', moment];
  const { report } = await applied();
  expect(report).toMatchObject({ result: 'failed', error: { code: 'ES_DID_NOT_START' } });
  expect(words()).toEqual(['open', 'open', 'open']);
  expect(value(await interruptedSteps(parts.journal, names))).toEqual([]);
});

it('takes nobody back where one was changed meanwhile, and all when told to', async () => {
  const { plan } = await applied();
  failing = ['one', 'revert'];
  const refused = value(await back(plan.id));
  expect(refused).toMatchObject({ result: 'incomplete' });
  expect(words()).toEqual(['secured', 'secured', 'secured']);
  expect(value(await interruptedSteps(parts.journal, names))).toEqual([]);
  failing = undefined;
  expect(value(await back(plan.id, 'one', true))).toMatchObject({ result: 'undone' });
  expect(words()).toEqual(['open', 'open', 'open']);
});

it('takes nothing back while one of the hosts cannot be reached or is locked', async () => {
  const { plan } = await applied();
  unreachable = 'three';
  expect(await back(plan.id)).toMatchObject({ ok: false, error: { code: 'SSH_TIMEOUT' } });
  unreachable = undefined;
  value(await lockHost(hosts[2] ?? bench.host, { owner: 'bob', planId: 'p', token: 't1' }));
  expect(await back(plan.id)).toMatchObject({ ok: false, error: { code: 'BUSY' } });
  expect(words()).toEqual(['secured', 'secured', 'secured']);
});

/** As if this program had ended after the hosts had switched so far. */
async function interruptedAt(secured: readonly string[]): Promise<void> {
  const plan = value(await planFor(names));
  for (const step of plan.steps) {
    const image = value(await parts.blobs.put(new Uint8Array()));
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
    value(await parts.journal.append(intent));
    if (secured.includes(step.hostId)) now.set(step.hostId, 'secured');
  }
}

const settle = (how: 'settle' | 'undo') => recoverHost({ hostId: 'one', how, breakLock: false }, parts);

it('interrupted when all hosts had switched, stays; asked of one host, settled on all', async () => {
  await interruptedAt(names);
  const settled = value(await settle('settle'));
  expect(settled).toMatchObject({ result: 'settled' });
  expect(settled.items.map((item) => item.hostId ?? 'one').toSorted()).toEqual(names.toSorted());
  expect(words()).toEqual(['secured', 'secured', 'secured']);
  expect(value(await interruptedSteps(parts.journal, names))).toEqual([]);
});

it.each([[['one']], [['two', 'three']], [[]]])(
  'interrupted when only %j had switched, goes back on all',
  async (secured) => {
    await interruptedAt(secured);
    expect(value(await settle('settle'))).toMatchObject({ result: 'settled' });
    expect(words()).toEqual(['open', 'open', 'open']);
    expect(value(await interruptedSteps(parts.journal, names))).toEqual([]);
  },
);

it('interrupted, with one host that cannot be reached: nothing is decided, but the others can be taken back', async () => {
  await interruptedAt(['one', 'two']);
  unreachable = 'three';
  expect(await settle('settle')).toMatchObject({ ok: false, error: { code: 'SSH_TIMEOUT' } });
  const undone = value(await settle('undo'));
  expect(undone).toMatchObject({ result: 'incomplete' });
  expect(undone.items.find((item) => item.hostId === 'three')).toMatchObject({ result: 'skipped' });
  expect(words()).toEqual(['open', 'open', 'open']);
  expect(value(await interruptedSteps(parts.journal, names))).toMatchObject([{ hostId: 'three' }]);
});

it.each(['SSH_AUTH', 'SSH_HOST_KEY_CHANGED'] as const)(
  'takes nothing back beside a host that is there and cannot be worked on: %s',
  async (code) => {
    await interruptedAt(names);
    unreachable = 'three';
    why = code;
    expect(await settle('undo')).toMatchObject({ ok: false, error: { code } });
    expect(words()).toEqual(['secured', 'secured', 'secured']);
  },
);

it('a defect on one host keeps no other waiting', async () => {
  await interruptedAt(names);
  throwing = 'two';
  expect(await settle('settle').catch(() => 'thrown')).not.toMatchObject({
    ok: true,
    value: { result: 'settled' },
  });
});
