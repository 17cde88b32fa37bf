/** Logins for a host's Elasticsearch: the part of the contract's hosts that is about its node. */
import type { Handlers } from '../../shared/contract/derive.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import { busyWith } from './busy.ts';
import type { ServiceContext } from './context.ts';
import { refreshHistory } from './engine-work.ts';
import { noWorkspace, type WorkspaceHolder } from './handlers-workspace.ts';
import { forgetNodeLogin, setNodeLogin } from './keeping-login.ts';
import { createReader, removeReader } from './managing-reader.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { createAdministrator, removeAdministrator } from './personal-administrator.ts';

export type NodeLoginCalls =
  | 'setNodeLogin'
  | 'forgetNodeLogin'
  | 'createReader'
  | 'removeReader'
  | 'createAdministrator'
  | 'removeAdministrator';

export function createNodeLoginHandlers(
  context: ServiceContext,
  holder: WorkspaceHolder,
): Pick<Handlers['hosts'], NodeLoginCalls> {
  async function start(
    hostId: string,
    titleOf: (host: Host) => string,
    work: (workspace: OpenWorkspace, handle: OperationHandle) => Promise<Result<void>>,
  ): Promise<Result<{ operationId: string }>> {
    const workspace = holder.current;
    const host = workspace?.host(hostId);
    if (workspace === undefined || host === undefined) return noWorkspace();
    const occupied = busyWith(context.store);
    if (occupied !== undefined) return occupied;
    const operationId = context.operations.start('node-login', titleOf(host), hostId, async (handle) => {
      const worked = await work(workspace, handle);
      // A reader that was made or removed stands in the journal, and so in the history.
      await refreshHistory(context, workspace, hostId);
      return worked;
    });
    return succeed({ operationId });
  }

  return {
    setNodeLogin: async (login) =>
      await start(
        login.hostId,
        (host) => `Log in to Elasticsearch on ${host.name}`,
        (workspace, handle) => setNodeLogin(context, workspace, login, handle),
      ),
    async forgetNodeLogin({ hostId }) {
      const workspace = holder.current;
      if (workspace?.host(hostId) === undefined) return noWorkspace();
      return busyWith(context.store) ?? (await forgetNodeLogin(context, workspace, hostId));
    },
    createReader: async ({ hostId }) =>
      await start(
        hostId,
        (host) => `Create a reader for Elasticsearch on ${host.name}`,
        (workspace, handle) => createReader(context, workspace, hostId, handle),
      ),
    createAdministrator: async ({ password, ...person }) =>
      await start(
        person.hostId,
        (host) => `Make the administrator ${person.user} through ${host.name}`,
        async (workspace, handle) => {
          const chosen =
            password === 'ask' ? await askedPassword(context, workspace, person, handle) : undefined;
          if (chosen?.ok === false) return chosen;
          return await createAdministrator(context, workspace, person, handle, chosen?.value);
        },
      ),
    removeAdministrator: async (person) =>
      await start(
        person.hostId,
        (host) => `Remove the administrator ${person.user} through ${host.name}`,
        (workspace, handle) => removeAdministrator(context, workspace, person, handle),
      ),
    removeReader: async ({ hostId }) =>
      await start(
        hostId,
        (host) => `Remove the reader from Elasticsearch on ${host.name}`,
        (workspace, handle) => removeReader(context, workspace, hostId, handle),
      ),
  };
}

/** The password that the operator chose for the new user. Errors: CANCELLED. */
async function askedPassword(
  context: ServiceContext,
  workspace: OpenWorkspace,
  { hostId, user }: { readonly hostId: string; readonly user: string },
  handle: OperationHandle,
): Promise<Result<Secret>> {
  handle.doing('Waiting for the password');
  const given = await context.questions.askSecret(
    {
      type: 'secret',
      hostId,
      hostName: workspace.host(hostId)?.name ?? hostId,
      purpose: 'node-password',
      prompt: `New password of ${user} in Elasticsearch, at least 12 characters`,
      attempt: 1,
    },
    handle.signal,
  );
  return given === undefined
    ? fail(
        appError('CANCELLED', 'No password was given.', 'Nothing was kept and nothing was changed.', {
          hostState: 'unchanged',
        }),
      )
    : succeed(given);
}
