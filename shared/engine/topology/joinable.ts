/** Which secured clusters of the workspace a fresh node of another host could be enrolled in. */
import type { JoinableCluster, TopologyCluster } from '../../domain/topology.ts';
import type { TopologyHost } from './members.ts';

/** More than these are not offered; an operator who has more gives the host by its name. */
const mostOffered = 50;

interface Secured {
  readonly uuid: string | undefined;
  readonly hostIds: readonly string[];
  readonly offer: JoinableCluster;
}

/**
 * Every secured cluster, each by the first node that gives out tokens, else by the first that is secured.
 * @returns those that the node of a host could join; `own` is the cluster that this node is in now. What its settings mean counts
 * for nothing
 */
export function joinableFrom(
  hosts: readonly TopologyHost[],
  clusterOf: (host: TopologyHost) => TopologyCluster | undefined,
): (hostId: string, own: string | undefined) => readonly JoinableCluster[] {
  const found = new Map<string, Secured>();
  for (const host of hosts.toSorted((a, b) => (a.hostId < b.hostId ? -1 : 1))) {
    const { node } = host;
    const secured = node?.security === 'on' && node.http === 'tls' && node.running !== false;
    const cluster = secured && host.note === '' ? clusterOf(host) : undefined;
    if (cluster === undefined || !node) continue;
    const key = node.cluster?.uuid ?? cluster.key;
    found.set(key, withHost(found.get(key), host, node, cluster));
  }
  const all = [...found.values()];
  return (hostId, own) =>
    all
      .filter(({ uuid, hostIds }) => (own === undefined || uuid !== own) && !hostIds.includes(hostId))
      .slice(0, mostOffered)
      .map(({ offer }) => offer);
}

function withHost(
  before: Secured | undefined,
  host: TopologyHost,
  node: NonNullable<TopologyHost['node']>,
  cluster: TopologyCluster,
): Secured {
  const view = node.cluster;
  const enrolls = node.settings?.enrolls === true;
  const names = [host.address, host.hostName, node.hostname, node.settings?.nodeName ?? '', ...node.addresses]
    .map((name) => name.toLowerCase())
    .filter((name) => name !== '');
  const one = {
    hostId: host.hostId,
    hostName: host.hostName,
    clusterName: view?.name ?? cluster.name,
    version: node.version,
    nodes: view?.nodes.length ?? cluster.nodes.length,
    enrolls,
  };
  const chosen = before === undefined || (enrolls && !before.offer.enrolls) ? one : before.offer;
  return {
    uuid: view?.uuid ?? before?.uuid,
    hostIds: [...(before?.hostIds ?? []), host.hostId],
    offer: { ...chosen, names: [...new Set([...(before?.offer.names ?? []), ...names])] },
  };
}
