/** A cold assessment of a lab host by the real adapters, and what it found. */
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { observeOutside } from '../../electron/adapters/outside/outside.ts';
import { systemClock, systemDigest, systemRandom } from '../../electron/adapters/system/system.ts';
import { kibanaReading } from '../../electron/service/kibana-peers.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import { type Scan, scanSchema } from '../../shared/domain/finding.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { type Gathered, gatherFacts } from '../../shared/engine/gather.ts';
import type { SessionCost } from '../../shared/engine/ports.ts';
import { scanHost } from '../../shared/engine/scan.ts';
import { factParts } from '../../shared/facts/sources.ts';
import type { LabHost } from '../lab/index.ts';
import { testFactory } from '../ports/ssh-factory.ts';
import { value } from './change-harness.ts';

export interface Look {
  readonly host: LabHost;
  readonly gathered: Gathered;
  readonly scan: Scan;
  readonly cost: SessionCost;
}

/** A cold assessment: new connection, facts, judgement. */
export async function look(host: LabHost, login: { readonly credential?: boolean } = {}): Promise<Look> {
  const knownHosts = join(mkdtempSync(join(tmpdir(), 'facts-')), 'known_hosts');
  copyFileSync(host.knownHostsFile, knownHosts);
  const session = await testFactory(
    {
      address: host.address,
      port: host.port,
      user: host.user,
      login: { method: 'key-file', path: host.identityFile },
      sudo: 'passwordless',
    },
    knownHosts,
    { sudoPassword: host.password },
  ).session();
  const elastic = login.credential === false ? undefined : host.elasticPassword;
  const gathered = value(
    await gatherFacts(
      factParts,
      {
        reader: session,
        outside: observeOutside,
        digest: systemDigest,
        random: systemRandom,
        clock: systemClock,
        kibana: kibanaReading,
      },
      {
        address: host.address,
        ...(elastic === undefined
          ? {}
          : { credential: { type: 'basic', user: 'elastic', password: new Secret(elastic) } }),
      },
    ),
  );
  const cost = session.cost();
  await session.close();
  const scan = scanHost(catalog, {
    id: 's',
    hostId: 'host-a',
    startedAt: '',
    finishedAt: '',
    hostKey: '',
    cost,
    milliseconds: 1,
    gathered,
  });
  expect(() => scanSchema.parse(scan)).not.toThrow();
  return { host, gathered, scan, cost };
}

export function outcomes({ scan }: Look): Readonly<Record<string, Outcome>> {
  return Object.fromEntries(scan.findings.map((finding) => [finding.controlId, finding.outcome]));
}

export function summaryOf({ scan }: Look, id: string): string {
  return scan.findings.find((finding) => finding.controlId === id)?.summary ?? '';
}
