/** Every node that somebody tells of, once: by its cluster, by its host, or by both. */
import type { Exposure } from '../../domain/finding.ts';
import type { ClusterNode, HostNode, TopologyNode } from '../../domain/topology.ts';
import { atLeast } from '../../text/version.ts';
import { endpointOf, isOwnAddress } from './endpoint.ts';

/** One host of the workspace with what its last assessment found. */
export interface TopologyHost {
  readonly hostId: string;
  readonly hostName: string;
  readonly address: string;
  /** `null`: no node on it. `undefined`: not read, or what was read does not tell. */
  readonly node: HostNode | null | undefined;
  readonly exposure: readonly Exposure[];
  /** Why it was not read; empty when it was. */
  readonly note: string;
}

/** A node of the picture, and what is needed to compare it with others. */
export interface Member {
  readonly node: TopologyNode;
  readonly uuid: string | undefined;
  readonly clusterName: string | undefined;
  /** Undefined: not known. */
  readonly seeds: readonly string[] | undefined;
  readonly initialMasters: readonly string[];
  /** Names and addresses under which others may mean it; lower case. */
  readonly names: readonly string[];
  readonly transportPort: number | undefined;
  /** Name of the elected master in the words of this very node. */
  readonly follows: string | undefined;
  /** Its own cluster told it, or nobody could be asked. */
  readonly host: TopologyHost | undefined;
  /** Another host of the workspace answers as the same node. */
  readonly doubtful: boolean;
}

interface Told {
  readonly uuid: string;
  readonly clusterName: string | undefined;
  readonly node: ClusterNode;
  readonly master: boolean;
}

export function membersOf(hosts: readonly TopologyHost[]): {
  readonly members: readonly Member[];
  /** Key of each host's node. */
  readonly ofHost: ReadonlyMap<string, string>;
} {
  const told = toldNodes(hosts);
  const names = ownNames(hosts);
  const namesAt = (host: TopologyHost) => names.get(host.hostId) ?? [];
  const ofHost = new Map<string, string>();
  const hostOf = new Map<string, TopologyHost>();
  const doubtful = new Set<string>();
  for (const host of hosts.toSorted(byCertainty)) {
    const key = host.node === null ? undefined : ownKey(host, namesAt(host), told);
    if (key === undefined) continue;
    if (hostOf.has(key)) {
      doubtful.add(key).add(unclaimedKey(host));
      continue;
    }
    ofHost.set(host.hostId, key);
    hostOf.set(key, host);
  }
  const made = (key: string, one: Told | undefined, host: TopologyHost | undefined) =>
    memberOf(key, one, host, host ? namesAt(host) : [], doubtful.has(key));
  const members = [...told].map(([key, one]) => made(key, one, hostOf.get(key)));
  for (const host of hosts) {
    if (host.node === null || ofHost.has(host.hostId)) continue;
    const key = unclaimedKey(host);
    ofHost.set(host.hostId, key);
    members.push(made(key, undefined, host));
  }
  return { members, ofHost };
}

function unclaimedKey({ hostId }: TopologyHost): string {
  return `host/${hostId}`;
}

/** Whose node told its cluster itself comes first; the order of the hosts makes no difference. */
function byCertainty(a: TopologyHost, b: TopologyHost): number {
  const told = ({ node }: TopologyHost) => (node?.cluster === undefined ? 1 : 0);
  return told(a) - told(b) || (a.hostId < b.hostId ? -1 : 1);
}

/** The nodes of all clusters. A node's own words about itself come first, then those of the first one that told all of it. */
function toldNodes(hosts: readonly TopologyHost[]): ReadonlyMap<string, Told> {
  const told = new Map<string, Told>();
  const views = hosts.flatMap(({ node }) => node?.cluster ?? []);
  for (const { uuid, name, master, nodes } of views) {
    for (const node of nodes) {
      const key = `${uuid}/${node.id}`;
      const before = told.get(key);
      if (before?.node.settingsTold === true || (before && !node.settingsTold)) {
        if (node.id === master) told.set(key, { ...before, master: true });
        continue;
      }
      told.set(key, { uuid, clusterName: name, node, master: node.id === master || before?.master === true });
    }
  }
  return told;
}

/** Which of the nodes runs on this host. */
function ownKey(
  host: TopologyHost,
  names: readonly string[],
  told: ReadonlyMap<string, Told>,
): string | undefined {
  const { node } = host;
  const own = node?.cluster;
  const mine = own ? [...told].filter(([, one]) => one.uuid === own.uuid) : [...told];
  const byAddress = mine.filter(([, one]) => {
    const { host: name, port } = endpointOf(one.node.transport ?? '');
    const here = names.includes(name) || (own !== undefined && name !== '' && isOwnAddress(name));
    return here && (node === undefined || node === null || port === node.transportPort);
  });
  if (byAddress.length === 1) return byAddress[0]?.[0];
  const nodeName = node?.settings?.nodeName;
  if (!own) {
    // It told nobody who it is; a cluster that tells a node of this very name, at this port, means it.
    const named = mine.filter(
      ([, { node: known, clusterName }]) =>
        known.name === nodeName &&
        clusterName === node?.settings?.clusterName &&
        endpointOf(known.transport ?? '').port === node?.transportPort,
    );
    return named.length === 1 ? named[0]?.[0] : undefined;
  }
  const byProcess = mine.filter(([, one]) => one.node.pid !== undefined && one.node.pid === node?.pid);
  const byName = mine.filter(([, one]) => one.node.name === nodeName);
  for (const found of [byProcess.filter((one) => byName.includes(one)), byName, byProcess])
    if (found.length === 1) return found[0]?.[0];
  return mine.length === 1 ? mine[0]?.[0] : undefined;
}

function namesOf({ address, hostName, node }: TopologyHost): readonly string[] {
  const names = [address, hostName, node?.hostname ?? '', ...(node?.addresses ?? [])];
  return [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => !isOwnAddress(name));
}

/** By host. What several hosts have, as the address of a container bridge, tells nothing about which of them is meant. */
function ownNames(hosts: readonly TopologyHost[]): ReadonlyMap<string, readonly string[]> {
  const all = hosts.map((host) => [host.hostId, namesOf(host)] as const);
  const owners = new Map<string, number>();
  for (const name of all.flatMap(([, names]) => names)) owners.set(name, (owners.get(name) ?? 0) + 1);
  return new Map(all.map(([id, names]) => [id, names.filter((name) => owners.get(name) === 1)]));
}

function memberOf(
  key: string,
  told: Told | undefined,
  host: TopologyHost | undefined,
  hostNames: readonly string[],
  doubtful: boolean,
): Member {
  const own = host?.node ?? undefined;
  const known = told?.node;
  const transport = endpointOf(known?.transport ?? '');
  const names = new Set([...hostNames, ...(isOwnAddress(transport.host) ? [] : [transport.host])]);
  const view = own?.cluster;
  return {
    node: nodeOf(key, told, host),
    uuid: told?.uuid ?? (doubtful ? view?.uuid : undefined),
    clusterName: told?.clusterName ?? own?.settings?.clusterName,
    seeds: own?.settings?.seedHosts ?? known?.seedHosts ?? (known?.settingsTold === true ? [] : undefined),
    initialMasters: own?.settings?.initialMasters ?? [],
    names: [...names],
    transportPort: transport.port ?? own?.transportPort,
    follows: view?.nodes.find(({ id }) => id === view.master)?.name ?? view?.master,
    host,
    doubtful,
  };
}

function nodeOf(key: string, told: Told | undefined, host: TopologyHost | undefined): TopologyNode {
  const own = host?.node ?? undefined;
  const known = told?.node;
  const wasRead = own !== undefined;
  const version = known?.version ?? own?.version;
  const roles = known?.roles ?? own?.settings?.roles;
  return {
    key,
    name: known?.name ?? own?.settings?.nodeName ?? host?.hostName ?? key,
    standing: told
      ? host
        ? wasRead
          ? 'read'
          : 'not-read'
        : 'not-in-workspace'
      : wasRead
        ? 'host-only'
        : 'not-read',
    ...(host ? { hostId: host.hostId, hostName: host.hostName } : {}),
    ...(version === undefined ? {} : { version }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(told ? { master: told.master } : {}),
    ...(told ? { running: true } : own?.running === undefined ? {} : { running: own.running }),
    ...(known?.http === undefined ? {} : { http: known.http }),
    ...(known?.transport === undefined ? {} : { transport: known.transport }),
    security: securityOf(own, known),
    httpSpeech: own?.http ?? 'unknown',
    transportSpeech: own?.transport ?? 'unknown',
    holdsData: holdsData(own, known),
    ...(known?.shards === undefined ? {} : { shards: known.shards }),
    ...(known?.documents === undefined ? {} : { documents: known.documents }),
    certificates: [...(own?.certificates ?? [])],
    outside: outsideOf(own, host),
    note: host?.note ?? '',
  };
}

/** What the node itself answers; else what its settings say, which cannot change while it runs, with the default of its version. */
function securityOf(own: HostNode | undefined, known: ClusterNode | undefined): TopologyNode['security'] {
  if (own && own.security !== 'unknown') return own.security;
  if (known?.security !== undefined) return known.security ? 'on' : 'off';
  if (known?.settingsTold !== true || known.version === undefined) return 'unknown';
  // Before 8.0 security was off unless somebody switched it on (with a basic licence), since then it is on.
  return atLeast(known.version, '8.0.0') ? 'on' : 'off';
}

function holdsData(own: HostNode | undefined, known: ClusterNode | undefined): TopologyNode['holdsData'] {
  if (known?.shards !== undefined) return known.shards > 0 ? 'yes' : 'no';
  if (known?.documents !== undefined && known.documents > 0) return 'yes';
  // A directory that was used may hold settings of the cluster alone.
  return own?.dataOnDisk === false ? 'no' : 'unknown';
}

function outsideOf(own: HostNode | undefined, host: TopologyHost | undefined): TopologyNode['outside'] {
  const fromOperator = (host?.exposure ?? []).filter(({ from }) => from === undefined);
  return fromOperator.slice(0, 8).flatMap(({ port, state, answersStranger }) => {
    const layer = port === own?.httpPort ? 'http' : port === own?.transportPort ? 'transport' : undefined;
    return layer === undefined ? [] : [{ layer, port, state, answersStranger }];
  });
}
