import { expect, it } from 'vitest';
import { changeSchema } from '../../shared/domain/change.ts';
import type { TopologyHost } from '../../shared/engine/topology/topology.ts';
import { joinTopology } from '../../shared/engine/topology/topology.ts';
import { value } from '../../test/support/change-harness.ts';
import { factsOf, healthy, noElasticsearch, open } from '../../test/support/facts.ts';
import { healthyHosts, topologyHost } from '../../test/support/topology.ts';
import { rotationOrder, rotationRequests } from './rotating.ts';

const order = { ...rotationOrder('h', ['elastic', 'elastic', 'kibana_system'], 0), order: 'rotate-1' };
const inCluster = { ...order, hostId: 'host-2' };

/** What every host of these is known by. */
function factsOn(hosts: readonly TopologyHost[], nodeCount: number | undefined) {
  const joined = joinTopology(hosts);
  return (hostId: string) => {
    const topology = joined.clusterOf(hostId);
    const answers = { ...healthy['node-answers'], nodeCount };
    return factsOf(healthy, { 'node-answers': answers, ...(topology ? { topology } : {}) });
  };
}

it('is one change for each user once', () => {
  const [request, ...more] = value(rotationRequests(order, () => factsOf(healthy)));
  expect(more).toEqual([]);
  expect(request).toMatchObject({
    findingId: 'h/builtin-passwords',
    changes: [
      {
        kind: 'es-password',
        users: [
          { name: 'elastic', ref: 'es/elastic', rotate: 'rotate-1' },
          { name: 'kibana_system', ref: 'es/kibana_system', rotate: 'rotate-1' },
        ],
      },
    ],
  });
  expect(JSON.stringify(request)).not.toMatch(/cluster"|alsoRefs/);
});

it('is one order for all hosts of a cluster, set on the one that was asked for', () => {
  const requests = value(rotationRequests(inCluster, factsOn(healthyHosts, 3)));
  expect(requests.map(({ hostId }) => hostId)).toEqual(['host-2', 'host-1', 'host-3']);
  const changes = requests.flatMap((request) => request.changes);
  for (const change of changes) {
    expect(changeSchema.parse(change)).toMatchObject({
      cluster: { hosts: ['host-2', 'host-1', 'host-3'], setOn: 'host-2' },
    });
  }
  expect(changes.map((change) => (change.kind === 'es-password' ? change.users[0]?.alsoRefs : []))).toEqual([
    ['es/host-1/elastic', 'es/host-3/elastic'],
    ['es/host-2/elastic', 'es/host-3/elastic'],
    ['es/host-2/elastic', 'es/host-1/elastic'],
  ]);
});

it.each([
  ['open', factsOf(open)],
  ['without Elasticsearch', noElasticsearch],
  ['not read', undefined],
])('is refused on a host that is %s', (_, facts) =>
  expect(rotationRequests(order, () => facts)).toMatchObject({
    ok: false,
    error: { code: 'PRECONDITION_FAILED' },
  }),
);

it.each<readonly [string, readonly TopologyHost[], number | undefined, RegExp]>([
  ['nobody told how many nodes', healthyHosts, undefined, /How many nodes/],
  ['a node is no host of the workspace', healthyHosts.slice(0, 2), 3, /node-3 could not be looked at/],
  [
    'a host could not be read',
    [...healthyHosts.slice(0, 2), topologyHost(3, { node: undefined, note: 'No route.' })],
    3,
    /node-3 could not be looked at/,
  ],
  ['the hosts tell of fewer', healthyHosts, 4, /tell of 3/],
])('is refused where %s', (_, hosts, nodeCount, says) => {
  expect(rotationRequests(inCluster, factsOn(hosts, nodeCount))).toMatchObject({
    ok: false,
    error: { code: 'PRECONDITION_FAILED', message: expect.stringMatching(says) as string },
  });
});

it('is a new order each time', () => {
  const [first, second] = [
    rotationOrder('h', ['elastic'], 1_790_000_000_000),
    rotationOrder('h', ['elastic'], 1_790_000_000_001),
  ];
  expect(first.order).toMatch(/^rotate-[a-z0-9]+$/);
  expect(first.order).not.toBe(second.order);
});
