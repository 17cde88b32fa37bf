/** An operator's workplace in a folder: real journal, before-images, vault and SSH; opened by the interrupted run and by the next one. */

import { openFileBlobStore } from '../../../electron/adapters/journal-files/blob-files.ts';
import { openFileJournal } from '../../../electron/adapters/journal-files/journal-files.ts';
import { kibanaKeystoreCodec } from '../../../electron/adapters/kibana/keystore-codec.ts';
import { certificateChecker } from '../../../electron/adapters/pki/certificate-checker.ts';
import { certificateIssuer } from '../../../electron/adapters/pki/certificate-issuer.ts';
import { systemClock, systemDigest, systemRandom } from '../../../electron/adapters/system/system.ts';
import { Vault } from '../../../electron/adapters/vault/vault.ts';
import { changeKinds } from '../../../electron/service/change-kinds.ts';
import type { Change } from '../../../shared/domain/change.ts';
import type { Plan } from '../../../shared/domain/plan.ts';
import { succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { EngineParts } from '../../../shared/engine/parts.ts';
import { planChanges } from '../../../shared/engine/plan.ts';
import { testFactory } from '../../ports/ssh-factory.ts';
import { value } from '../../support/change-harness.ts';
import { MemoryLog } from '../../support/memory-ports.ts';

/** Everything a process needs to work on one host. Holds no secret; goes over standard input as JSON. */
export interface Workplace {
  readonly folder: string;
  readonly hostId: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly knownHosts: string;
}

const passphrase = () => new Secret('passphrase of the crash matrix');
// The weakest that the format allows: the vault's strength is not what is tried here.
const kdf = { memoryKib: 64, passes: 1, lanes: 1 };

function vaultOf(place: Workplace): Vault {
  return new Vault(`${place.folder}/vault.bwv`, { kdf });
}

/** The key that a test reads before-images with; the real one lies in the vault. */
export const blobKey = new Uint8Array(32).fill(3);

/** @param secrets what the vault holds from the beginning */
export async function furnish(
  place: Workplace,
  secrets: Readonly<Record<string, string>> = {},
): Promise<void> {
  const vault = vaultOf(place);
  value(await vault.create(passphrase()));
  value(await vault.unlock(passphrase()));
  for (const [ref, text] of Object.entries(secrets))
    value(await vault.put(ref, new Secret(text), 'crash matrix'));
}

export interface Opened {
  readonly parts: EngineParts;
  readonly log: MemoryLog;
  readonly close: () => Promise<void>;
}

export async function openWorkplace(place: Workplace): Promise<Opened> {
  const journal = openFileJournal({
    folder: `${place.folder}/journal`,
    operator: 'ada@laptop',
    clock: systemClock,
    digest: systemDigest,
  });
  const vault = vaultOf(place);
  value(await vault.unlock(passphrase()));
  const { factory } = testFactory(
    {
      id: place.hostId,
      address: place.address,
      port: place.port,
      user: place.user,
      login: { method: 'key-file', path: place.identityFile },
      sudo: 'passwordless',
    },
    place.knownHosts,
    {},
    // Soon enough for a guard's window, late enough for a host that is only slow.
    { connectTimeoutMs: 3000, handshakeTimeoutMs: 10_000, keepaliveIntervalMs: 1000, keepaliveCount: 10 },
  );
  const log = new MemoryLog();
  return {
    log,
    parts: {
      kinds: changeKinds,
      sessions: factory,
      journal,
      blobs: openFileBlobStore({ folder: `${place.folder}/blobs`, key: () => succeed(blobKey) }),
      secrets: vault,
      clock: systemClock,
      digest: systemDigest,
      random: systemRandom,
      certificates: certificateChecker,
      issuer: certificateIssuer,
      kibanaKeystore: kibanaKeystoreCodec,
      log,
      operator: 'ada@laptop',
      tool: 'bulwark test',
    },
    close: () => journal.close(),
  };
}

export async function planFor(hostId: string, change: Change, parts: EngineParts): Promise<Plan> {
  const session = value(await parts.sessions.open(hostId));
  const plan = await planChanges(
    {
      requests: [{ findingId: `${hostId}/matrix`, hostId, controlId: 'matrix', changes: [change] }],
      leftOut: [],
      basis: [{ hostId, scanId: 's', factsDigest: 'f' }],
      host: () => Promise.resolve(succeed(session)),
    },
    parts,
  );
  await session.close();
  return value(plan);
}
