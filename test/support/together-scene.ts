/** Three hosts on which one step is taken together, by a kind that only switches a word. */
import type { ChangeOf } from '../../shared/domain/change.ts';
import { appError, type ErrorCode } from '../../shared/domain/error.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import { applyPlan } from '../../shared/engine/apply.ts';
import type { ChangeKind } from '../../shared/engine/change-kind.ts';
import type { EngineParts } from '../../shared/engine/parts.ts';
import { planChanges } from '../../shared/engine/plan.ts';
import { rollBack } from '../../shared/engine/rollback.ts';
import { peerFailed } from '../../shared/engine/together/meeting.ts';
import { value } from './change-harness.ts';
import { EngineBench } from './engine-harness.ts';
import { LocalHost } from './local-host.ts';

export const names = ['one', 'two', 'three'];
type Moment = 'inspect' | 'prepare' | 'switch' | 'verify' | 'revert';

class NamedHost extends LocalHost {
  override readonly hostId: string;
  constructor(hostId: string) {
    super();
    this.hostId = hostId;
  }
}

interface Scene {
  hosts: readonly NamedHost[];
  bench: EngineBench;
  parts: EngineParts;
  /** What every host is. */
  now: Map<string, string>;
  /** What was done where, in its order. */
  done: string[];
  /** Where which host fails. */
  failing: readonly [string, Moment] | undefined;
  unreachable: string | undefined;
  /** How it is not reached. */
  why: ErrorCode;
  /** The host that is secured and lacks something of before. */
  lacking: string | undefined;
  /** Where a defect of ours shows. */
  throwing: string | undefined;
}

export let scene: Scene;

const failed = (hostState: 'unchanged' | 'changed') =>
  fail(appError('ES_DID_NOT_START', 'It did not work.', 'Look.', { hostState }));

const kind: ChangeKind<'es-own-certificates'> = {
  kind: 'es-own-certificates',
  together: (change) => change.cluster?.hosts,
  describe: () => ({ title: 'secure', words: [], blast: 'full', outageSeconds: 90, guarded: false }),
  inspect: (_change, { host: { hostId } }) =>
    Promise.resolve(
      scene.failing?.[0] === hostId && scene.failing[1] === 'inspect'
        ? failed('unchanged')
        : succeed({ inPlace: scene.now.get(hostId) === 'secured', diffs: [], words: [] }),
    ),
  capture: () => Promise.resolve(succeed(new Uint8Array())),
  async apply(_change, _before, { host: { hostId }, together }) {
    const fails = (moment: Moment) => scene.failing?.[0] === hostId && scene.failing[1] === moment;
    if (fails('prepare')) return failed('unchanged');
    if ((await together?.meet('prepared')) !== true) return fail(peerFailed('unchanged'));
    scene.done.push(`switch ${hostId}`);
    if (fails('switch')) return failed('unchanged');
    scene.now.set(hostId, 'secured');
    return (await together?.meet('up')) === true ? succeed({ word: 'secured' }) : fail(peerFailed('changed'));
  },
  verify: (_change, _mark, { host: { hostId } }) =>
    Promise.resolve(
      scene.failing?.[0] === hostId && scene.failing[1] === 'verify' ? failed('changed') : succeed(undefined),
    ),
  async revert(_change, _before, _mark, { host: { hostId }, together }) {
    if (scene.failing?.[0] === hostId && scene.failing[1] === 'revert') {
      return fail(appError('DRIFT', 'It was changed.', 'Look.', { hostState: 'unchanged' }));
    }
    if (together !== undefined && !(await together.meet('prepared'))) return fail(peerFailed('unchanged'));
    scene.now.set(hostId, 'open');
    scene.done.push(`back ${hostId}`);
    return succeed(undefined);
  },
  async complete(_change, _before, { host: { hostId }, together }, evenLacking) {
    if (hostId === scene.throwing) throw new Error('defect');
    if (scene.now.get(hostId) !== 'secured' || (await together?.meet('up')) !== true) return succeed(false);
    return hostId === scene.lacking && evenLacking !== true
      ? fail(appError('VERIFY_FAILED', 'Documents are missing.', 'Look.', { hostState: 'changed' }))
      : succeed(true);
  },
};

/** Before each test. */
export function newScene(): void {
  const hosts = names.map((name) => new NamedHost(name));
  for (const host of hosts) host.teach('id', 'echo 0');
  const bench = new EngineBench({ 'es-own-certificates': kind });
  const open = (hostId: string) => {
    const host = hosts.find((one) => one.hostId === hostId);
    return Promise.resolve(
      host === undefined || scene.unreachable === hostId
        ? fail(appError(scene.why, 'The host does not answer.', 'Check the network.'))
        : succeed(host.session()),
    );
  };
  scene = {
    hosts,
    bench,
    parts: { ...bench.parts, sessions: { open, openFresh: open } },
    now: new Map(names.map((name) => [name, 'open'])),
    done: [],
    failing: undefined,
    unreachable: undefined,
    why: 'SSH_TIMEOUT',
    lacking: undefined,
    throwing: undefined,
  };
}

/** After each test. */
export function dropScene(): void {
  for (const host of scene.hosts) host.remove();
  scene.bench.host.remove();
}

export const change: ChangeOf<'es-own-certificates'> = {
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

export const planFor = (hostIds: readonly string[]) =>
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
      host: (hostId) =>
        Promise.resolve(succeed(scene.hosts.find((one) => one.hostId === hostId) ?? scene.bench.host)),
    },
    scene.parts,
  );

export async function applied() {
  const plan = value(await planFor(names));
  const request = { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) };
  return { plan, report: value(await applyPlan(request, scene.parts)) };
}

export const words = () => names.map((name) => scene.now.get(name));
export const back = async (planId: string, hostId = 'two', force = false) =>
  await rollBack({ hostId, scope: { of: 'plan', planId }, reason: 'asked for', force }, scene.parts);
