/** Gives a user a password through the node's own API. */
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { askNode, at, jsonOf, type NodeDoor } from '../../elasticsearch/node.ts';
import type { NodeCredential } from '../../ports.ts';

function refusedBy(status: number, body: unknown, user: string): AppError {
  const reason = at(body, 'error', 'reason') ?? at(body, 'error');
  return appError(
    'ES_AUTH_FAILED',
    `The node did not take a new password for ${user} (status ${status}).`,
    'Read the details; the old password is still valid.',
    {
      hostState: 'unchanged',
      retryable: status >= 500,
      ...(typeof reason === 'string' ? { detail: reason.slice(0, 300) } : {}),
    },
  );
}

/** Through the node's own API, with a credential that may. The old password stays valid on every error but a lost connection. */
export async function setByApi(
  context: ChangeContext,
  door: NodeDoor,
  administrator: NodeCredential,
  user: string,
  password: Secret,
): Promise<Result<void>> {
  for (let tries = 0; ; tries += 1) {
    const set = await askNode(context, door, `/_security/user/${encodeURIComponent(user)}/_password`, {
      credential: administrator,
      method: 'POST',
      body: new Secret(JSON.stringify({ password: password.reveal() })),
      timeoutSeconds: 60,
    });
    if (!set.ok) {
      return set;
    }
    if (set.value.status === 200) {
      return succeed(undefined);
    }
    // Both mean "not yet" while the security index recovers.
    if ((set.value.status !== 503 && set.value.status !== 401) || tries === 10) {
      return fail(refusedBy(set.value.status, jsonOf(set.value), user));
    }
    await context.clock.sleep(3000, context.signal);
  }
}
