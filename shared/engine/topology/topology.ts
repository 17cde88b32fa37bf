/** Joins what several hosts said into one picture. Pure: the same hosts give the same picture. */
import {
  type ClusterFact,
  type ClusterView,
  mostNodes,
  type NodeStanding,
  type Topology,
  type TopologyCluster,
} from '../../domain/topology.ts';
import { disagreementsOf, lostMembers, namesOf } from './disagreements.ts';
import { groupsOf } from './groups.ts';
import { joinableFrom } from './joinable.ts';
import { type Member, membersOf, type TopologyHost } from './members.ts';

export type { TopologyHost } from './members.ts';

export interface Joined {
  readonly topology: Topology;
  /** What one host's controls judge; undefined where no node of it is known. */
  clusterOf(hostId: string): ClusterFact | undefined;
}

export function joinTopology(hosts: readonly TopologyHost[]): Joined {
  const { members, ofHost } = membersOf(hosts);
  const clusters: TopologyCluster[] = [];
  const ofNode = new Map<string, TopologyCluster>();
  const others: Topology['others'][number][] = [];
  const views = new Map(
    hosts.flatMap(({ node }) => (node?.cluster ? [[node.cluster.uuid, node.cluster]] : [])),
  );
  for (const { hostId, hostName, node, note } of hosts)
    if (node === null) others.push({ hostId, hostName, standing: 'no-node', note });
  for (const group of groupsOf(members)) {
    const [only] = group;
    if (group.length === 1 && only?.host && only.node.standing === 'not-read' && only.uuid === undefined) {
      const { hostId, hostName, note } = only.host;
      others.push({ hostId, hostName, standing: 'not-read', note });
    } else {
      const cluster = clusterOf(group, views);
      clusters.push(cluster);
      // A node that is not shown has its cluster all the same.
      for (const { node } of group) ofNode.set(node.key, cluster);
    }
  }
  const topology = { clusters: clusters.toSorted((a, b) => (a.key < b.key ? -1 : 1)), others };
  let joinable: ReturnType<typeof joinableFrom> | undefined;
  return {
    topology,
    clusterOf(hostId) {
      const self = ofHost.get(hostId);
      const cluster = self === undefined ? undefined : ofNode.get(self);
      if (self === undefined || cluster === undefined) return undefined;
      const inIt = (one: TopologyHost) => ofNode.get(ofHost.get(one.hostId) ?? '') === cluster;
      const node = hosts.find((one) => one.hostId === hostId)?.node;
      joinable ??= joinableFrom(hosts, (one) => ofNode.get(ofHost.get(one.hostId) ?? ''));
      const offered = joinable(hostId, node?.cluster?.uuid);
      return {
        self,
        cluster,
        otherHosts: hosts.filter((one) => one.node !== null && !inIt(one)).length,
        ...(offered.length === 0 ? {} : { joinable: offered }),
      };
    },
  };
}

function clusterOf(group: readonly Member[], views: ReadonlyMap<string, ClusterView>): TopologyCluster {
  const uuid = mostCommon(group.flatMap((member) => member.uuid ?? []));
  const name = mostCommon(group.flatMap(({ clusterName }) => clusterName ?? []));
  const view = uuid === undefined ? undefined : views.get(uuid);
  const byName = group
    .map(({ node }) => node)
    .toSorted((a, b) => order(a.name, b.name) || order(a.key, b.key));
  // One host may tell as many nodes as it likes; those that were read themselves stay.
  const kept = new Set(
    byName.toSorted((a, b) => shownFirst[a.standing] - shownFirst[b.standing]).slice(0, mostNodes),
  );
  const nodes = byName.filter((node) => kept.has(node));
  const shown = new Set(nodes.map(({ key }) => key));
  return {
    key: uuid ?? nodes[0]?.key ?? '',
    name: name ?? '',
    ...(uuid === undefined ? {} : { uuid }),
    ...(view?.status === undefined ? {} : { status: view.status }),
    nodes,
    gaps: [...gapsOf(group, view), ...leftOut(group.length - nodes.length)],
    disagreements: disagreementsOf(group).map((one) => ({
      ...one,
      odd: one.odd.filter((key) => shown.has(key)),
    })),
  };
}

const shownFirst: Readonly<Record<NodeStanding, number>> = {
  read: 0,
  'host-only': 0,
  'not-read': 1,
  'not-in-workspace': 2,
};

function leftOut(count: number): readonly string[] {
  return count > 0
    ? [`${count} more nodes were told than the ${mostNodes} that are shown; they are left out here.`]
    : [];
}

/** What the picture does not show, and how it would. */
function gapsOf(group: readonly Member[], view: ClusterView | undefined): readonly string[] {
  const told = group.some(({ uuid }) => uuid !== undefined);
  const secret = group.filter(({ uuid, node }) => uuid === undefined && node.running === true);
  const having = (wanted: (member: Member) => boolean) => group.filter(wanted);
  const stopped = having(({ node }) => node.running === false);
  const strange = having(({ node }) => node.standing === 'not-in-workspace');
  // What a host said before its last assessment failed may not be so any more.
  const unread = having(({ node }) => node.standing === 'not-read' || node.note !== '');
  const twins = having(({ doubtful }) => doubtful);
  return [
    ...(secret.length > 0 && (!told || lostMembers(group).length === 0)
      ? [
          `${namesOf(secret)} told nobody which nodes form the cluster: give Bulwark a login for it and assess again.`,
        ]
      : []),
    ...(stopped.length > 0 ? [`${namesOf(stopped)} ${stopped.length === 1 ? 'does' : 'do'} not run.`] : []),
    ...(strange.length > 0
      ? [
          `${namesOf(strange)} ${belong(strange)} to the cluster and to no host of this workspace: add the host to have it read.`,
        ]
      : []),
    ...(unread.length > 0 ? [`${namesOf(unread)} ${unread.length === 1 ? 'was' : 'were'} not read.`] : []),
    ...(twins.length > 0
      ? [
          `${namesOf(twins)} cannot be told apart from the node of another host: see whether a host is listed twice or two nodes have the same name.`,
        ]
      : []),
    ...(view !== undefined && view.silent > 0
      ? [`${view.silent} of the nodes did not answer when all were asked; assess again.`]
      : []),
  ].map((sentence) => sentence.slice(0, 500));
}

function belong(members: readonly Member[]): string {
  return members.length === 1 ? 'belongs' : 'belong';
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([a, left], [b, right]) => right - left || order(a, b))[0]?.[0];
}
