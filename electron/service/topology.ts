/** The picture of all hosts: joined from their latest scans, and judged again on every host when one of them was read. */
import { z } from 'zod';
import type { AppState, HostState } from '../../shared/contract/state.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import { securedTogether } from '../../shared/controls/securing.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import type { Exposure, Finding, Scan } from '../../shared/domain/finding.ts';
import { type HostNode, type Topology, topologySchema } from '../../shared/domain/topology.ts';
import type { Log } from '../../shared/engine/ports.ts';
import { findingAmong, topologyFact } from '../../shared/engine/scan.ts';
import { type Joined, joinTopology, type TopologyHost } from '../../shared/engine/topology/topology.ts';
import { systemClock } from '../adapters/system/system.ts';
import { outageOf } from './change-kinds.ts';
import type { ServiceContext } from './context.ts';

import { keepLatest } from './latest-scans.ts';
import type { OpenWorkspace } from './open-workspace.ts';

interface JustRead {
  readonly hostId: string;
  readonly node: HostNode | null | undefined;
  readonly exposure: readonly Exposure[];
}

/** @param fresh a host whose scan is not among the latest ones yet */
export function joinedHosts(hosts: readonly HostState[], fresh?: JustRead): Joined {
  return joinTopology(
    hosts.map((state) => {
      const found = asTopologyHost(state);
      return fresh?.hostId === state.host.id
        ? { ...found, node: fresh.node, exposure: fresh.exposure, note: '' }
        : found;
    }),
  );
}

/** Why what was read of it last does not count; empty when it does. */
function noteOf({ latest, error, assess }: HostState): string {
  const failed = error?.message ?? (assess.state === 'failed' ? assess.doing : '');
  if (failed !== '') return failed.slice(0, 1000);
  return latest === undefined ? 'It was not assessed yet.' : '';
}

function asTopologyHost(state: HostState): TopologyHost {
  const { host, latest } = state;
  return {
    hostId: host.id,
    hostName: host.name,
    address: host.address,
    node: latest?.node,
    exposure: latest?.exposure ?? [],
    note: noteOf(state),
  };
}

/** For the store: joins anew only when a scan, an error or a host changed. */
export function topologySlice(log: Log): (hosts: readonly HostState[]) => Pick<AppState, 'topology'> {
  let seen: readonly unknown[] = [];
  return (hosts) => {
    const now = hosts.flatMap((state) => [state.host, state.latest, noteOf(state)]);
    if (now.length === seen.length && now.every((value, at) => value === seen[at])) return {};
    seen = now;
    return { topology: agreed(joinedHosts(hosts).topology, hosts, log) };
  };
}

/** Hosts may say anything; a picture without the agreed form is none, so that everything else still reaches the window. */
function agreed(topology: Topology, hosts: readonly HostState[], log: Log): Topology {
  const parsed = topologySchema.safeParse(topology);
  if (parsed.success) return parsed.data;
  log.write('error', 'the picture of the clusters was dropped', {
    reason: z.prettifyError(parsed.error).slice(0, 500),
  });
  const note = 'What the hosts say of their clusters fits in no picture.';
  const others = hosts.map(
    ({ host }) => ({ hostId: host.id, hostName: host.name, standing: 'not-read', note }) as const,
  );
  return { clusters: [], others: others.slice(0, 2000) };
}

/** Controls of this area compare hosts: what one of them said may change the verdict on the others. */
const comparing = catalog.filter(({ words }) => words.area === 'cluster');

/**
 * What these judge or propose depends on the other hosts, too: a cluster is secured when all of its nodes are in the workspace, the
 * key that enrolling needs goes where no other host is there to join, and keys, trust and keystores are compared.
 */
const proposing = catalog.filter(({ words }) =>
  [
    ...securedTogether,
    'ca-key-off-node',
    'node-own-key',
    'certificate-trust',
    'security-index-closed',
    'keystore-consistent',
  ].some((id) => id === words.id),
);

/** The facts of one host with the picture of all hosts as it is now. */
export function withPicture(hosts: readonly HostState[], hostId: string, facts: Facts): Facts {
  const cluster = joinedHosts(hosts).clusterOf(hostId);
  return cluster === undefined
    ? facts
    : { ...facts, topology: topologyFact(cluster, new Date(systemClock.now()).toISOString()) };
}

/**
 * Every host, also the one that was just read: another one may have been kept between its judging and its keeping.
 * @param factsOf what is known of a host in this run of the app; without it a verdict that rests on more than the picture stays
 */
export async function judgeClusterAgain(
  context: Pick<ServiceContext, 'store'>,
  workspace: Pick<OpenWorkspace, 'paths'>,
  factsOf: (hostId: string) => Facts | undefined = () => undefined,
): Promise<void> {
  const joined = joinedHosts(context.store.get().hosts);
  const at = new Date(systemClock.now()).toISOString();
  await judgeAgain(context, workspace, ({ host }) => {
    const cluster = joined.clusterOf(host.id);
    if (cluster === undefined) return undefined;
    const picture = { topology: topologyFact(cluster, at) };
    const known = factsOf(host.id);
    return (finding) => {
      const named = ({ words }: (typeof catalog)[number]) => words.id === finding.controlId;
      const control = comparing.find(named);
      const where = { hostId: host.id, at, outageOf };
      if (control) return findingAmong(catalog, control, picture, where);
      const proposes = known && proposing.find(named);
      return proposes ? findingAmong(catalog, proposes, { ...known, ...picture }, where) : finding;
    };
  });
}

/** @param judge what a host's findings are now; undefined where nothing new is known of it */
export async function judgeAgain(
  { store }: Pick<ServiceContext, 'store'>,
  workspace: Pick<OpenWorkspace, 'paths'>,
  judge: (state: HostState) => ((finding: Finding) => Finding) | undefined,
): Promise<void> {
  // Nothing is awaited until the store has all of it: no scan that comes in meanwhile meets an older picture.
  const changed: Scan[] = [];
  for (const hostState of store.get().hosts) {
    const { host, latest } = hostState;
    const again = latest === undefined ? undefined : judge(hostState);
    if (latest === undefined || again === undefined) continue;
    const findings = latest.findings.map((finding) => {
      const now = again(finding);
      return sameVerdict(finding, now) ? finding : now;
    });
    if (findings.every((finding, index) => finding === latest.findings[index])) continue;
    const scan: Scan = { ...latest, findings };
    store.updateHost(host.id, (state) => ({ ...state, latest: scan }));
    changed.push(scan);
  }
  for (const scan of changed) await keepLatest(store, workspace, scan);
}

function sameVerdict(before: Finding, after: Finding): boolean {
  return (
    before.outcome === after.outcome &&
    before.summary === after.summary &&
    JSON.stringify(before.remedy) === JSON.stringify(after.remedy)
  );
}
