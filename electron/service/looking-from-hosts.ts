/** After hosts were read: what the other connected hosts see of their ports. Adds to the scans; changes no verdict. */
import type { HostState } from '../../shared/contract/state.ts';
import type { Exposure, Scan } from '../../shared/domain/finding.ts';
import { type Result, succeed } from '../../shared/domain/result.ts';
import type { HostReader } from '../../shared/engine/ports.ts';
import { observeFromHost } from '../../shared/facts/outside/from-host.ts';
import { systemClock } from '../adapters/system/system.ts';
import type { ServiceContext } from './context.ts';
import { keepLatest } from './latest-scans.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { writeScan } from './workspace-files.ts';

/** Hosts that look at the same time. */
const lookingAtOnce = 8;

/** Fewer than a connection has places: a look that waits for one uses up its time without looking. */
const doorsAtOnce = 2;

export interface Target {
  readonly hostId: string;
  readonly scanId: string;
  readonly address: string;
  readonly ports: readonly number[];
}

/** Ports of a node, of every host that was just read: those that the operator's machine looked at. */
export function targetsOf(hosts: readonly HostState[], justRead: ReadonlySet<string>): readonly Target[] {
  return hosts.flatMap(({ host, latest, assess }) => {
    if (!justRead.has(host.id) || assess.state !== 'done' || latest === undefined) return [];
    const ports = latest.exposure.filter(({ from }) => from === undefined).map(({ port }) => port);
    return ports.length === 0
      ? []
      : [{ hostId: host.id, scanId: latest.id, address: host.address, ports: [...new Set(ports)] }];
  });
}

/** Everything that one host sees of the others. */
export async function seenFrom(
  reader: Pick<HostReader, 'request'>,
  from: string,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<readonly { readonly target: Target; readonly exposure: Exposure }[]> {
  const doors = targets.flatMap((target) => target.ports.map((port) => ({ target, port })));
  const found: { readonly target: Target; readonly exposure: Exposure }[] = [];
  async function worker(): Promise<void> {
    for (let door = doors.shift(); door !== undefined && !signal.aborted; door = doors.shift()) {
      const { target, port } = door;
      const seen = await observeFromHost(reader, target.address, port, signal);
      const at = new Date(systemClock.now()).toISOString();
      found.push({ target, exposure: { from, address: target.address, port, ...seen, at } });
    }
  }
  await Promise.all(Array.from({ length: doorsAtOnce }, worker));
  return found;
}

/** With the view of the other hosts, in the order of ports and then of names. */
export function withViews(scan: Scan, views: readonly Exposure[]): Scan {
  const own = scan.exposure.filter(({ from }) => from === undefined);
  const others = views.toSorted(
    (one, other) => one.port - other.port || (one.from ?? '').localeCompare(other.from ?? ''),
  );
  return { ...scan, exposure: [...own, ...others] };
}

/**
 * A host that is neither connected nor among those that were read does not look. Where looking fails the door is in the result
 * as not looked at; where no connection comes about nothing is.
 */
export async function lookFromOtherHosts(
  { store }: Pick<ServiceContext, 'store'>,
  workspace: OpenWorkspace,
  justRead: readonly string[],
  handle: OperationHandle,
): Promise<void> {
  const targets = targetsOf(store.get().hosts, new Set(justRead));
  const watchers = store
    .get()
    .hosts.map(({ host }) => host)
    .filter(
      ({ id }) =>
        (workspace.connections.isHeld(id) || justRead.includes(id)) &&
        targets.some(({ hostId }) => hostId !== id),
    );
  if (watchers.length === 0) return;
  handle.doing('Looking at the ports from the other hosts', { done: 0, all: watchers.length });
  const views = new Map<string, Exposure[]>(targets.map(({ hostId }) => [hostId, []]));
  const queue = [...watchers];
  let looked = 0;
  async function worker(): Promise<void> {
    for (let watcher = queue.shift(); watcher !== undefined; watcher = queue.shift()) {
      if (handle.signal.aborted) return;
      const { id, name } = watcher;
      const others = targets.filter(({ hostId }) => hostId !== id);
      const seen = await workspace.connections.withSession(
        id,
        handle.signal,
        async (session): Promise<Result<Awaited<ReturnType<typeof seenFrom>>>> =>
          succeed(await seenFrom(session, name, others, handle.signal)),
      );
      if (seen.ok) for (const { target, exposure } of seen.value) views.get(target.hostId)?.push(exposure);
      looked += 1;
      handle.doing(`Looked from ${looked} of ${watchers.length} hosts`, {
        done: looked,
        all: watchers.length,
      });
    }
  }
  await Promise.all(Array.from({ length: Math.min(lookingAtOnce, watchers.length) }, worker));
  // Half a picture would read as a change between before and after.
  if (handle.signal.aborted) return;
  for (const { hostId, scanId } of targets)
    await keepViews(store, workspace, hostId, scanId, views.get(hostId) ?? []);
}

async function keepViews(
  store: ServiceContext['store'],
  workspace: OpenWorkspace,
  hostId: string,
  scanId: string,
  views: readonly Exposure[],
): Promise<void> {
  const state = store.get().hosts.find(({ host }) => host.id === hostId);
  if (views.length === 0 || state?.latest?.id !== scanId) return;
  const scan = withViews(state.latest, views);
  const isBaseline = state.baseline?.id === scanId;
  store.updateHost(hostId, (now) => ({ ...now, latest: scan, ...(isBaseline ? { baseline: scan } : {}) }));
  if (isBaseline) await writeScan(workspace.paths, scan, 'baseline');
  await keepLatest(store, workspace, scan);
}
