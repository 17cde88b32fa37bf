/** What independent tools have to say of the lab host before and after the job in the window. */
import { expect } from '@playwright/test';
import { installOn } from '../../integration/es-installs.ts';
import type { LabHost } from '../../lab/index.ts';
import {
  curl,
  fingerprintOf as fingerprint,
  firewallOf,
  type HostFingerprint,
  witness,
} from '../../support/host-witness.ts';

export type { HostFingerprint };

const install = installOn('open-fresh');

export async function fingerprintOf(host: LabHost): Promise<HostFingerprint> {
  return await fingerprint(host, install);
}

export { firewallOf };

/** Everything but the firewall and the kit for taking back by hand, which holds one step less once that step is undone. */
export async function fingerprintOfTheRest(host: LabHost): Promise<HostFingerprint> {
  const [all, firewall] = [await fingerprintOf(host), new Set(await firewallOf(host))];
  return all.filter((line) => !firewall.has(line) && !line.includes('/var/lib/bulwark/undo/'));
}

export async function expectOpen(host: LabHost): Promise<void> {
  await expect
    .poll(async () => (await curl(`http://${host.address}:9200/_cluster/health`)).status, {
      timeout: 120_000,
    })
    .toBe('200');
}

export async function expectHardened(host: LabHost): Promise<void> {
  const seen = await witness(host, install);
  expect(seen.stranger.status).toBe('401');
  expect(seen.plain.code, 'plain HTTP is refused').not.toBe(0);
  expect(seen.httpChain).toContain('Verify return code: 0 (ok)');
  expect(seen.rules).toMatch(/hook input[^}]*policy drop/);
  expect(seen.runsAs).toEqual(['elasticsearch']);
  for (const line of seen.files) expect(line).toMatch(/^(root|elasticsearch):elasticsearch 2?[67][0-7]0 /);
  expect(seen.keystore).toContain('xpack.security.http.ssl.keystore.secure_password');
  expect(seen.yml).not.toContain('bind_password');
  expect(seen.keysInHttpStore, 'no key of an authority').toEqual(['http']);
}

/** The node alone: it asks everybody for a credential, over TLS. */
export async function expectHardenedNode(host: LabHost): Promise<void> {
  expect((await curl(`https://${host.address}:9200/_cluster/health`, '', '-k')).status).toBe('401');
  expect((await curl(`http://${host.address}:9200/`)).code, 'plain HTTP is refused').not.toBe(0);
}
