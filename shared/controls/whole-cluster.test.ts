import { describe, expect, it } from 'vitest';
import { changesOf } from '../../test/support/control-table.ts';
import { factsOf, open } from '../../test/support/facts.ts';
import {
  clusterNode,
  clusterView,
  hostNode,
  lacking,
  threeNodes,
  topologyHost,
  withNode,
} from '../../test/support/topology.ts';
import type { Facts } from '../domain/facts.ts';
import type { HostNode } from '../domain/topology.ts';
import { joinTopology, type TopologyHost } from '../engine/topology/topology.ts';
import { catalog } from './catalog.ts';
import { wholeCluster } from './whole-cluster.ts';

const control = catalog.find((one) => one.words.id === 'security-enabled');
if (control === undefined) throw new Error('no control');

const openNode: Partial<HostNode> = { security: 'off', http: 'clear', transport: 'clear' };
const openHosts = [1, 2, 3].map((n) => withNode(n, openNode));

function factsWith(hosts: readonly TopologyHost[]) {
  const topology = joinTopology(hosts).clusterOf('host-1');
  return factsOf(open, {
    'node-answers': { ...open['node-answers'], nodeCount: 3 },
    ...(topology === undefined ? {} : { topology }),
  });
}

function reasonOf(facts: Facts, nodeCount: number): string {
  const whole = wholeCluster(facts, nodeCount);
  return 'type' in whole ? whole.reason : 'none';
}

describe('a cluster whose nodes are all in the workspace', () => {
  it('is secured as a whole', () => {
    const { changes, steps, disturbs, undo } = changesOf(control, factsWith(openHosts));
    expect(changes[0]).toMatchObject({
      kind: 'es-own-certificates',
      cluster: { uuid: 'uuid-orders', hosts: ['host-1', 'host-2', 'host-3'] },
    });
    expect(steps.join(' ')).toMatch(/one of 3 in a cluster.*on all 3 nodes; only when all are ready/s);
    expect(disturbs).toMatch(/all 3 nodes at once/);
    expect(undo).toMatch(/all 3 nodes together/);
  });

  const [first, second] = openHosts;
  if (first === undefined || second === undefined) throw new Error('no hosts');
  const told = hostNode(3, { ...openNode, running: false, http: 'closed', transport: 'closed' });
  const stopped = topologyHost(3, { node: lacking(told, 'cluster') });
  const two = clusterView(threeNodes.slice(0, 2));
  const mixed = [clusterNode(1), clusterNode(2), clusterNode(3, { version: '8.18.0' })];
  it.each([
    ['a node on no host', [first, second], /node-3 is on no host of this workspace/],
    [
      'a host that was not read',
      [first, second, topologyHost(3, { note: 'It does not answer.' })],
      /node-3 was not read/,
    ],
    [
      'a node that is down',
      [...[1, 2].map((n) => withNode(n, { ...openNode, cluster: two })), stopped],
      /node-3 does not run/,
    ],
    [
      'a node that is secured already',
      [first, second, withNode(3, { ...openNode, security: 'on' })],
      /node-3 is not known to be open/,
    ],
    [
      'two versions',
      [1, 2, 3].map((n) => withNode(n, { ...openNode, cluster: clusterView(mixed) })),
      /8\.18\.0 and 8\.19\.21/,
    ],
  ] as const)('is not with %s', (_name, hosts, why) => {
    expect(reasonOf(factsWith(hosts), 3)).toMatch(why);
  });
});

it('is not when nobody tells which nodes form it, or the hosts tell of more or fewer', () => {
  expect(reasonOf(factsOf(open, {}), 3)).toMatch(/not known/);
  expect(reasonOf(factsWith(openHosts), 4)).toMatch(/3 nodes/);
});
