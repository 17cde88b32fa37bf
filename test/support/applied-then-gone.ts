/** What an operator's machine did to a lab host before it was lost. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { changeKinds } from '../../electron/service/change-kinds.ts';
import type { Change } from '../../shared/domain/change.ts';
import { succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { applyPlan } from '../../shared/engine/apply.ts';
import type { EngineParts } from '../../shared/engine/parts.ts';
import { planChanges } from '../../shared/engine/plan.ts';
import { partsFor } from './apply-child.ts';
import { value } from './change-harness.ts';
import type { LabBench } from './lab-bench.ts';

/** Applies the changes from a workspace that is deleted afterwards; what that workspace could do before is told first. */
export async function appliedThenGone<T>(
  bench: LabBench,
  changes: readonly Change[],
  then: (parts: EngineParts) => Promise<T>,
  /** What the vault holds, by name. */
  secrets: Readonly<Record<string, string>> = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hand-undo-'));
  const knownHosts = join(folder, 'known_hosts');
  copyFileSync(bench.host.knownHostsFile, knownHosts);
  const { name, address, port, user, identityFile } = bench.host;
  const made = partsFor({
    folder,
    hostId: name,
    address,
    port,
    user,
    identityFile,
    knownHosts,
    changes: [],
  });
  const parts = { ...made.parts, kinds: changeKinds };
  for (const [ref, text] of Object.entries(secrets)) {
    value(await parts.secrets.put(ref, new Secret(text), ref));
  }
  const session = value(await parts.sessions.open(name));
  try {
    const plan = value(
      await planChanges(
        {
          requests: changes.map((change, index) => ({
            findingId: `${name}/c${index}`,
            hostId: name,
            controlId: `c${index}`,
            changes: [change],
          })),
          leftOut: [],
          basis: [{ hostId: name, scanId: 's', factsDigest: 'f' }],
          host: () => Promise.resolve(succeed(session)),
        },
        parts,
      ),
    );
    const report = value(
      await applyPlan(
        { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) },
        parts,
      ),
    );
    expect(report.error).toBe(undefined);
    expect(report.result).toBe('done');
    return await then(parts);
  } finally {
    await session.close();
    await made.close();
    rmSync(folder, { recursive: true });
  }
}
