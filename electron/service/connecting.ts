/** Connecting on the operator's wish: the key that was accepted is kept, a changed one is a full stop on the screen. */
import type { Host } from '../../shared/domain/host.ts';
import { type Result, succeed } from '../../shared/domain/result.ts';
import type { ServiceContext } from './context.ts';
import { lookForGuards } from './looking-for-guards.ts';
import type { OpenWorkspace } from './open-workspace.ts';

/** Connects and stays connected; a changed key becomes a full stop on the screen. */
export async function connectHost(
  context: ServiceContext,
  workspace: OpenWorkspace,
  host: Host,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { store } = context;
  store.updateHost(host.id, ({ error: _error, ...state }) => ({ ...state, connection: 'connecting' }));
  const opened = await workspace.connections.hold(host.id, signal);
  if (!opened.ok) {
    const changed = opened.error.code === 'SSH_HOST_KEY_CHANGED';
    const keys = changed ? workspace.changedKey(host) : undefined;
    context.questions.withdraw((asked) => asked.type === 'host-key-changed' && asked.hostId === host.id);
    if (keys !== undefined)
      void context.questions.ask({
        type: 'host-key-changed',
        hostId: host.id,
        hostName: host.name,
        address: host.address,
        ...keys,
      });
    store.updateHost(host.id, (state) => ({
      ...state,
      connection: 'failed',
      error: opened.error,
      key: changed ? { ...state.key, state: 'changed' } : state.key,
    }));
    return opened;
  }
  const key = opened.value.hostKey;
  if (workspace.file().hostKeys[host.id]?.fingerprint !== key.fingerprint)
    await workspace.save((file) => ({ ...file, hostKeys: { ...file.hostKeys, [host.id]: key } }));
  store.updateHost(host.id, (state) => ({
    ...state,
    connection: 'connected',
    key: { state: 'trusted', key },
    lastSeen: new Date().toISOString(),
  }));
  await lookForGuards(context, workspace, host.id);
  return succeed(undefined);
}
