/** Finds a way to a node's settings: its door with the CA pinned, and a login that may change them. */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { SettingsAccess } from '../../elasticsearch/cluster-settings.ts';
import { notGiven } from '../../elasticsearch/cluster-settings.ts';
import { operatorLoginRef, unpackLogin } from '../../elasticsearch/logins.ts';
import {
  askNode,
  at,
  cancelled,
  elasticRef,
  jsonOf,
  type NodeDoor,
  tryCredential,
} from '../../elasticsearch/node.ts';
import type { NodeCredential } from '../../ports.ts';
import { secretDoor } from '../es-password/administrator.ts';

/** Seconds that a right password may be refused after a start, until the security index is there (seen on 8.19). */
const patience = 30;

/** Errors: VAULT_LOCKED. */
async function loginsOf(context: ChangeContext): Promise<Result<readonly NodeCredential[]>> {
  const { hostId } = context.host;
  const given = await context.secrets.get(operatorLoginRef(hostId));
  const generated = await context.secrets.get(elasticRef(hostId));
  for (const one of [given, generated]) {
    if (!one.ok && one.error.code !== 'SECRET_MISSING') return one;
  }
  const operator = given.ok ? unpackLogin(given.value) : undefined;
  return succeed([
    ...(operator === undefined ? [] : [operator]),
    ...(generated.ok ? [{ type: 'basic' as const, user: 'elastic', password: generated.value }] : []),
  ]);
}

/** Whether the node asks for a login at all: 401 without one, or an anonymous user, means that security is on. */
async function asksForLogin(context: ChangeContext, door: NodeDoor): Promise<Result<boolean>> {
  const asked = await askNode(context, door, '/_security/_authenticate');
  if (!asked.ok) return asked;
  const { status } = asked.value;
  if (status === 401 || status === 403 || status === 200) return succeed(true);
  if (status === 400 || status === 405) return succeed(false);
  return fail(notGiven('say who is asking', asked.value, 'unchanged'));
}

async function mayChange(
  context: ChangeContext,
  door: NodeDoor,
  credential: NodeCredential,
): Promise<Result<boolean>> {
  const asked = await askNode(context, door, '/_security/user/_has_privileges', {
    credential,
    method: 'POST',
    body: JSON.stringify({ cluster: ['monitor', 'cluster:admin/settings/update'] }),
  });
  if (!asked.ok) return asked;
  if (asked.value.status !== 200) return fail(notGiven('ask for its privileges', asked.value, 'unchanged'));
  return succeed(at(jsonOf(asked.value), 'has_all_requested') === true);
}

/**
 * Tries the operator's login, then the password of `elastic` that Bulwark made. A refusal may mean "not yet" after a start,
 * so it is only believed after 30 seconds. Errors: ES_NOT_READY, ES_AUTH_FAILED, SECRET_MISSING, VAULT_LOCKED, and
 * PRECONDITION_FAILED when the CA of the node is not known; nothing was sent to change anything then.
 */
export async function settingsAccess(
  context: ChangeContext,
  install: EsInstall,
): Promise<Result<SettingsAccess>> {
  const door = await secretDoor(context, install);
  if (!door.ok) return door;
  const asks = await asksForLogin(context, door.value);
  if (!asks.ok) return asks;
  if (!asks.value) return succeed({ door: door.value });
  const logins = await loginsOf(context);
  if (!logins.ok) return logins;
  if (logins.value.length === 0)
    return fail(
      appError(
        'SECRET_MISSING',
        'The vault holds no login for this node.',
        'Give Bulwark the login of an administrator on the secrets step. Nothing was changed.',
        { hostState: 'unchanged' },
      ),
    );
  const until = context.clock.elapsed() + patience * 1000;
  let unsure = false;
  for (;;) {
    let powerless: string | undefined;
    for (const credential of logins.value) {
      const tried = await tryCredential(context, door.value, credential);
      if (!tried.ok) return tried;
      if (tried.value === 'not-ready') unsure = true;
      if (tried.value !== 'accepted') continue;
      const may = await mayChange(context, door.value, credential);
      if (!may.ok) return may;
      if (may.value) return succeed({ door: door.value, credential });
      powerless = credential.type === 'basic' ? credential.user : 'The API key';
    }
    if (powerless !== undefined) return fail(mayNot(powerless));
    if (context.clock.elapsed() >= until) return fail(refused(unsure));
    if (!(await context.clock.sleep(2000, context.signal))) return fail(cancelled());
  }
}

function mayNot(user: string) {
  return appError(
    'ES_AUTH_FAILED',
    `${user} may not change cluster settings.`,
    'Give Bulwark the login of an administrator (the cluster privilege manage). Nothing was changed.',
    { hostState: 'unchanged' },
  );
}

function refused(unsure: boolean) {
  return unsure
    ? appError(
        'ES_NOT_READY',
        'Elasticsearch could not tell whether it knows the login in the vault.',
        'Look at the state of the cluster, then try again. Nothing was changed.',
        { hostState: 'unchanged', retryable: true },
      )
    : appError(
        'ES_AUTH_FAILED',
        'Elasticsearch does not accept any login that the vault holds for it.',
        'Check the login on the secrets step; while the security index recovers, right passwords are refused too. Nothing was changed.',
        { hostState: 'unchanged', retryable: true },
      );
}
