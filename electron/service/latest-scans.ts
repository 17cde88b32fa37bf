/** Writes latest scans to disk so that what is read after a restart is what was shown last. */
import type { Scan } from '../../shared/domain/finding.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { StateStore } from './state-store.ts';
import { writeScan } from './workspace-files.ts';

const writing = new WeakMap<Pick<OpenWorkspace, 'paths'>, Map<string, Promise<void>>>();

/**
 * Writes the scan with the verdicts that the store has by then; the writes of one host come one after the other. Nothing is
 * written when the store has another scan of the host: whoever put it there writes it.
 * Throws what writing the file throws.
 */
export async function keepLatest(
  store: Pick<StateStore, 'get'>,
  workspace: Pick<OpenWorkspace, 'paths'>,
  { id, hostId }: Pick<Scan, 'id' | 'hostId'>,
): Promise<void> {
  const chains = writing.get(workspace) ?? new Map<string, Promise<void>>();
  writing.set(workspace, chains);
  const before = chains.get(hostId) ?? Promise.resolve();
  const write = async (): Promise<void> => {
    const latest = store.get().hosts.find(({ host }) => host.id === hostId)?.latest;
    if (latest?.id === id) await writeScan(workspace.paths, latest, 'latest');
  };
  // A write that failed is told to its own caller; the next one does not depend on it.
  const next = before.then(write, write);
  chains.set(hostId, next);
  await next;
}
