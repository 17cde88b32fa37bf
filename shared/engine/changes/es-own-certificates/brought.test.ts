import { beforeEach, expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { type TestContext, testContext, value } from '../../../../test/support/change-harness.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { Secret } from '../../../domain/secret.ts';
import type { Identity } from '../../certificates/ports.ts';
import { broughtFor } from './brought.ts';
import { issueForNode } from './identity.ts';

const names = ['search-1', '10.1.0.11'];
const period = () => ({ now: context.clock.now(), days: 30, keyType: 'p-256' }) as const;

let context: TestContext;
let own: string;
beforeEach(() => {
  const host = new NodeHost();
  context = testContext(host);
  own = context.host.hostId;
  host.remove();
});

const change = (more: Partial<ChangeOf<'es-own-certificates'>> = {}): ChangeOf<'es-own-certificates'> => ({
  kind: 'es-own-certificates',
  install: installOn('open-fresh'),
  elasticPasswordRef: 'es/elastic',
  httpCaRef: 'es/http-ca',
  nodeKeyRef: 'es/node-key',
  storePasswordRef: 'es/node-store',
  authorityRef: 'pki/authority',
  keyType: 'p-256',
  form: 'pkcs12',
  names,
  days: 30,
  certificates: 'brought',
  ...more,
});

const authority = async () =>
  value(await context.issuer.makeAuthority({ ...period(), name: 'Our authority' }));

/** As if it had been taken for this host. */
async function bring(hostId: string, ca: Identity): Promise<Identity> {
  const node = value(await context.issuer.issueForNode(ca, { ...period(), name: 'n', names }));
  await context.secrets.put(`es/${hostId}/brought-authority`, new Secret(ca.certificatePem), '');
  await context.secrets.put(
    `es/${hostId}/brought`,
    new Secret(node.keyPem.reveal() + node.certificatePem),
    '',
  );
  return node;
}

it('uses what was brought for the node, and makes no authority', async () => {
  const ca = await authority();
  const node = await bring(own, ca);
  const issued = value(await issueForNode(change(), context));
  expect(issued).toEqual({ certificatePem: node.certificatePem, caPem: ca.certificatePem });
  expect(value(await context.secrets.get('es/node-key')).reveal()).toBe(node.keyPem.reveal());
  expect((await context.secrets.get('es/node-store')).ok).toBe(true);
  expect((await context.secrets.get('pki/authority')).ok).toBe(false);
});

it.each<readonly [string, RegExp, Partial<ChangeOf<'es-own-certificates'>>, (ca: Identity) => unknown]>([
  ['nothing was brought', /No certificate .* was brought/, {}, () => undefined],
  ['it lacks a name', /does not cover search-2/, { names: [...names, 'search-2'] }, (ca) => bring(own, ca)],
  [
    'another node has none',
    /A node of the cluster has no/,
    { cluster: { uuid: 'u', hosts: ['lab', 'second'] } },
    (ca) => bring(own, ca),
  ],
  [
    'nodes would trust other authorities',
    /different authorities/,
    { cluster: { uuid: 'u', hosts: ['lab', 'second'] } },
    async (ca) => {
      await bring(own, ca);
      await bring('second', await authority());
    },
  ],
])('refuses when %s', async (_name, why, more, act) => {
  await act(await authority());
  const cluster = more.cluster && { ...more.cluster, hosts: [own, 'second'] };
  const found = await broughtFor(change({ ...more, ...(cluster ? { cluster } : {}) }), context);
  expect(found).toMatchObject({ ok: false, error: { hostState: 'unchanged' } });
  expect(found.ok ? '' : found.error.message).toMatch(why);
});
