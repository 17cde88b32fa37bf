import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, without } from '../../../../test/support/facts.ts';
import {
  clusterView,
  healthyHosts,
  hostNode,
  threeNodes,
  topologyHost,
  withNode,
} from '../../../../test/support/topology.ts';
import { joinTopology, type TopologyHost } from '../../../engine/topology/topology.ts';
import control from './control.ts';

/** What the host `search-1` is judged on when these hosts were read. */
function seen(hosts: readonly TopologyHost[]) {
  const topology = joinTopology(hosts).clusterOf('host-1');
  if (!topology) throw new Error('search-1 is in no cluster');
  return factsOf(healthy, { topology });
}

const [first, second, third] = healthyHosts as [TopologyHost, TopologyHost, TopologyHost];
const [own] = hostNode(1).certificates;
if (own === undefined) throw new Error('no certificate');
const { keyHash: _, ...withoutKey } = own;
const shared = seen([first, second, withNode(3, { certificates: [{ ...own, fingerprint256: 'ff' }] })]);
const alone = topologyHost(1, { node: hostNode(1, { cluster: clusterView(threeNodes.slice(0, 1)) }) });

controlTable(control, {
  pass: [
    { name: 'each its own', facts: seen(healthyHosts), says: /No other of the 3 nodes/ },
    {
      name: 'others share one',
      facts: seen([first, second, withNode(3, { certificates: hostNode(2).certificates })]),
    },
  ],
  fail: [
    { name: 'the same key', facts: shared, says: /key of node-1 is also that of node-3\.$/ },
    {
      name: 'the same certificate, of which no key was told',
      facts: seen([first, second, withNode(3, { certificates: [withoutKey] })]),
      says: /node-3/,
    },
  ],
  unknown: [
    {
      name: 'one was not seen',
      facts: seen([first, second, withNode(3, { certificates: [] })]),
      says: /of node-3 was not seen/,
    },
    {
      name: 'its own was not seen',
      facts: seen([withNode(1, { certificates: [], transport: 'silent' }), second, third]),
      says: /Start Elasticsearch/,
    },
    { name: 'one is no host of the workspace', facts: seen([first, second]), says: /Add the host/ },
    { name: 'not joined', facts: without(healthy, 'topology') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'topology') }],
  'not-applicable': [
    { name: 'one node', facts: seen([alone]), says: /only node/ },
    {
      name: 'in clear',
      facts: seen([withNode(1, { certificates: [], transport: 'clear' }), second, third]),
      says: /plain text/,
    },
  ],
});

it('is given another one by whoever issued it', () => {
  expect(manualOf(control, shared).reason).toMatch(/no authority that Bulwark made/);
});
