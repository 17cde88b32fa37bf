/** Hosts that say too much, what is not so, or what another host says as well. */
import { describe, expect, it } from 'vitest';
import {
  clusterNode,
  clusterView,
  healthyHosts,
  hostNode,
  lacking,
  nodeSettings,
  topologyHost,
  withNode,
} from '../../../test/support/topology.ts';
import { mostNodes, topologySchema } from '../../domain/topology.ts';
import { joinTopology, type TopologyHost } from './topology.ts';

function joined(hosts: readonly TopologyHost[]) {
  const result = joinTopology(hosts);
  expect(topologySchema.safeParse(result.topology).success).toBe(true);
  return result;
}

describe('a host that tells more nodes than a picture takes', () => {
  const phantoms = Array.from({ length: mostNodes }, (_, n) =>
    clusterNode(9, {
      id: `phantom-${n}`,
      name: `a-${n}`,
      transport: `198.51.100.9:${10_000 + n}`,
      security: false,
      seedHosts: Array.from({ length: 100 }, (__, seed) => `seed-${n}-${seed}`),
    }),
  );
  const hostile = topologyHost(4, { node: hostNode(4, { cluster: clusterView(phantoms) }) });
  const started = performance.now();
  const picture = joined([hostile, ...healthyHosts]);
  const milliseconds = performance.now() - started;
  const [cluster] = picture.topology.clusters;

  it('fills the rest of the picture, and the nodes that were read stay', () => {
    expect(cluster?.nodes).toHaveLength(mostNodes);
    const read = cluster?.nodes.filter(({ standing }) => standing !== 'not-in-workspace');
    expect(read?.map(({ hostId }) => hostId)).toEqual(['host-1', 'host-2', 'host-3', 'host-4']);
    expect(cluster?.gaps).toContain(
      `${phantoms.length + 4 - mostNodes} more nodes were told than the 500 that are shown; they are left out here.`,
    );
  });

  it('and every host still has its cluster', () => {
    for (const n of [1, 2, 3]) expect(picture.clusterOf(`host-${n}`)?.cluster).toBe(cluster);
  });

  it('without stopping the app', () => {
    expect(milliseconds).toBeLessThan(3000);
  });
});

it('more hosts than a picture takes: the ones left out are in the cluster and named as a gap', () => {
  const hosts = Array.from({ length: mostNodes + 5 }, (_, n) =>
    topologyHost(n, {
      node: lacking(hostNode(n, { settings: nodeSettings(n, { seedHosts: ['search-0'] }) }), 'cluster'),
    }),
  );
  const picture = joined(hosts);
  const { topology } = picture;
  expect(topology.clusters[0]?.nodes).toHaveLength(mostNodes);
  for (const { hostId } of hosts)
    expect(picture.clusterOf(hostId)?.cluster.gaps.join()).toMatch(/^.*5 more nodes/);
});

describe('an address that several hosts have', () => {
  const bridge = '172.17.0.1';
  /** Nodes of two clusters, each published at the bridge of its own host; the second one tells nobody its cluster. */
  const told = hostNode(1, {
    addresses: ['10.1.0.11', bridge],
    settings: nodeSettings(1, { seedHosts: [] }),
    cluster: clusterView([clusterNode(1, { transport: `${bridge}:9300`, seedHosts: [] })]),
  });
  const secret = lacking(
    hostNode(2, { addresses: ['10.1.0.12', bridge], settings: nodeSettings(2, { seedHosts: [] }) }),
    'cluster',
  );
  const hosts = [topologyHost(1, { node: told }), topologyHost(2, { node: secret })];

  it.each([
    ['in this order', hosts],
    ['in the other order', hosts.toReversed()],
  ])('makes no host the node of another one, %s', (_, given) => {
    const picture = joined(given);
    expect(picture.clusterOf('host-1')?.self).toBe('uuid-orders/id-1');
    expect(picture.clusterOf('host-2')?.self).toBe('host/host-2');
    expect(picture.clusterOf('host-2')?.cluster.gaps.join()).toMatch(/node-2 told nobody/);
  });
});

it('two hosts that answer as one node are two, in doubt, and neither is called lost', () => {
  const twin = topologyHost(4, { address: '10.9.9.9', node: hostNode(3) });
  const picture = joined([...healthyHosts, twin]);
  expect(picture.clusterOf('host-3')?.self).toBe('uuid-orders/id-3');
  expect(picture.clusterOf('host-4')?.self).toBe('host/host-4');
  const { cluster } = picture.clusterOf('host-4') ?? {};
  expect(picture.clusterOf('host-3')?.cluster).toBe(cluster);
  expect(cluster?.disagreements).toEqual([]);
  expect(cluster?.gaps).toEqual([
    'node-3 and node-3 cannot be told apart from the node of another host: see whether a host is listed twice or two nodes have the same name.',
  ]);
});

it('what a host said before its last assessment failed is a gap', () => {
  const gone = { ...withNode(3, {}), note: 'The host does not answer.' };
  const { topology } = joined([...healthyHosts.slice(0, 2), gone]);
  expect(topology.clusters[0]?.gaps).toEqual(['node-3 was not read.']);
});
