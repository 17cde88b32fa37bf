/** A whole engine for tests: real scripts on a LocalHost, ports in memory, kinds that a test may replace. */
import { mkdirSync } from 'node:fs';
import { kibanaKeystoreCodec } from '../../electron/adapters/kibana/keystore-codec.ts';
import { certificateChecker } from '../../electron/adapters/pki/certificate-checker.ts';
import { certificateIssuer } from '../../electron/adapters/pki/certificate-issuer.ts';
import type { Change, ChangeKindName } from '../../shared/domain/change.ts';
import { appError } from '../../shared/domain/error.ts';
import type { StepProgress } from '../../shared/domain/operation.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import type { ChangeKind, ChangeKinds } from '../../shared/engine/change-kind.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { fileMode } from '../../shared/engine/changes/file-mode/file-mode.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { yamlSetting } from '../../shared/engine/changes/yaml-setting/yaml-setting.ts';
import type { EngineParts } from '../../shared/engine/parts.ts';
import { type PlanRequest, planChanges } from '../../shared/engine/plan.ts';
import { LocalHost } from './local-host.ts';
import {
  FakeClock,
  FakeRandom,
  MemoryBlobs,
  MemoryJournal,
  MemoryLog,
  MemorySecrets,
  testDigest,
} from './memory-ports.ts';

function untaught<K extends ChangeKindName>(kind: K): ChangeKind<K> {
  const refuse = () =>
    Promise.resolve(fail<never>(appError('INTERNAL', `${kind} was not taught.`, 'Teach it.')));
  return {
    kind,
    describe: () => ({ title: kind, words: [], blast: 'none', outageSeconds: 0, guarded: false }),
    inspect: refuse,
    capture: refuse,
    apply: refuse,
    verify: refuse,
    revert: refuse,
  };
}

export function testKinds(more: Partial<ChangeKinds> = {}): ChangeKinds {
  return {
    'file-content': fileContent,
    'yaml-setting': yamlSetting,
    'file-mode': fileMode,
    'systemd-dropin': systemdDropin,
    account: untaught('account'),
    'service-restart': untaught('service-restart'),
    'firewall-ruleset': untaught('firewall-ruleset'),
    sysctl: untaught('sysctl'),
    swap: untaught('swap'),
    'keystore-entry': untaught('keystore-entry'),
    'es-password': untaught('es-password'),
    'es-file-users': untaught('es-file-users'),
    'es-auto-configuration': untaught('es-auto-configuration'),
    'es-enrollment': untaught('es-enrollment'),
    'es-own-certificates': untaught('es-own-certificates'),
    'es-authority-key': untaught('es-authority-key'),
    'certificate-install': untaught('certificate-install'),
    'authority-trust': untaught('authority-trust'),
    'es-api-setting': untaught('es-api-setting'),
    'kibana-setting': untaught('kibana-setting'),
    'encrypted-volume-migration': untaught('encrypted-volume-migration'),
    ...more,
  };
}

export class EngineBench {
  readonly host: LocalHost;
  readonly clock = new FakeClock();
  readonly journal = new MemoryJournal(this.clock);
  readonly blobs = new MemoryBlobs();
  readonly log = new MemoryLog();
  readonly progress: StepProgress[] = [];
  /** Whether the host can be reached by a new connection. */
  reachable = true;
  readonly parts: EngineParts;

  constructor(kinds: Partial<ChangeKinds> = {}, host: LocalHost = new LocalHost()) {
    this.host = host;
    mkdirSync(this.host.path('/run'));
    const open = () =>
      Promise.resolve(
        this.reachable
          ? succeed(this.host.session())
          : fail(
              appError('SSH_TIMEOUT', 'The host does not answer.', 'Check the network.', { retryable: true }),
            ),
      );
    this.parts = {
      kinds: testKinds(kinds),
      sessions: { open, openFresh: open },
      journal: this.journal,
      blobs: this.blobs,
      secrets: new MemorySecrets(),
      clock: this.clock,
      digest: testDigest,
      random: new FakeRandom(),
      certificates: certificateChecker,
      issuer: certificateIssuer,
      kibanaKeystore: kibanaKeystoreCodec,
      log: this.log,
      operator: 'ada@laptop',
      installation: 'ada-laptop-workspace-1',
      tool: 'bulwark 0.0.0-test',
    };
  }

  readonly events = {
    step: (progress: StepProgress) => {
      this.progress.push(progress);
    },
    guard: () => undefined,
  };

  request(controlId: string, ...changes: Change[]): PlanRequest {
    return { findingId: `local/${controlId}`, hostId: 'local', controlId, changes };
  }

  plan(...requests: PlanRequest[]) {
    return this.planLeaving([], ...requests);
  }

  /** @param leftOut what the service had to leave out before the engine was asked */
  planLeaving(leftOut: Plan['leftOut'], ...requests: PlanRequest[]) {
    return planChanges(
      {
        requests,
        leftOut,
        basis: [{ hostId: 'local', scanId: 'scan-1', factsDigest: 'facts-1' }],
        host: () => Promise.resolve(succeed(this.host)),
      },
      this.parts,
    );
  }

  applying(plan: Plan) {
    return { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('facts-1')) };
  }
}
