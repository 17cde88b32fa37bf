/** The two ways to give a user a password. */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { atLeast } from '../../../text/version.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { toolPlace } from '../../elasticsearch/keystore.ts';
import { askNode, at, jsonOf, type NodeDoor } from '../../elasticsearch/node.ts';
import { runTool, toolError } from '../../elasticsearch/tool.ts';
import type { NodeCredential } from '../../ports.ts';
import { setByFileUser } from './set-by-file-user.ts';

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

/** Without any known password: the vendor's tool makes itself a superuser in a file of the host for some seconds. */
export async function setByTool(
  install: EsInstall,
  context: ChangeContext,
  door: NodeDoor,
  user: string,
  password: Secret,
): Promise<Result<void>> {
  if (!atLeast(install.version, '8.0.0')) {
    return await setByFileUser(install, context, door, user, password);
  }
  const place = await toolPlace(context, install);
  if (!place.ok) {
    return place;
  }
  const scheme = door.tls === false ? 'http' : 'https';
  const typed = `${password.reveal()}\n`;
  const ran = await runTool(
    context.host,
    place.value,
    {
      program: 'bin/elasticsearch-reset-password',
      args: ['-b', '-i', '-u', user, '--url', `${scheme}://${door.address}:${door.port}`],
      stdin: new Secret(typed + typed),
    },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  return ran.value.exitCode === 0
    ? succeed(undefined)
    : fail(toolError(`reset the password of ${user}`, ran.value, 'unknown'));
}
