import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clusterNode,
  clusterView,
  healthyHosts,
  healthyTopology,
  hostNode,
  lacking,
  nodeSettings,
  threeNodes,
  topologyHost,
  withNode,
} from '../../../test/support/topology.ts';
import { topologySchema } from '../../domain/topology.ts';
import { joinTopology, type TopologyHost } from './topology.ts';

/** The one cluster of these hosts. */
function one(hosts: readonly TopologyHost[]) {
  const { topology } = joinTopology(hosts);
  topologySchema.parse(topology);
  const [cluster, more] = topology.clusters;
  if (!cluster || more) throw new Error(`${topology.clusters.length} clusters`);
  return cluster;
}

function found(hosts: readonly TopologyHost[]) {
  return one(hosts).disagreements.map(({ about, sentence, odd }) => [about, sentence, odd.length] as const);
}

/** A host whose node told nobody its cluster. */
function mute(n: number, changes: Parameters<typeof hostNode>[1] = {}): TopologyHost {
  return topologyHost(n, { node: lacking(hostNode(n, changes), 'cluster') });
}

const [first, second, third] = [1, 2, 3].map((n) => topologyHost(n)) as [
  TopologyHost,
  TopologyHost,
  TopologyHost,
];

describe('three nodes that agree', () => {
  const cluster = one(healthyHosts);

  it('are one cluster with one master and no disagreement', () => {
    expect(cluster).toMatchObject({
      name: 'orders',
      uuid: 'uuid-orders',
      status: 'green',
      gaps: [],
      disagreements: [],
    });
    expect(cluster.nodes.map(({ name, master, standing }) => [name, master, standing])).toEqual([
      ['node-1', true, 'read'],
      ['node-2', false, 'read'],
      ['node-3', false, 'read'],
    ]);
  });

  it('are each on the host that has their address', () => {
    expect(cluster.nodes.map(({ hostId }) => hostId)).toEqual(['host-1', 'host-2', 'host-3']);
    expect(healthyTopology.clusterOf('host-2')?.self).toBe('uuid-orders/id-2');
    expect(healthyTopology.clusterOf('host-9')).toBeUndefined();
  });

  it('are shown with roles, addresses, data and what the ports speak', () => {
    expect(cluster.nodes[1]).toMatchObject({
      roles: ['data', 'ingest', 'master'],
      http: '10.1.0.12:9200',
      transport: '10.1.0.12:9300',
      holdsData: 'yes',
      documents: 130,
      security: 'on',
      transportSpeech: 'tls',
    });
  });
});

describe('who is whose', () => {
  it('nodes that all listen on loopback are told apart by process and name', () => {
    const nodes = [1, 2].map((n) => clusterNode(n, { transport: '127.0.0.1:9300', pid: 100 + n }));
    const host = withNode(2, { pid: 102, cluster: clusterView(nodes) });
    expect(joinTopology([host]).clusterOf('host-2')?.self).toBe('uuid-orders/id-2');
  });

  it('a node of the cluster whose host is none of the workspace is shown and named as a gap', () => {
    const cluster = one([first, second]);
    expect(cluster.nodes[2]).toMatchObject({
      name: 'node-3',
      standing: 'not-in-workspace',
      transportSpeech: 'unknown',
    });
    expect(cluster.gaps.join()).toMatch(/node-3 belongs to the cluster and to no host of this workspace/);
    expect(cluster.disagreements).toEqual([]);
  });

  it('a host that could not be read is the node at its address', () => {
    const cluster = one([first, second, topologyHost(3, { node: undefined, note: 'No route.' })]);
    expect(cluster.nodes[2]).toMatchObject({ standing: 'not-read', hostId: 'host-3', note: 'No route.' });
    expect(cluster.gaps).toEqual(['node-3 was not read.']);
  });

  it('a host that could not be read and that nobody tells stands beside the clusters', () => {
    const stranger = topologyHost(7, { node: undefined, address: '192.0.2.7', hostName: 'far' });
    const joined = joinTopology([...healthyHosts, stranger]);
    const { topology } = joined;
    expect(joined.clusterOf('host-1')?.otherHosts).toBe(1);
    expect(topology.others).toEqual([{ hostId: 'host-7', hostName: 'far', standing: 'not-read', note: '' }]);
  });

  it('a host without a node stands beside the clusters', () => {
    const joined = joinTopology([...healthyHosts, topologyHost(4, { node: null })]);
    const { topology } = joined;
    expect(joined.clusterOf('host-1')?.otherHosts).toBe(0);
    expect(topology.others[0]).toMatchObject({ hostId: 'host-4', standing: 'no-node' });
  });

  it('a secured node that nobody may ask is known by its address when another one tells it', () => {
    const cluster = one([first, second, mute(3)]);
    expect(cluster.nodes[2]).toMatchObject({ standing: 'read', hostId: 'host-3' });
    expect(cluster.disagreements).toEqual([]);
  });

  it('nodes that told nobody anything are one cluster by their settings, with a way to know more', () => {
    const cluster = one([mute(1), mute(2), mute(3)]);
    expect(cluster.uuid).toBeUndefined();
    expect(cluster.gaps.join()).toMatch(/told nobody which nodes form the cluster: give Bulwark a login/);
  });

  it('clusters that only share a name are two', () => {
    const alone = (n: number) =>
      withNode(n, {
        settings: nodeSettings(n, { seedHosts: [] }),
        cluster: clusterView([clusterNode(n, { seedHosts: [] })], { uuid: `uuid-${n}`, master: `id-${n}` }),
      });
    expect(joinTopology([alone(1), alone(2)]).topology.clusters).toHaveLength(2);
  });
});

describe('disagreement names the odd ones', () => {
  const split = (n: number, changes: Partial<Parameters<typeof nodeSettings>[1]> = {}) =>
    withNode(n, {
      settings: nodeSettings(n, changes),
      cluster: clusterView([clusterNode(n)], { uuid: `uuid-${n}`, master: `id-${n}` }),
    });
  const pair = [clusterNode(1), clusterNode(2)];

  it.each<readonly [string, readonly TopologyHost[], string, string, number]>([
    [
      'security off on one',
      [first, second, withNode(3, { security: 'off' })],
      'security',
      'node-3 has security off; node-1 and node-2 have it on.',
      1,
    ],
    [
      'security on for one only: the open ones are odd, not the larger part',
      [first, withNode(2, { security: 'off' }), withNode(3, { security: 'off' })],
      'security',
      'node-2 and node-3 have security off; node-1 has it on.',
      2,
    ],
    [
      'transport in clear on one',
      [first, second, withNode(3, { transport: 'clear' })],
      'transport-tls',
      'node-3 speaks transport in clear; node-1 and node-2 speak TLS.',
      1,
    ],
    [
      'HTTP in clear on one',
      [withNode(1, { http: 'clear' }), second, third],
      'http-tls',
      'node-1 speaks HTTP in clear; node-2 and node-3 speak TLS.',
      1,
    ],
    [
      'a node that founded a cluster of its own',
      [withNode(1, { cluster: clusterView(pair) }), withNode(2, { cluster: clusterView(pair) }), split(3)],
      'cluster',
      'The settings name one cluster, and the nodes form 2: node-1 and node-2; node-3.',
      1,
    ],
    [
      'a node that joined nobody',
      [
        withNode(1, { cluster: clusterView(pair) }),
        withNode(2, { cluster: clusterView(pair) }),
        mute(3, { security: 'unknown' }),
      ],
      'cluster',
      'node-3 runs and is not in the cluster of node-1 and node-2.',
      1,
    ],
    [
      'two masters of one cluster',
      [first, second, withNode(3, { cluster: clusterView(threeNodes, { master: 'id-3' }) })],
      'master',
      'node-1 and node-2 follow the master node-1; node-3 follows the master node-3.',
      1,
    ],
    [
      'another name of the cluster',
      [
        withNode(1, { cluster: clusterView(pair) }),
        withNode(2, { cluster: clusterView(pair) }),
        mute(3, { running: false, settings: nodeSettings(3, { clusterName: 'order' }) }),
      ],
      'cluster-name',
      'node-1 and node-2 call their cluster orders; node-3 calls its cluster order.',
      1,
    ],
    [
      'other seed hosts',
      [first, second, withNode(3, { settings: nodeSettings(3, { seedHosts: ['search-1', 'old-host'] }) })],
      'seed-hosts',
      'node-1 and node-2 look for the others at node-1, node-2, node-3; node-3 looks for the others at node-1, node-3, old-host.',
      1,
    ],
  ])('%s', (_, hosts, about, sentence, odd) => {
    expect(found(hosts)).toEqual([[about, sentence, odd]]);
  });

  it('versions, also of a node whose host is not read', () => {
    const nodes = [clusterNode(1), clusterNode(2), clusterNode(3, { version: '8.18.0' })];
    const hosts = [1, 2].map((n) => withNode(n, { cluster: clusterView(nodes) }));
    expect(found(hosts)).toEqual([['version', 'node-1 and node-2 run 8.19.21; node-3 runs 8.18.0.', 1]]);
  });

  it('everybody is odd where no side is the larger one', () => {
    const hosts = [split(1), split(2)];
    expect(one(hosts).disagreements[0]?.odd).toHaveLength(2);
  });

  it('the seeds of a node may leave out itself, and may be names or addresses with ports', () => {
    const hosts = [
      withNode(1, { settings: nodeSettings(1, { seedHosts: ['search-2', '10.1.0.13:9300'] }) }),
      withNode(2, { settings: nodeSettings(2, { seedHosts: ['10.1.0.11', 'SEARCH-3:9300'] }) }),
      third,
    ];
    expect(found(hosts)).toEqual([]);
  });

  it('a node that stands in nobody’s seed hosts may have the same as the others', () => {
    const nodes = [...threeNodes, clusterNode(4)];
    const hosts = [1, 2, 3, 4].map((n) => withNode(n, { cluster: clusterView(nodes) }));
    expect(found(hosts)).toEqual([]);
  });

  it('security that is set nowhere is on from 8.0 and off before', () => {
    const silent = (version: string) => [
      clusterNode(1),
      lacking(clusterNode(2, { version }), 'security') as ReturnType<typeof clusterNode>,
    ];
    const security = (version: string) =>
      one([withNode(1, { cluster: clusterView(silent(version)) })]).nodes[1]?.security;
    expect([security('8.0.0'), security('7.17.29')]).toEqual(['on', 'off']);
  });

  it('a stopped node is a gap and no disagreement', () => {
    const down = mute(3, { running: false, http: 'closed', transport: 'closed', security: 'unknown' });
    const hosts = [...[1, 2].map((n) => withNode(n, { cluster: clusterView(pair) })), down];
    expect(one(hosts)).toMatchObject({ gaps: ['node-3 does not run.'], disagreements: [] });
  });
});

it('the order of the hosts makes no difference', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([first, second, third], { minLength: 3 }), (hosts) => {
      expect(joinTopology(hosts).topology).toEqual(healthyTopology.topology);
    }),
  );
});

it('two hundred hosts are joined within the time of one frame or two', () => {
  const hosts = Array.from({ length: 200 }, (_, n) => mute(n, { settings: nodeSettings(n) }));
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    joinTopology(hosts);
    return performance.now() - started;
  });
  expect(Math.min(...times)).toBeLessThan(500);
});
