/** Guards that are armed on a host without being part of work that runs here: another operator's, or of an interrupted step. */
import type { FoundGuard } from '../../shared/contract/state.ts';
import { succeed } from '../../shared/domain/result.ts';
import { guardsOn } from '../../shared/engine/guard.ts';
import { tagOf } from '../../shared/engine/parts.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';

/** Between two looks while one is armed. Milliseconds. */
const again = 5000;

/** Work that may have a guard of its own under way. */
function worksOn(context: ServiceContext, hostId: string): boolean {
  return context.store
    .get()
    .operations.some(
      ({ kind, state, hostId: on }) =>
        (state === 'running' || state === 'cancelling') &&
        (kind === 'apply' || kind === 'rollback' || kind === 'recover') &&
        (on === undefined || on === hostId),
    );
}

/** Hosts that are looked at again soon. */
const waiting = new WeakMap<OpenWorkspace, Set<string>>();

function lookAgain(context: ServiceContext, workspace: OpenWorkspace, hostId: string): void {
  const hosts = waiting.get(workspace) ?? new Set();
  waiting.set(workspace, hosts);
  if (hosts.has(hostId)) return;
  hosts.add(hostId);
  setTimeout(() => {
    hosts.delete(hostId);
    if (context.workspace() === workspace) void lookForGuards(context, workspace, hostId);
  }, again).unref();
}

/** Looks once, and again while one is armed; says nothing where it may not look. Asks for no password: who only connected was not told that it is needed. */
export async function lookForGuards(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
): Promise<void> {
  const { store } = context;
  if (!workspace.connections.isHeld(hostId)) return;
  if (worksOn(context, hostId)) {
    lookAgain(context, workspace, hostId);
    return;
  }
  if (workspace.host(hostId)?.sudo !== 'passwordless' && workspace.host(hostId)?.user !== 'root') return;
  const listed = await workspace.connections.withSession(hostId, undefined, async (session) =>
    succeed(await guardsOn(session)),
  );
  if (!listed.ok || !listed.value.ok) return;
  const known = new Set(
    store
      .get()
      .hosts.find(({ host }) => host.id === hostId)
      ?.history.map(({ planId, stepId }) => tagOf(planId, stepId)),
  );
  const now = Date.now();
  const guardsFound = listed.value.value.flatMap(
    ({ tag, standing, owner, firesAt, secondsLeft }): FoundGuard[] =>
      standing === 'armed' || standing === 'firing'
        ? [
            {
              tag,
              standing,
              ours: known.has(tag),
              ...(owner === 'somebody' ? {} : { armedBy: owner }),
              // Counted from here: the host's clock may be another.
              ...(firesAt === undefined ? {} : { firesAt: new Date(now + secondsLeft * 1000).toISOString() }),
            },
          ]
        : [],
  );
  const shown = store.get().hosts.find(({ host }) => host.id === hostId)?.guardsFound ?? [];
  if (guardsFound.length + shown.length > 0)
    store.updateHost(hostId, (state) => ({
      ...state,
      guardsFound: worksOn(context, hostId) ? [] : guardsFound,
    }));
  if (guardsFound.length > 0) lookAgain(context, workspace, hostId);
}
