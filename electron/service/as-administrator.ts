/** Work in a cluster that needs the login of an administrator, and that is noted in the journal before and after. */
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { ReaderWork } from '../../shared/engine/elasticsearch/reader.ts';
import type { NodeCredential } from '../../shared/engine/ports.ts';
import { requireVault } from './engine-work.ts';
import { findUserManager, reachNode } from './node-access.ts';
import { administratorsFor } from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';

type Work = (work: ReaderWork, administrator: string) => Promise<Result<void>>;

/**
 * Hands an administrator's login and a verified way to the node to the work. Errors: VAULT_LOCKED, SECRET_MISSING, ES_AUTH_FAILED,
 * those of `reachNode`.
 * @param serves which of the logins in the vault may be used
 */
export async function asAdministrator(
  workspace: OpenWorkspace,
  hostId: string,
  handle: OperationHandle,
  work: Work,
  serves: (login: NodeCredential) => boolean = () => true,
): Promise<Result<void>> {
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;
  const administrators = (await administratorsFor(workspace, hostId)).filter(serves);
  if (administrators.length === 0)
    return fail(
      appError(
        'SECRET_MISSING',
        'Bulwark has no login of an administrator for this node that could do this.',
        'Give Bulwark one first; it needs it only for this. Nothing was changed.',
        { hostState: 'unchanged' },
      ),
    );
  handle.doing('Reading the host');
  return await workspace.connections.withSession(hostId, handle.signal, async (session) => {
    const access = await reachNode(workspace, session, administrators, handle.signal);
    if (!access.ok) return access;
    const manager = await findUserManager(access.value, administrators);
    if (!manager.ok) return manager;
    const { context, door } = access.value;
    const user = manager.value.type === 'basic' ? manager.value.user : 'an API key';
    // From here on nothing is cut short: every request has its own time limit, and half a reader helps nobody.
    return await work({ ...context, door, administrator: manager.value }, user);
  });
}

/** Notes what will be done, does it, notes how it ended. Nothing is done when the journal cannot be written. */
export async function journalled(
  workspace: OpenWorkspace,
  hostId: string,
  intent: string,
  act: () => Promise<Result<string>>,
): Promise<Result<void>> {
  const noted = await workspace.journal.append({ type: 'note', hostId, text: intent });
  if (!noted.ok) return noted;
  const acted = await act();
  const text = acted.ok ? acted.value : `It failed (${acted.error.code}): ${acted.error.message}`;
  const ended = await workspace.journal.append({ type: 'note', hostId, text });
  return acted.ok ? (ended.ok ? succeed(undefined) : ended) : acted;
}
