/**
 * A process of its own that applies a plan on a lab host with real journal, blobs and SSH, so that a test can kill it.
 * Prints `stopped` at the boundary where it stops for good. Arguments: one JSON object, see `ChildInput`.
 */
import { createInterface } from 'node:readline';
import { openFileBlobStore } from '../../electron/adapters/journal-files/blob-files.ts';
import { openFileJournal } from '../../electron/adapters/journal-files/journal-files.ts';
import { kibanaKeystoreCodec } from '../../electron/adapters/kibana/keystore-codec.ts';
import { certificateChecker } from '../../electron/adapters/pki/certificate-checker.ts';
import { certificateIssuer } from '../../electron/adapters/pki/certificate-issuer.ts';
import { systemClock, systemDigest, systemRandom } from '../../electron/adapters/system/system.ts';
import type { Change } from '../../shared/domain/change.ts';
import type { StepProgress } from '../../shared/domain/operation.ts';
import { succeed } from '../../shared/domain/result.ts';
import { applyPlan } from '../../shared/engine/apply.ts';
import type { EngineParts } from '../../shared/engine/parts.ts';
import { planChanges } from '../../shared/engine/plan.ts';
import { Gate } from '../integration/crash-matrix/gate.ts';
import { gatedParts } from '../integration/crash-matrix/seams.ts';
import { testFactory } from '../ports/ssh-factory.ts';
import { value } from './change-harness.ts';
import { testKinds } from './engine-harness.ts';
import { MemoryLog, MemorySecrets } from './memory-ports.ts';

export interface ChildInput {
  readonly folder: string;
  readonly hostId: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly knownHosts: string;
  readonly changes: readonly Change[];
  /** A boundary of the crash matrix; absent: it runs to its end. */
  readonly stopAt?: string;
}

export function partsFor(input: ChildInput): {
  readonly parts: EngineParts;
  readonly close: () => Promise<void>;
} {
  const journal = openFileJournal({
    folder: `${input.folder}/journal`,
    operator: 'ada@laptop',
    clock: systemClock,
    digest: systemDigest,
  });
  const { factory } = testFactory(
    {
      id: input.hostId,
      address: input.address,
      port: input.port,
      user: input.user,
      login: { method: 'key-file', path: input.identityFile },
      sudo: 'passwordless',
    },
    input.knownHosts,
    {},
    { connectTimeoutMs: 3000, keepaliveIntervalMs: 1000, keepaliveCount: 3 },
  );
  const key = new Uint8Array(32).fill(3);
  return {
    parts: {
      kinds: testKinds(),
      sessions: factory,
      journal,
      blobs: openFileBlobStore({ folder: `${input.folder}/blobs`, key: () => succeed(key) }),
      secrets: new MemorySecrets(),
      clock: systemClock,
      digest: systemDigest,
      random: systemRandom,
      certificates: certificateChecker,
      issuer: certificateIssuer,
      kibanaKeystore: kibanaKeystoreCodec,
      log: new MemoryLog(),
      operator: 'ada@laptop',
      tool: 'bulwark test',
    },
    close: () => journal.close(),
  };
}

/** Plans and applies the changes as one plan. */
export async function planAndApply(input: ChildInput, watch: (step: StepProgress) => void): Promise<string> {
  const opened = partsFor(input);
  const { close } = opened;
  const gate = new Gate(
    input.stopAt,
    () => undefined,
    () => {
      process.stdout.write('stopped\n');
      return new Promise(() => undefined);
    },
  );
  const parts = gatedParts(opened.parts, gate);
  const session = value(await parts.sessions.open(input.hostId));
  const plan = value(
    await planChanges(
      {
        requests: input.changes.map((change, index) => ({
          findingId: `${input.hostId}/c${index}`,
          hostId: input.hostId,
          controlId: `c${index}`,
          changes: [change],
        })),
        leftOut: [],
        basis: [{ hostId: input.hostId, scanId: 's', factsDigest: 'f' }],
        host: () => Promise.resolve(succeed(session)),
      },
      parts,
    ),
  );
  gate.begin('apply');
  const report = value(
    await applyPlan(
      { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) },
      parts,
      undefined,
      { step: watch, guard: () => undefined },
    ),
  );
  await session.close();
  await close();
  return report.result;
}

if (process.argv[2] === 'apply') {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    const input = JSON.parse(line) as ChildInput;
    const result = await planAndApply(input, () => undefined);
    process.stdout.write(`${result}\n`);
    break;
  }
  lines.close();
}
