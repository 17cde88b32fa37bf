/** Which secured clusters of the workspace a fresh node of another host could be enrolled in. */
import type { JoinableCluster, TopologyCluster } from '../../domain/topology.ts';
import type { TopologyHost } from './members.ts';

/** More than these are not offered; an operator who has more gives the host by its name. */
const mostOffered = 50;

/**
 * One node for each cluster: the first that gives out tokens, else the first that is secured.
 * @param hosts all but that of the fresh node
 * @param own the cluster that the fresh node is in now: none of its other nodes counts. What its settings mean counts for nothing
 */
export function joinableFrom(
  hosts: readonly TopologyHost[],
  own: string | undefined,
  clusterOf: (host: TopologyHost) => TopologyCluster | undefined,
): readonly JoinableCluster[] {
  const found = new Map<string, JoinableCluster>();
  for (const host of hosts.toSorted((a, b) => (a.hostId < b.hostId ? -1 : 1))) {
    const cluster = clusterOf(host);
    const { node } = host;
    const secured = node?.security === 'on' && node.http === 'tls' && node.running !== false;
    if (cluster === undefined || !node || !secured || host.note !== '') continue;
    const view = node.cluster;
    if (own !== undefined && view?.uuid === own) continue;
    const key = view?.uuid ?? cluster.key;
    const before = found.get(key);
    const names = [
      host.address,
      host.hostName,
      node.hostname,
      node.settings?.nodeName ?? '',
      ...node.addresses,
    ]
      .map((name) => name.toLowerCase())
      .filter((name) => name !== '');
    const enrolls = node.settings?.enrolls === true;
    const one: JoinableCluster = {
      hostId: host.hostId,
      hostName: host.hostName,
      clusterName: view?.name ?? cluster.name,
      version: node.version,
      nodes: view?.nodes.length ?? cluster.nodes.length,
      enrolls,
      names: [],
    };
    const chosen = before === undefined || (enrolls && !before.enrolls) ? one : before;
    found.set(key, { ...chosen, names: [...new Set([...(before?.names ?? []), ...names])] });
  }
  return [...found.values()].slice(0, mostOffered);
}
