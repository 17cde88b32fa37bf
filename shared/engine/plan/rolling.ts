/** Restarts of nodes of one cluster: which of them the planner knows, in which order they go, and which turn each one has. */
import type { Change } from '../../domain/change.ts';
import type { Rolling } from '../../domain/changes/system.ts';
import type { EsInstall } from '../../domain/elasticsearch.ts';
import type { ClusterFact, TopologyNode } from '../../domain/topology.ts';
import type { Wanted } from './merge.ts';

/** A host's node as one of a cluster. */
export interface ClusterMember {
  readonly install: EsInstall;
  readonly rolling: Rolling;
}

/** Undefined for a host whose node is, or was when it was looked at, none of a cluster. */
export type MemberOf = (hostId: string) => ClusterMember | undefined;

function roleOf({ master, roles }: TopologyNode): Rolling['role'] {
  if (master === true) return 'elected-master';
  return roles === undefined || roles.includes('master') ? 'master-eligible' : 'not-master';
}

/**
 * From the picture of all hosts. Nodes that only their own host knows do not count: the cluster goes on without them already.
 * @param installOf what is known of a host's node; undefined where it was not read
 */
export function clusterMember(
  { cluster, self }: ClusterFact,
  installOf: (hostId: string) => EsInstall | undefined,
): ClusterMember | undefined {
  const own = cluster.nodes.find(({ key }) => key === self);
  const install = own?.hostId === undefined ? undefined : installOf(own.hostId);
  const others = cluster.nodes.filter((node) => node !== own && node.master !== undefined);
  if (own === undefined || install === undefined || cluster.uuid === undefined || others.length === 0) {
    return undefined;
  }
  const peers = others.flatMap(({ hostId }) => {
    const theirs = hostId === undefined ? undefined : installOf(hostId);
    return hostId === undefined || theirs === undefined ? [] : [{ hostId, install: theirs }];
  });
  const nodes = others.length + 1;
  const role = roleOf(own);
  return { install, rolling: { clusterUuid: cluster.uuid, nodes, role, turn: 1, turns: 1, peers } };
}

/** A restart of the node becomes one of a cluster's node: with its installation, rehearsed, and with the others in mind. */
export function withMember(wanted: Wanted, member: ClusterMember | undefined): Wanted {
  const { change } = wanted;
  if (member === undefined || change.kind !== 'service-restart' || change.unit !== member.install.unit) {
    return wanted;
  }
  const { install, rolling } = member;
  return { ...wanted, change: { ...change, install: change.install ?? install, rehearse: true, rolling } };
}

const order: readonly Rolling['role'][] = ['not-master', 'master-eligible', 'elected-master'];

/** Hosts of one cluster next to each other where the first of them stood: who cannot become master first, the elected master last. */
export function inRollingOrder(hostIds: readonly string[], memberOf: MemberOf): readonly string[] {
  const clusterOf = (hostId: string) => memberOf(hostId)?.rolling.clusterUuid;
  const rank = (hostId: string) => order.indexOf(memberOf(hostId)?.rolling.role ?? 'not-master');
  const done = new Set<string>();
  return hostIds.flatMap((hostId) => {
    if (done.has(hostId)) return [];
    const uuid = clusterOf(hostId);
    const group = uuid === undefined ? [hostId] : hostIds.filter((one) => clusterOf(one) === uuid);
    for (const one of group) done.add(one);
    return group.toSorted((left, right) => rank(left) - rank(right));
  });
}

/** Every restart of a cluster's node learns which one it is in the plan. */
export function withTurns<S extends { readonly change: Change }>(steps: readonly S[]): readonly S[] {
  const clusterOf = ({ change }: S) =>
    change.kind === 'service-restart' ? change.rolling?.clusterUuid : undefined;
  return steps.map((step) => {
    const { change } = step;
    if (change.kind !== 'service-restart' || change.rolling === undefined) return step;
    const same = steps.filter((one) => clusterOf(one) === clusterOf(step));
    const rolling = { ...change.rolling, turn: same.indexOf(step) + 1, turns: same.length };
    return { ...step, change: { ...change, rolling } };
  });
}
