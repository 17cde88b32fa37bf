/** The picture of all hosts: joined from their latest scans, and judged again on every host when one of them was read. */
import type { AppState, HostState } from '../../shared/contract/state.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import type { Exposure, Finding, Scan } from '../../shared/domain/finding.ts';
import type { HostNode } from '../../shared/domain/topology.ts';
import { findingOf, topologyFact } from '../../shared/engine/scan.ts';
import { type Joined, joinTopology, type TopologyHost } from '../../shared/engine/topology/topology.ts';
import { systemClock } from '../adapters/system/system.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { writeScan } from './workspace-files.ts';

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

function asTopologyHost({ host, latest, error }: HostState): TopologyHost {
  return {
    hostId: host.id,
    hostName: host.name,
    address: host.address,
    node: latest?.node,
    exposure: latest?.exposure ?? [],
    note: error?.message ?? (latest === undefined ? 'It was not assessed yet.' : ''),
  };
}

/** For the store: joins anew only when a scan, an error or a host changed. */
export function topologySlice(): (hosts: readonly HostState[]) => Pick<AppState, 'topology'> {
  let seen: readonly unknown[] = [];
  return (hosts) => {
    const now = hosts.flatMap(({ host, latest, error }) => [host, latest, error]);
    if (now.length === seen.length && now.every((value, at) => value === seen[at])) return {};
    seen = now;
    return { topology: joinedHosts(hosts).topology };
  };
}

/** Controls of this area compare hosts: what one of them said may change the verdict on the others. */
const comparing = catalog.filter(({ words }) => words.area === 'cluster');

/** @param justRead the host whose own scan is judged already */
export async function judgeClusterAgain(
  { store }: ServiceContext,
  workspace: OpenWorkspace,
  justRead: string,
): Promise<void> {
  const joined = joinedHosts(store.get().hosts);
  const at = new Date(systemClock.now()).toISOString();
  for (const { host, latest } of store.get().hosts) {
    if (host.id === justRead || latest === undefined) continue;
    const cluster = joined.clusterOf(host.id);
    if (cluster === undefined) continue;
    const facts = { topology: topologyFact(cluster, at) };
    const findings = latest.findings.map((finding) => {
      const control = comparing.find(({ words }) => words.id === finding.controlId);
      const again = control ? findingOf(control, facts, host.id, at) : finding;
      return sameVerdict(finding, again) ? finding : again;
    });
    if (findings.every((finding, index) => finding === latest.findings[index])) continue;
    const scan: Scan = { ...latest, findings };
    store.updateHost(host.id, (state) => (state.latest?.id === scan.id ? { ...state, latest: scan } : state));
    await writeScan(workspace.paths, scan, 'latest');
  }
}

function sameVerdict(before: Finding, after: Finding): boolean {
  return before.outcome === after.outcome && before.summary === after.summary;
}
