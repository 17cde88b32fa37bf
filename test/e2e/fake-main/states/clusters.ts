/** Clusters to be looked at: open, secured, at odds with itself and half read, and large. */
import type { AppState } from '../../../../shared/contract/state.ts';
import type { HostNode } from '../../../../shared/domain/topology.ts';
import { joinTopology, type TopologyHost } from '../../../../shared/engine/topology/topology.ts';
import {
  clusterNode,
  clusterView,
  healthyHosts,
  hostNode,
  nodeSettings,
  topologyHost,
} from '../../../support/topology.ts';
import { at, workspaceState } from './build.ts';

function seen(hosts: readonly TopologyHost[]): AppState {
  return { ...workspaceState(), topology: joinTopology(hosts).topology };
}

function exposed(host: TopologyHost, state: 'clear' | 'tls' | 'filtered'): TopologyHost {
  const answersStranger = state === 'clear' ? 'yes' : 'no';
  const port = { address: host.address, detail: '', at: at('14:03:14') } as const;
  return {
    ...host,
    exposure: [
      { ...port, port: 9200, state, answersStranger },
      { ...port, port: 9300, state: state === 'clear' ? 'clear' : 'filtered', answersStranger: 'no' },
    ],
  };
}

const openSettings = { security: false, httpTls: false, transportTls: false };
const openNodes = [1, 2, 3].map((n) => clusterNode(n, openSettings));
const openNode = (n: number): HostNode =>
  hostNode(n, { http: 'clear', transport: 'clear', security: 'off', cluster: clusterView(openNodes) });

export const clusterOpen = seen(
  [1, 2, 3].map((n) => exposed(topologyHost(n, { node: openNode(n) }), 'clear')),
);

/** From now: the picture counts days. */
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString();

export const clusterSecured = seen(
  healthyHosts.map((host, index) =>
    exposed(
      {
        ...host,
        node: hostNode(index + 1, {
          certificates: [
            {
              layer: 'http',
              subject: `CN=node-${index + 1}`,
              notAfter: inDays([824, 21, -2][index] ?? 1),
              fingerprint256: 'AB:CD',
            },
          ],
        }),
      },
      'tls',
    ),
  ),
);

const mixed = [
  clusterNode(1),
  clusterNode(2, openSettings),
  clusterNode(3, { roles: ['data_hot', 'data_content'] }),
];
const longName = 'frankfurt-rechenzentrum-zwei-suchknoten-warm-0017';

export const clusterOdd = seen([
  exposed(topologyHost(1, { node: hostNode(1, { cluster: clusterView(mixed) }) }), 'tls'),
  exposed(
    topologyHost(2, {
      node: hostNode(2, {
        http: 'clear',
        transport: 'clear',
        security: 'off',
        cluster: clusterView([...mixed, clusterNode(4, { name: longName, roles: [], shards: 0 })]),
      }),
    }),
    'clear',
  ),
  topologyHost(3, { node: undefined, note: 'The host could not be reached.' }),
  topologyHost(5, {
    hostName: 'kibana-1',
    address: '10.1.0.50',
    node: null,
  }),
]);

const manyNodes = Array.from({ length: 30 }, (_, n) =>
  clusterNode(n, { roles: n < 3 ? ['master'] : ['data', 'ingest'], shards: n < 3 ? 0 : 12 }),
);
export const clusterMany = seen(
  manyNodes.map((_, n) =>
    topologyHost(n, {
      node: hostNode(n, { cluster: clusterView(manyNodes), settings: nodeSettings(n, { seedHosts: [] }) }),
    }),
  ),
);
