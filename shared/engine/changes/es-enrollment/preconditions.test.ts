import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { type TestContext, testContext, value } from '../../../../test/support/change-harness.ts';
import { FakeCluster } from '../../../../test/support/fake-cluster.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { Secret } from '../../../domain/secret.ts';
import type { Enrollment } from './cluster.ts';
import { checkJoinable } from './preconditions.ts';

const install = installOn('open-fresh');
const change: Enrollment = {
  kind: 'es-enrollment',
  install,
  issuer: {
    hostId: 'first',
    address: '10.0.0.1',
    port: 9200,
    elasticPasswordRef: 'es/first/elastic',
    httpCaRef: 'es/first/http-ca',
  },
  elasticPasswordRef: 'es/lab/elastic',
  httpCaRef: 'es/lab/http-ca',
  removeSettings: ['xpack.security.enabled'],
  setAsideData: true,
};

let host: NodeHost;
let cluster: FakeCluster;
let context: TestContext;
let port: Server;
beforeEach(async () => {
  host = new NodeHost();
  host.place(`${install.pathConf}/elasticsearch.yml`, 'node.name: fresh\nxpack.security.enabled: false\n');
  host.place(`${install.pathData[0]}/node.lock`, '');
  cluster = await new FakeCluster().begin();
  host.answer = cluster.answer;
  context = testContext(host);
  await context.secrets.put('es/first/elastic', new Secret('pw'), '');
  await context.secrets.put('es/first/http-ca', new Secret(cluster.caPem), '');
  port = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    port.listen(0, '0.0.0.0', resolve);
  });
  const address = port.address();
  // This very machine, by an address that is not its loopback.
  member('node-1', `0.0.0.0:${typeof address === 'object' ? address?.port : 0}`);
});
afterEach(async () => {
  host.remove();
  await new Promise((resolve) => port.close(resolve));
});

function member(name: string, transport: string, version = install.version): void {
  cluster.nodes.set('one', { name, version, transport });
}

it('lets a fresh node join a healthy cluster that it reaches', async () => {
  const joinable = value(await checkJoinable(change, context));
  expect(joinable.cluster).toMatchObject({ name: 'orders', status: 'green', enrolls: true });
  expect(joinable.issuer.credential.password.reveal()).toBe('pw');
  expect(cluster.done).toEqual([]);
});

it('believes the node and not the vault about its key', async () => {
  await context.secrets.put('es/first/http-authority', new Secret('put back by hand'), '');
  expect(value(await checkJoinable(change, context)).place).toEqual({ address: '10.0.0.1', port: 9200 });
});

describe('a node that cannot join', () => {
  it.each<readonly [string, RegExp, () => unknown]>([
    ['no login in the vault', /no password of elastic/, () => context.secrets.remove('es/first/elastic')],
    ['no authority in the vault', /certificate authority/, () => context.secrets.remove('es/first/http-ca')],
    [
      'the authority’s key was taken off',
      /taken off it into your vault/,
      async () => {
        cluster.hasAuthorityKey = false;
        await context.secrets.put('es/first/http-authority', new Secret('key'), '');
      },
    ],
    [
      'the authority’s key is not there',
      /does not hold the private key/,
      () => Object.assign(cluster, { hasAuthorityKey: false }),
    ],
    [
      'a certificate for other addresses',
      /does not name that address.*10\.9\.9\.9/,
      () => Object.assign(cluster, { names: ['DNS:localhost', 'IP Address:10.9.9.9'] }),
    ],
    ['a node that stays alone', /stay alone/, () => Object.assign(cluster, { discovery: 'single-node' })],
    ['somebody else answers', /does not show/, async () => cluster.show(await cluster.makeCa())],
    ['a red cluster', /red/, () => Object.assign(cluster, { status: 'red' })],
    ['another version', /8\.18\.0/, () => member('node-1', '10.0.0.1:9300', '8.18.0')],
    ['enrollment is off', /does not enrol/, () => Object.assign(cluster, { enrolls: 'false' })],
    ['nodes on loopback', /loopback/, () => member('node-1', '127.0.0.1:9300')],
    ['a port that is closed', /does not reach 0\.0\.0\.0:1/, () => member('node-1', '0.0.0.0:1')],
    [
      'a node of this name is there',
      /a node named fresh/,
      () => member('fresh', cluster.nodes.get('one')?.transport ?? ''),
    ],
    [
      'a node that is one of several',
      /several nodes/,
      () =>
        host.place(
          `${install.pathConf}/elasticsearch.yml`,
          'discovery.seed_hosts: ["a"]\nxpack.security.enabled: false\n',
        ),
    ],
    [
      'indices in the data directory',
      /holds indices/,
      () => host.place(`${install.pathData[0]}/indices/abc/0`, ''),
    ],
  ])('%s', async (_name, reason, act) => {
    await act();
    const checked = await checkJoinable(change, context);
    expect(checked.ok ? '' : checked.error.message).toMatch(reason);
    expect(checked).toMatchObject({ ok: false, error: { hostState: 'unchanged' } });
    expect(cluster.done).toEqual([]);
  });
});
