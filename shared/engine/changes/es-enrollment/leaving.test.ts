import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { type TestContext, testContext } from '../../../../test/support/change-harness.ts';
import { FakeCluster } from '../../../../test/support/fake-cluster.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { Secret } from '../../../domain/secret.ts';
import type { Enrollment } from './cluster.ts';
import { leaveCluster, takeBack } from './leaving.ts';

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
  removeSettings: [],
  setAsideData: false,
};
const key = 'cluster.routing.allocation.exclude._id';

let host: NodeHost;
let cluster: FakeCluster;
let context: TestContext;
beforeEach(async () => {
  host = new NodeHost();
  host.place(`${install.pathData[0]}/indices/abc/0`, '');
  cluster = await new FakeCluster().begin();
  cluster.nodes.set('two', { name: 'node-2', version: '8.19.21', transport: '10.0.0.2:9300' });
  host.answer = cluster.answer;
  context = testContext(host);
  await context.secrets.put('es/first/elastic', new Secret('pw'), '');
  await context.secrets.put('es/first/http-ca', new Secret(cluster.caPem), '');
});
afterEach(() => host.remove());

const leave = (id: string | undefined, force = false) => leaveCluster(change, { ...context, force }, id);

describe('a member that leaves', () => {
  it('loses its shards before its vote, and the cluster keeps what it was told otherwise', async () => {
    cluster.settings.persistent = { [key]: 'gone', 'a.b': 'c' };
    cluster.shards = [{ index: 'kept', node: 'two', moves: true }];
    expect(await leave('two')).toEqual({ ok: true, value: true });
    expect(cluster.shards[0]?.node).toBe('one');
    expect(cluster.done).toEqual([JSON.stringify({ persistent: { [key]: 'gone,two' } }), 'give up vote']);
    cluster.nodes.delete('two');
    expect((await takeBack(change, context, 'two')).ok).toBe(true);
    expect(cluster.settings).toEqual({ persistent: { [key]: 'gone', 'a.b': 'c' }, transient: {} });
    expect(cluster.voters).toEqual([]);
    const before = cluster.done.length;
    expect((await takeBack(change, context, 'two')).ok).toBe(true);
    expect(cluster.done).toHaveLength(before);
  });

  it('uses the transient setting where that one rules', async () => {
    cluster.settings.transient = { [key]: 'three' };
    expect((await leave('two')).ok).toBe(true);
    expect(cluster.settings.transient).toEqual({ [key]: 'three,two' });
  });

  it('stays while it holds the only copy of something, and the cluster is told so', async () => {
    cluster.shards = [{ index: 'alone', node: 'two', moves: false }];
    const left = await leave('two', true);
    expect(left).toMatchObject({ ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
    expect(left.ok ? '' : left.error.message).toMatch(/alone/);
    expect(cluster.settings).toEqual({ persistent: {}, transient: {} });
    expect(cluster.voters).toEqual([]);
  });

  it('may leave a copy behind that another node has as well', async () => {
    cluster.shards = [
      { index: 'kept', node: 'two', moves: false },
      { index: 'kept', node: 'one', moves: false },
    ];
    expect(await leave('two')).toEqual({ ok: true, value: true });
  });

  it('stays in a red cluster, and where somebody else plays with the votes', async () => {
    cluster.voters = ['three'];
    expect(await leave('two')).toMatchObject({ ok: false });
    expect(cluster.voters).toEqual(['three']);
    expect(cluster.settings.persistent).toEqual({});
    cluster.status = 'red';
    cluster.voters = [];
    expect(await leave('two')).toMatchObject({ ok: false });
    expect(cluster.done.slice(2)).toEqual([]);
  });
});

describe('a node that is no member', () => {
  it.each([
    ['is not listed', (one: FakeCluster) => one.nodes.delete('two')],
    ['cannot be asked about', (one: FakeCluster) => one.show('')],
  ])('%s: goes only with its data kept, and only on purpose', async (_name, act) => {
    act(cluster);
    expect(await leave('two')).toMatchObject({ ok: false, error: { code: 'PRECONDITION_FAILED' } });
    expect(await leave('two', true)).toEqual({ ok: true, value: false });
    expect(cluster.done).toEqual([]);
  });

  it('goes when it holds nothing', async () => {
    host.remove();
    host = new NodeHost();
    context = { ...context, host };
    host.place(`${install.pathData[0]}/node.lock`, '');
    host.answer = undefined;
    expect(await leave(undefined)).toEqual({ ok: true, value: true });
  });
});
