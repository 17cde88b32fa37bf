/** Whether all nodes of a host's cluster can be secured together: each on a host that was read, running, open, of one version. */
import type { ChangeOf } from '../domain/change.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { TopologyNode } from '../domain/topology.ts';
import { type Manual, manual } from './proposing.ts';

export type WholeCluster = NonNullable<ChangeOf<'es-own-certificates'>['cluster']>;

const names = (nodes: readonly TopologyNode[]) => nodes.map((node) => node.name).join(', ');
const verb = (nodes: readonly TopologyNode[], one: string, many: string) => (nodes.length === 1 ? one : many);

/** @param nodeCount how many nodes the node of this host sees */
export function wholeCluster(facts: Facts, nodeCount: number): WholeCluster | Manual {
  const cluster = knownValue(facts.topology)?.cluster;
  const of = `The node is one of ${nodeCount} in a cluster, which has to be secured as a whole`;
  const refuse = (why: string, ...steps: readonly string[]) =>
    manual(
      `${of}, and ${why}. Nothing was changed.`,
      ...steps,
      'Then plan again: all nodes go into one plan.',
    );
  if (cluster?.uuid === undefined)
    return refuse('which nodes form it is not known', 'Assess all hosts of the cluster.');
  const { nodes, uuid } = cluster;
  const strange = nodes.filter(({ standing }) => standing === 'not-in-workspace');
  if (strange.length > 0)
    return refuse(
      `${names(strange)} ${verb(strange, 'is', 'are')} on no host of this workspace`,
      'Add the hosts of these nodes to the workspace and assess them.',
    );
  const unread = nodes.filter(({ standing, note }) => standing === 'not-read' || note !== '');
  if (unread.length > 0)
    return refuse(
      `the ${verb(unread, 'host', 'hosts')} of ${names(unread)} ${verb(unread, 'was', 'were')} not read`,
      'Assess these hosts; every one of them has to be reachable.',
    );
  const down = nodes.filter(({ standing, running }) => standing === 'host-only' || running === false);
  if (down.length > 0)
    return refuse(
      `${names(down)} ${verb(down, 'does not run or has', 'do not run or have')} not joined it`,
      'Start these nodes, wait until they have joined, and assess their hosts.',
    );
  const secured = nodes.filter(({ security }) => security !== 'off');
  if (secured.length > 0)
    return refuse(
      `${names(secured)} ${verb(secured, 'is', 'are')} not known to be open as this one is`,
      'See in the history whether securing was interrupted, and settle that first.',
    );
  const versions = [...new Set(nodes.map(({ version }) => version ?? 'an unknown version'))].toSorted();
  if (versions.length > 1)
    return refuse(`its nodes run ${versions.join(' and ')}`, 'Finish the upgrade and assess all hosts.');
  const hosts = [...new Set(nodes.flatMap(({ hostId }) => hostId ?? []))].toSorted();
  return hosts.length === nodes.length && nodes.length === nodeCount
    ? { uuid, hosts }
    : refuse(
        `the hosts tell of ${hosts.length} nodes`,
        'Assess all hosts of the cluster again, one shortly after the other.',
      );
}
