/** The login that the operator gives for a node: asked for, tried, and only then kept in the vault. */
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import { assessHost } from './assessing.ts';
import type { ServiceContext } from './context.ts';
import { requireVault } from './engine-work.ts';
import { tryLogin } from './node-access.ts';
import { givenRef, type NodeLogin, packLogin } from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';

/** A refused password is asked for again this often, like every login does. */
const attempts = 3;

/** Findings that wanted a login are judged anew; a host that was never assessed waits for the operator. */
export async function assessWithLogin(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  handle: OperationHandle,
): Promise<void> {
  await workspace.refreshVault();
  const assessed = context.store.get().hosts.some((state) => state.host.id === hostId && state.latest);
  if (!assessed || handle.signal.aborted) return;
  handle.doing('Assessing again with this login');
  const again = await assessHost(context, workspace, hostId, handle.signal);
  if (!again.ok) context.log.write('warn', 'assessing again failed', { code: again.error.code });
}

/** Tries the login and keeps it. Errors: those of `tryLogin` and of the vault; then nothing was kept. */
export async function keepLogin(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  login: NodeLogin,
  signal: AbortSignal,
): Promise<Result<void>> {
  const tried = await workspace.connections.withSession(
    hostId,
    signal,
    async (session) => await tryLogin(workspace, session, login, signal),
  );
  if (!tried.ok) return tried;
  const name = workspace.host(hostId)?.name ?? hostId;
  const kept = await workspace.vault.put(
    givenRef(hostId),
    packLogin(login),
    `Elasticsearch login of ${login.user} for ${name}, as you gave it`,
  );
  if (kept.ok) context.log.write('info', 'a login for a node was kept', { hostId });
  return kept;
}

export async function setNodeLogin(
  context: ServiceContext,
  workspace: OpenWorkspace,
  { hostId, user }: { readonly hostId: string; readonly user: string },
  handle: OperationHandle,
): Promise<Result<void>> {
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;
  const hostName = workspace.host(hostId)?.name ?? hostId;
  for (let attempt = 1; ; attempt += 1) {
    handle.doing('Waiting for the password');
    const password: Secret | undefined = await context.questions.askSecret(
      {
        type: 'secret',
        hostId,
        hostName,
        purpose: 'node-password',
        prompt: `Password of ${user} in Elasticsearch`,
        attempt,
      },
      handle.signal,
    );
    if (password === undefined)
      return fail(
        appError('CANCELLED', 'No password was given.', 'Nothing was kept and nothing was changed.', {
          hostState: 'unchanged',
        }),
      );
    handle.doing(`Logging in to Elasticsearch as ${user}`);
    const login: NodeLogin = { type: 'basic', user, password };
    const kept = await keepLogin(context, workspace, hostId, login, handle.signal);
    if (kept.ok) break;
    if (kept.error.code !== 'ES_AUTH_FAILED' || attempt >= attempts) return kept;
  }
  await assessWithLogin(context, workspace, hostId, handle);
  context.notice('success', `Bulwark logs in to Elasticsearch on ${hostName} as ${user} from now on.`);
  return succeed(undefined);
}

/** Forgets the login that was given; a reader and passwords that Bulwark generated stay. Nothing changes in the cluster. */
export async function forgetNodeLogin(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
): Promise<Result<Record<string, never>>> {
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;
  const removed = await workspace.vault.remove(givenRef(hostId));
  if (!removed.ok && removed.error.code !== 'SECRET_MISSING') return removed;
  await workspace.refreshVault();
  context.notice(
    'info',
    `Bulwark forgot the login for ${workspace.host(hostId)?.name ?? hostId}. Nothing was changed in the cluster.`,
  );
  return succeed({});
}
