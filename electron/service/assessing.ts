/** Assesses hosts: gathers facts over one connection, looks from outside, judges, keeps the scan. Read-only. */
import type { HostState } from '../../shared/contract/state.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import { areas } from '../../shared/domain/control.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import type { Scan } from '../../shared/domain/finding.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { type Gathered, type GatherPorts, gatherFacts } from '../../shared/engine/gather.ts';
import type { HostSession, NodeCredential, OutsideObserver, TlsPeer } from '../../shared/engine/ports.ts';
import { scanHost } from '../../shared/engine/scan.ts';
import { factParts } from '../../shared/facts/sources.ts';
import { observeOutside } from '../adapters/outside/outside.ts';
import { systemClock, systemDigest, systemRandom } from '../adapters/system/system.ts';
import { outageOf } from './change-kinds.ts';
import type { ServiceContext } from './context.ts';
import { judgeKibanaAgain, kibanaPeers, kibanaReading, withKibanaPeers } from './kibana-peers.ts';
import { keepLatest } from './latest-scans.ts';
import { lookFromOtherHosts } from './looking-from-hosts.ts';
import { loginsFor } from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { joinedHosts, judgeClusterAgain } from './topology.ts';
import { writeScan } from './workspace-files.ts';

/** Hosts that are read at the same time. */
const hostsAtOnce = 8;

interface Remembered {
  readonly facts: Facts;
  readonly peers: readonly { readonly port: number; readonly peer: TlsPeer }[];
}

const remembered = new WeakMap<OpenWorkspace, Map<string, Remembered>>();

function memory(workspace: OpenWorkspace): Map<string, Remembered> {
  const known = remembered.get(workspace) ?? new Map<string, Remembered>();
  remembered.set(workspace, known);
  return known;
}

/** Facts of the last assessment in this run of the app; they are not written to disk. */
export function factsOf(workspace: OpenWorkspace, hostId: string): Facts | undefined {
  return memory(workspace).get(hostId)?.facts;
}

/** The same, with what is known of the other hosts. */
export function factsToPlanOn(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
): Facts | undefined {
  return withKibanaPeers(context, hostId, (id) => factsOf(workspace, id));
}

async function judgeOthersAgain(context: ServiceContext, workspace: OpenWorkspace): Promise<void> {
  await judgeClusterAgain(context, workspace, (id) => factsOf(workspace, id));
  await judgeKibanaAgain(context, workspace, (id) => factsOf(workspace, id));
}

/** Certificates that ports served in the last assessment, for the report. */
export function peersOf(workspace: OpenWorkspace, hostId: string): Remembered['peers'] {
  return memory(workspace).get(hostId)?.peers ?? [];
}

/** Reads one host over its session; `logins` instead of those that the workspace has for its node. */
export async function gatherHost(
  workspace: OpenWorkspace,
  hostId: string,
  session: HostSession,
  signal: AbortSignal | undefined,
  progress: (note: string) => void,
  logins?: readonly NodeCredential[],
): Promise<Result<Gathered & { readonly peers: Remembered['peers'] }>> {
  const address = workspace.host(hostId)?.address ?? session.address;
  const peers: { port: number; peer: TlsPeer }[] = [];
  const outside: OutsideObserver = {
    async observe(at, port, stop) {
      const seen = await observeOutside.observe(at, port, stop);
      if (seen.peer !== undefined) peers.push({ port, peer: seen.peer });
      return seen;
    },
  };
  const ports: GatherPorts = {
    reader: session,
    outside,
    digest: systemDigest,
    random: systemRandom,
    clock: systemClock,
    kibana: kibanaReading,
  };
  const [credential, ...otherCredentials] = logins ?? (await loginsFor(workspace, hostId));
  const gathered = await gatherFacts(factParts, ports, {
    address,
    progress,
    ...(credential === undefined ? {} : { credential, otherCredentials }),
    ...(signal === undefined ? {} : { signal }),
  });
  return gathered.ok ? succeed({ ...gathered.value, peers }) : gathered;
}

/** The digest of what plans rest on, read anew: what is applied must be what was planned on. */
export async function currentFactsDigest(
  workspace: OpenWorkspace,
  hostId: string,
  signal?: AbortSignal,
): Promise<Result<string>> {
  return await workspace.connections.withSession(hostId, signal, async (session) => {
    const gathered = await gatherHost(workspace, hostId, session, signal, () => undefined);
    return gathered.ok ? succeed(gathered.value.factsDigest) : gathered;
  });
}

function progressing(state: HostState, doing: string, done: number): HostState {
  return {
    ...state,
    assess: {
      state: 'running',
      doing,
      areas: usedAreas.map((area, index) => ({
        area,
        state: index < done ? 'done' : index === done ? 'running' : 'waiting',
      })),
    },
  };
}

const usedAreas = areas.filter((area) => catalog.some((control) => control.words.area === area));

/** One host. The scan replaces the latest one; the first one ever stays as the baseline of the report. */
export async function assessHost(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  signal: AbortSignal,
): Promise<Result<Scan>> {
  const { store } = context;
  const show = (note: string): void =>
    store.updateHost(hostId, (state) => progressing(state, note, note === 'Reading the host' ? 0 : 1));
  const errorBefore = store.get().hosts.find((state) => state.host.id === hostId)?.error;
  store.updateHost(hostId, ({ error: _error, ...state }) => progressing(state, 'Connecting', 0));
  const started = systemClock.now();
  const held = workspace.connections.isHeld(hostId);
  const result = await workspace.connections.withSession(hostId, signal, async (session) => {
    // A connection that was made for this assessment is part of what it costs.
    const before = held
      ? session.cost()
      : { connections: 0, execs: 0, roundTrips: 0, tunnels: 0, bytesIn: 0 };
    const gathered = await gatherHost(workspace, hostId, session, signal, show);
    if (!gathered.ok) return gathered;
    const after = session.cost();
    const judged = scanHost(catalog, {
      id: `scan-${hostId}-${started}`,
      hostId,
      startedAt: new Date(started).toISOString(),
      finishedAt: new Date(systemClock.now()).toISOString(),
      hostKey: `${session.hostKey.type} ${session.hostKey.fingerprint}`,
      gathered: gathered.value,
      peers: gathered.value.peers,
      outageOf,
      clusterOf: (node) =>
        joinedHosts(store.get().hosts, { hostId, node, exposure: gathered.value.exposure }).clusterOf(hostId),
      kibanaPeers: kibanaPeers(store.get().hosts, hostId, (id) => factsOf(workspace, id)),
      milliseconds: systemClock.now() - started,
      cost: {
        connections: after.connections - before.connections,
        execs: after.execs - before.execs,
        roundTrips: after.roundTrips - before.roundTrips,
        tunnels: after.tunnels - before.tunnels,
        bytesIn: after.bytesIn - before.bytesIn,
      },
    });
    memory(workspace).set(hostId, { facts: gathered.value.facts, peers: gathered.value.peers });
    return succeed(judged);
  });
  if (!result.ok) {
    const cancelled = result.error.code === 'CANCELLED' || signal.aborted;
    store.updateHost(hostId, (state) => ({
      ...state,
      ...(cancelled
        ? errorBefore && { error: errorBefore }
        : {
            error: result.error,
            connection: result.error.code.startsWith('SSH_') ? 'failed' : state.connection,
          }),
      assess: {
        ...state.assess,
        state: cancelled ? 'cancelled' : 'failed',
        doing: cancelled ? 'Cancelled; what was read before stays' : result.error.message,
      },
    }));
    // What this host said before counts no more, and verdicts on the others may rest on it.
    if (!cancelled) await judgeOthersAgain(context, workspace);
    return result;
  }
  const found = result.value;
  const isFirst = store.get().hosts.find((state) => state.host.id === hostId)?.baseline === undefined;
  if (isFirst) await writeScan(workspace.paths, found, 'baseline');
  store.updateHost(hostId, (state) => ({
    ...state,
    connection: workspace.connections.isHeld(hostId) ? 'connected' : state.connection,
    operatingSystem: found.subject.operatingSystem,
    elasticsearch: found.subject.elasticsearch,
    lastSeen: found.finishedAt,
    latest: found,
    ...(isFirst ? { baseline: found } : {}),
    assess: { state: 'done', doing: '', areas: usedAreas.map((area) => ({ area, state: 'done' })) },
  }));
  await keepLatest(store, workspace, found);
  await judgeOthersAgain(context, workspace);
  return result;
}

/** Several at once, a few at a time; one host's failure is that host's. An error only when none could be read. */
export async function assessHosts(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostIds: readonly string[],
  handle: OperationHandle,
): Promise<Result<void>> {
  let finished = 0;
  let failed: Result<Scan> | undefined;
  const queue = [...hostIds];
  handle.doing('Reading hosts', { done: 0, all: hostIds.length });
  async function worker(): Promise<void> {
    for (let hostId = queue.shift(); hostId !== undefined; hostId = queue.shift()) {
      if (handle.signal.aborted) return;
      const assessed = await assessHost(context, workspace, hostId, handle.signal);
      if (!assessed.ok) failed = assessed;
      finished += 1;
      handle.doing(`Read ${finished} of ${hostIds.length}`, { done: finished, all: hostIds.length });
    }
  }
  await Promise.all(Array.from({ length: Math.min(hostsAtOnce, hostIds.length) }, worker));
  if (!handle.signal.aborted) await lookFromOtherHosts(context, workspace, hostIds, handle);
  if (handle.signal.aborted)
    return fail(
      appError('CANCELLED', 'The assessment was cancelled.', 'What was read stays. Nothing was changed.', {
        hostState: 'unchanged',
      }),
    );
  return failed !== undefined && !failed.ok && hostIds.length === 1 ? failed : succeed(undefined);
}
