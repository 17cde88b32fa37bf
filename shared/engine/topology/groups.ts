/**
 * Nodes that are one cluster, or are meant to be one: because a node tells so, or because the settings of one name another.
 * Two clusters that only happen to have the same name are two clusters.
 */
import { endpointOf, isOwnAddress } from './endpoint.ts';
import type { Member } from './members.ts';

export function groupsOf(members: readonly Member[]): readonly (readonly Member[])[] {
  const parent = members.map((_, index) => index);
  const find = (index: number): number => {
    let at = index;
    while (parent[at] !== at && parent[at] !== undefined) at = parent[at] ?? at;
    return at;
  };
  const join = (a: number, b: number) => {
    parent[find(a)] = find(b);
  };
  const firstOf = new Map<string, number>();
  const byName = new Map<string, number[]>();
  members.forEach((member, index) => {
    if (member.uuid !== undefined) {
      const first = firstOf.get(member.uuid);
      if (first === undefined) firstOf.set(member.uuid, index);
      else join(index, first);
    }
    for (const name of member.names) byName.set(name, [...(byName.get(name) ?? []), index]);
  });
  members.forEach((member, index) => {
    for (const seed of member.seeds ?? []) {
      for (const other of byName.get(endpointOf(seed).host) ?? []) {
        const named = members[other];
        if (other !== index && named && means(seed, named)) join(index, other);
      }
    }
    if (member.initialMasters.length < 2 || !member.initialMasters.includes(member.node.name)) return;
    // Whoever founded the cluster named the same nodes.
    const wish = foundation(member);
    const first = firstOf.get(wish);
    if (first === undefined) firstOf.set(wish, index);
    else join(index, first);
  });
  const groups = new Map<number, Member[]>();
  members.forEach((member, index) => {
    const root = find(index);
    groups.set(root, [...(groups.get(root) ?? []), member]);
  });
  return [...groups.values()];
}

function foundation({ clusterName, initialMasters }: Member): string {
  return `founded ${clusterName ?? ''} ${initialMasters.toSorted().join(' ')}`;
}

/** Whether a seed host is this node. Without a port the usual range is meant. */
export function means(seed: string, { names, transportPort }: Member): boolean {
  const { host, port } = endpointOf(seed);
  if (isOwnAddress(host) || !names.includes(host)) return false;
  return port === undefined || transportPort === undefined || port === transportPort;
}
