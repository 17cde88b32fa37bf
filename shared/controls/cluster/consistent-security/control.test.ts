import { controlTable } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, without } from '../../../../test/support/facts.ts';
import {
  healthyHosts,
  hostNode,
  lacking,
  topologyHost,
  withNode,
} from '../../../../test/support/topology.ts';
import { joinTopology, type TopologyHost } from '../../../engine/topology/topology.ts';
import control from './control.ts';

/** What the host `search-<n>` is judged on when these hosts were read. */
function seenBy(n: number, hosts: readonly TopologyHost[]) {
  const topology = joinTopology(hosts).clusterOf(`host-${n}`);
  if (!topology) throw new Error(`search-${n} is in no cluster`);
  return factsOf(healthy, { topology });
}

const oneOpen = [...healthyHosts.slice(0, 2), withNode(3, { security: 'off', transport: 'clear' })];
const alone = topologyHost(1, {
  node: hostNode(1, { cluster: { ...clusterOfOne(), nodes: clusterOfOne().nodes.slice(0, 1) } }),
});
const mute = topologyHost(1, { node: lacking(hostNode(1), 'cluster') });

controlTable(control, {
  pass: [
    {
      name: 'three agree',
      facts: seenBy(1, healthyHosts),
      says: /3 nodes of the cluster orders were compared/,
    },
    { name: 'another one is odd', facts: seenBy(1, oneOpen), says: /not among the odd ones/ },
  ],
  fail: [
    {
      name: 'the odd one',
      facts: seenBy(3, oneOpen),
      says: /disagree: node-3 has security off; node-1 and node-2 have it on\.$/,
    },
    {
      name: 'other seed hosts',
      facts: seenBy(2, [
        ...healthyHosts.filter(({ hostId }) => hostId !== 'host-2'),
        withNode(2, { settings: { ...hostNode(2).settings, ...moved() } }),
      ]),
      says: /old-host/,
    },
  ],
  unknown: [
    {
      name: 'one node is no host of the workspace',
      facts: seenBy(1, healthyHosts.slice(0, 2)),
      says: /add the host/,
    },
    { name: 'nobody told the cluster', facts: seenBy(1, [mute]), says: /give Bulwark a login/ },
    {
      name: 'what one node speaks is not known',
      facts: seenBy(1, [...healthyHosts.slice(0, 2), withNode(3, { transport: 'unknown', http: 'silent' })]),
      says: /^Whether TLS is spoken could not be told for transport and HTTP of node-3\./,
    },
    {
      name: 'the last assessment of one host failed',
      facts: seenBy(1, [...healthyHosts.slice(0, 2), topologyHost(3, { note: 'No route.' })]),
      says: /node-3 was not read/,
    },
    {
      name: 'two hosts are one node',
      facts: seenBy(4, [...healthyHosts, topologyHost(4, { address: '10.9.9.9', node: hostNode(3) })]),
      says: /cannot be told apart/,
    },
    { name: 'not joined', facts: without(healthy, 'topology') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'topology') }],
  'not-applicable': [
    { name: 'one node', facts: seenBy(1, [alone]), says: /only node/ },
    {
      name: 'stopped',
      facts: seenBy(1, [topologyHost(1, { node: lacking(hostNode(1, { running: false }), 'cluster') })]),
      says: /does not run/,
    },
  ],
});

function clusterOfOne() {
  const { cluster } = hostNode(1);
  if (!cluster) throw new Error('no cluster');
  return cluster;
}

function moved() {
  return {
    clusterName: 'orders',
    seedHosts: ['old-host'],
    initialMasters: [],
    singleNode: false,
  };
}
