/** Reaches a host's node for a login: reads the host anew, and lets a password go only where an assessment would let it. */
import { type AppError, appError } from '../../shared/domain/error.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import type { NodeAnswers } from '../../shared/domain/facts.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import {
  type NodeContext,
  type NodeDoor,
  waitForCredential,
} from '../../shared/engine/elasticsearch/node.ts';
import { mayManageUsers } from '../../shared/engine/elasticsearch/reader.ts';
import type { HostSession, NodeCredential } from '../../shared/engine/ports.ts';
import { passwordDoor } from '../../shared/facts/node-answers/door.ts';
import { systemClock } from '../adapters/system/system.ts';
import { gatherHost } from './assessing.ts';
import type { NodeLogin } from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';

/** Seconds that a right password may need after a start, until the node's user store is there. */
const patience = 30;

export interface NodeAccess {
  readonly door: NodeDoor;
  readonly context: NodeContext;
  readonly answers: NodeAnswers;
}

function unusable(message: string, nextStep: string, more: { readonly retryable?: boolean } = {}): AppError {
  return appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged', ...more });
}

/**
 * Errors: those of the connection, ES_NOT_FOUND, ES_NOT_READY when nothing answers, PRECONDITION_FAILED when security is off
 * or nothing proves that the other side is the node. Then no password was sent.
 */
export async function reachNode(
  workspace: OpenWorkspace,
  session: HostSession,
  logins: readonly NodeCredential[],
  signal: AbortSignal,
): Promise<Result<NodeAccess>> {
  const { hostId } = session;
  const name = workspace.host(hostId)?.name ?? hostId;
  const gathered = await gatherHost(workspace, hostId, session, signal, () => undefined, logins);
  if (!gathered.ok) return gathered;
  const { facts, authority } = gathered.value;
  const install = knownValue(facts['es-install']);
  const asked = facts['node-answers'];
  if (!install)
    return fail(
      appError(
        'ES_NOT_FOUND',
        `No Elasticsearch was found on ${name}.`,
        'Check that this is the right host.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  if (asked?.status !== 'known')
    return fail(
      appError(
        'ES_NOT_READY',
        `Elasticsearch on ${name} could not be asked.`,
        'Assess the host; its findings say what is in the way.',
        { hostState: 'unchanged', retryable: true },
      ),
    );
  const answers = asked.value;
  if (answers.http === 'closed' || answers.http === 'silent')
    return fail(
      appError(
        'ES_NOT_READY',
        `Elasticsearch does not answer on port ${install.httpPort} of ${name}.`,
        'Start the node, wait until it is up, then try again.',
        { hostState: 'unchanged', retryable: true },
      ),
    );
  if (answers.securityEnabled === false)
    return fail(
      unusable(
        `Security is off on ${name}: Elasticsearch asks nobody for a login.`,
        'Switch security on first; Bulwark then has a login of its own.',
      ),
    );
  const door = passwordDoor(facts, authority);
  if (door === undefined)
    return fail(
      unusable(
        `Nothing proves that what answers on port ${install.httpPort} of ${name} is its node, so no password was sent.`,
        'Put the certificate of the authority that signed the node’s HTTP certificate into the folder certs of its configuration, as http_ca.crt, then try again.',
      ),
    );
  const context: NodeContext = { host: session, clock: systemClock, secrets: workspace.vault };
  return succeed({ door, context, answers });
}

/** Logs in with exactly this login. Errors: those of `reachNode`, ES_AUTH_FAILED. */
export async function tryLogin(
  workspace: OpenWorkspace,
  session: HostSession,
  login: NodeLogin,
  signal: AbortSignal,
): Promise<Result<void>> {
  const access = await reachNode(workspace, session, [login], signal);
  if (!access.ok) return access;
  const { answers, context, door } = access.value;
  if (answers.authenticated === 'yes') return succeed(undefined);
  const settled = answers.authenticated === 'refused';
  const accepted = settled
    ? succeed('refused' as const)
    : await waitForCredential({ ...context, signal }, door, login, patience);
  if (!accepted.ok) return accepted;
  if (accepted.value === 'accepted') return succeed(undefined);
  const name = workspace.host(session.hostId)?.name ?? session.hostId;
  return fail(
    accepted.value === 'refused'
      ? appError(
          'ES_AUTH_FAILED',
          `Elasticsearch on ${name} refused the user name or the password of ${login.user}.`,
          settled
            ? 'Check both and try again. The login was not kept.'
            : 'Check both and try again; a node that was started a short while ago refuses right passwords too. The login was not kept.',
          { hostState: 'unchanged', retryable: true },
        )
      : appError(
          'ES_NOT_READY',
          `Elasticsearch on ${name} could not tell whether it knows ${login.user}.`,
          'Look at the state of the cluster, then try again. The login was not kept.',
          { hostState: 'unchanged', retryable: true },
        ),
  );
}

/** The first of these logins that may manage users and roles. Errors: ES_AUTH_FAILED when none may. */
export async function findUserManager(
  { context, door }: NodeAccess,
  logins: readonly NodeCredential[],
): Promise<Result<NodeCredential>> {
  for (const login of logins) {
    const may = await mayManageUsers(context, door, login);
    if (!may.ok) return may;
    if (may.value) return succeed(login);
  }
  return fail(
    appError(
      'ES_AUTH_FAILED',
      'No login that Bulwark has for this node may manage users and roles.',
      'Give Bulwark the login of an administrator (the cluster privilege manage_security), then try again. Nothing was changed.',
      { hostState: 'unchanged' },
    ),
  );
}
