/** Hosts of a cluster as an assessment finds them: three nodes that agree, and anything in between. */
import type { Exposure } from '../../shared/domain/finding.ts';
import type { ClusterNode, ClusterView, HostNode } from '../../shared/domain/topology.ts';
import { joinTopology, type TopologyHost } from '../../shared/engine/topology/topology.ts';

const dataRoles = ['data', 'ingest', 'master'];

/** The node `node-<n>` on the host `search-<n>` at 10.1.0.1<n>. */
export function clusterNode(n: number, changes: Partial<ClusterNode> = {}): ClusterNode {
  return {
    id: `id-${n}`,
    name: `node-${n}`,
    version: '8.19.21',
    roles: dataRoles,
    http: `10.1.0.1${n}:9200`,
    transport: `10.1.0.1${n}:9300`,
    pid: 700,
    settingsTold: true,
    security: true,
    httpTls: true,
    transportTls: true,
    seedHosts: ['search-1', 'search-2', 'search-3'],
    shards: 2,
    documents: 130,
    ...changes,
  };
}

export function clusterView(nodes: readonly ClusterNode[], changes: Partial<ClusterView> = {}): ClusterView {
  return {
    name: 'orders',
    uuid: 'uuid-orders',
    master: 'id-1',
    status: 'green',
    unassignedShards: 0,
    silent: 0,
    voting: ['id-1', 'id-2', 'id-3'],
    nodes: [...nodes],
    ...changes,
  };
}

export const threeNodes = [1, 2, 3].map((n) => clusterNode(n));

type Settings = NonNullable<HostNode['settings']>;

export function nodeSettings(n: number, changes: Partial<Settings> = {}): Settings {
  return {
    nodeName: `node-${n}`,
    clusterName: 'orders',
    seedHosts: ['search-1', 'search-2', 'search-3'],
    initialMasters: [],
    singleNode: false,
    ...changes,
  };
}

/** What the transport port of `node-<n>` serves: a key of its own, by the authority of all. */
function transportCertificate(n: number): HostNode['certificates'][number] {
  return {
    layer: 'transport',
    subject: `CN=node-${n}`,
    issuer: 'CN=Elasticsearch authority 1',
    notAfter: '2028-01-01T00:00:00.000Z',
    fingerprint256: String(n).padStart(64, 'f'),
    keyHash: String(n).padStart(64, 'a'),
  };
}

export function hostNode(n: number, changes: Partial<HostNode> = {}): HostNode {
  return {
    hostname: `search-${n}`,
    addresses: [`10.1.0.1${n}`],
    version: '8.19.21',
    httpPort: 9200,
    transportPort: 9300,
    running: true,
    pid: 700,
    http: 'tls',
    transport: 'tls',
    security: 'on',
    settings: nodeSettings(n),
    dataOnDisk: true,
    cluster: clusterView(threeNodes),
    certificates: [transportCertificate(n)],
    ...changes,
  };
}

export function topologyHost(n: number, changes: Partial<TopologyHost> = {}): TopologyHost {
  return {
    hostId: `host-${n}`,
    hostName: `search-${n}`,
    address: `10.1.0.1${n}`,
    node: hostNode(n),
    exposure: [] satisfies Exposure[],
    note: '',
    ...changes,
  };
}

/** `search-<n>` with these differences in its node. */
export function withNode(n: number, changes: Partial<HostNode>): TopologyHost {
  return topologyHost(n, { node: hostNode(n, changes) });
}

/** Leaves these out: not known. */
export function lacking<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
  const kept = Object.entries(value).filter(([key]) => !keys.some((gone) => gone === key));
  return Object.fromEntries(kept) as Omit<T, K>;
}

export const healthyHosts: readonly TopologyHost[] = [1, 2, 3].map((n) => topologyHost(n));
export const healthyTopology = joinTopology(healthyHosts);
