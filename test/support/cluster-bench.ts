/** All hosts of a lab's cluster under one engine: real connections, journal and vault in memory. */
import { kibanaKeystoreCodec } from '../../electron/adapters/kibana/keystore-codec.ts';
import { certificateChecker } from '../../electron/adapters/pki/certificate-checker.ts';
import { certificateIssuer } from '../../electron/adapters/pki/certificate-issuer.ts';
import { systemClock, systemDigest, systemRandom } from '../../electron/adapters/system/system.ts';
import { changeKinds } from '../../electron/service/change-kinds.ts';
import type { Change, ChangeOf } from '../../shared/domain/change.ts';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import { appError } from '../../shared/domain/error.ts';
import type { StepProgress } from '../../shared/domain/operation.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import { type ApplyReport, applyPlan } from '../../shared/engine/apply.ts';
import type { EngineParts } from '../../shared/engine/parts.ts';
import { planChanges } from '../../shared/engine/plan.ts';
import type { HostSession } from '../../shared/engine/ports.ts';
import type { LabHost } from '../lab/index.ts';
import { value } from './change-harness.ts';
import { type LabBench, labBench } from './lab-bench.ts';
import { MemoryBlobs, MemoryJournal, MemoryLog, MemorySecrets } from './memory-ports.ts';
import { Life } from './mortal.ts';

export class ClusterBench {
  readonly benches: readonly LabBench[];
  readonly life = new Life();
  readonly journal = new MemoryJournal(systemClock);
  readonly secrets = new MemorySecrets();
  readonly blobs = new MemoryBlobs();
  readonly log = new MemoryLog();
  readonly notes: string[] = [];
  readonly parts: EngineParts;
  /** Called with every note, so that a test can act at a moment that the work itself tells. */
  onStep: (progress: StepProgress) => void = () => undefined;

  constructor(benches: readonly LabBench[]) {
    this.benches = benches;
    const open = async (hostId: string) => {
      const bench = benches.find((one) => one.host.name === hostId);
      return bench === undefined
        ? fail(appError('NOT_FOUND', `${hostId} is no host of this bench.`, 'Name another.'))
        : await bench.factory.openFresh(hostId);
    };
    this.parts = {
      kinds: changeKinds,
      sessions: this.life.sessions({ open, openFresh: open }),
      journal: this.journal,
      blobs: this.blobs,
      secrets: this.secrets,
      clock: this.life.clock,
      digest: systemDigest,
      random: systemRandom,
      certificates: certificateChecker,
      issuer: certificateIssuer,
      kibanaKeystore: kibanaKeystoreCodec,
      log: this.log,
      operator: 'ada@laptop',
      installation: 'ada-laptop-cluster-1',
      tool: 'bulwark 0.0.0-test',
    };
  }

  /** The program started again, with what was written when this one ended. */
  startedAgain(): ClusterBench {
    const next = new ClusterBench(this.benches);
    next.journal.entries.push(...this.journal.entries);
    for (const [ref, kept] of this.secrets.values) next.secrets.values.set(ref, kept);
    for (const [id, bytes] of this.blobs.blobs) next.blobs.blobs.set(id, bytes);
    return next;
  }

  readonly events = {
    step: (progress: StepProgress) => {
      this.notes.push(`${progress.stepId} ${progress.state}: ${progress.note}`);
      this.onStep(progress);
    },
    guard: () => undefined,
  };

  /** @param controlId in whose name the changes are made */
  async plan(
    changes: ReadonlyMap<string, Change | readonly Change[]>,
    controlId = 'security-enabled',
  ): Promise<Plan> {
    const sessions: HostSession[] = [];
    const hostIds = [...changes.keys()];
    try {
      return value(
        await planChanges(
          {
            requests: [...changes].map(([hostId, change]) => ({
              findingId: `${hostId}/${controlId}`,
              hostId,
              controlId,
              changes: 'kind' in change ? [change] : change,
            })),
            leftOut: [],
            basis: hostIds.map((hostId) => ({ hostId, scanId: 's', factsDigest: 'f' })),
            host: async (hostId) => {
              const opened = await this.parts.sessions.open(hostId);
              if (opened.ok) sessions.push(opened.value);
              return opened;
            },
          },
          this.parts,
        ),
      );
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
    }
  }

  async apply(plan: Plan, signal?: AbortSignal): Promise<ApplyReport> {
    const request = {
      plan,
      approvedDigest: plan.digest,
      factsDigest: () => Promise.resolve(succeed('f')),
    };
    return value(await applyPlan(request, this.parts, signal, this.events));
  }
}

export async function clusterBench(hosts: readonly LabHost[]): Promise<ClusterBench> {
  return new ClusterBench(await Promise.all(hosts.map((host) => labBench(host))));
}

/** The change for every node, as the proposal makes it for a cluster whose hosts are all in the workspace. */
export function securingTogether(
  hosts: readonly LabHost[],
  install: EsInstall,
  uuid: string,
): ReadonlyMap<string, ChangeOf<'es-own-certificates'>> {
  const names = hosts.map((host) => host.name);
  return new Map(
    hosts.map((host) => [
      host.name,
      {
        kind: 'es-own-certificates',
        install,
        elasticPasswordRef: `es/${host.name}/elastic`,
        httpCaRef: `es/${host.name}/http-ca`,
        nodeKeyRef: `es/${host.name}/node-key`,
        storePasswordRef: `es/${host.name}/node-store`,
        authorityRef: 'pki/authority',
        keyType: 'p-256',
        form: 'pkcs12',
        names: [host.name, host.address, 'localhost', '127.0.0.1'],
        days: 730,
        cluster: { uuid, hosts: names },
      },
    ]),
  );
}

/** Another password of `elastic`, set on the first of these hosts and proven on all, as an order to rotate makes it. */
export function rotatingTogether(
  hosts: readonly LabHost[],
  install: EsInstall,
  rotate: string,
): ReadonlyMap<string, ChangeOf<'es-password'>> {
  const names = hosts.map((host) => host.name);
  return new Map(
    names.map((name) => {
      const alsoRefs = names.filter((other) => other !== name).map((other) => `es/${other}/elastic`);
      const user = { name: 'elastic', ref: `es/${name}/elastic`, length: 24, rotate, alsoRefs };
      const cluster = { hosts: names, setOn: names[0] ?? '' };
      return [name, { kind: 'es-password', install, users: [user], cluster }];
    }),
  );
}
