/**
 * A user of the cluster that may read what an assessment reads, and nothing else. Made with an administrator's login, proven
 * by logging in, recognised by its metadata: a user or role of that name that somebody else made is never touched.
 */
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { NodeCredential, NodeResponse } from '../ports.ts';
import { askNode, at, jsonOf, type NodeContext, type NodeDoor, waitForCredential } from './node.ts';

export const readerName = 'bulwark_reader';
const userPath = `/_security/user/${readerName}`;
const rolePath = `/_security/role/${readerName}`;

/** Suffices for every read of an assessment; every write gets 403 (tried on 8.19 and 9.5). */
const named = ['monitor', 'read_security', 'monitor_snapshot'];
/** The same where `read_security` is unknown (7.17 and 8.0): actions by their raw names. */
const raw = [
  'monitor',
  'monitor_snapshot',
  ...[
    'user/get',
    'role/get',
    'role_mapping/get',
    'api_key/get',
    'api_key/query',
    'service_account/get',
    'service_account/credential/get',
  ].map((action) => `cluster:admin/xpack/security/${action}`),
];

export interface ReaderWork extends NodeContext {
  readonly door: NodeDoor;
  readonly administrator: NodeCredential;
}

export type ReaderStanding = 'absent' | 'ours' | 'foreign';

export function refused(doing: string, response: NodeResponse, hostState: AppError['hostState']): AppError {
  const reason = at(jsonOf(response), 'error', 'reason');
  return appError(
    response.status === 401 || response.status === 403 ? 'ES_AUTH_FAILED' : 'ES_NOT_READY',
    `Elasticsearch did not let Bulwark ${doing} (status ${response.status}).`,
    response.status === 403
      ? 'Give Bulwark the login of an administrator, who may manage users and roles.'
      : 'Look at the state of the cluster, then try again.',
    {
      ...(hostState === undefined ? {} : { hostState }),
      retryable: response.status >= 500,
      ...(typeof reason === 'string' ? { detail: reason.slice(0, 300) } : {}),
    },
  );
}

/** Whether this login may manage users and roles. Asked by privilege: names of roles prove nothing. */
export async function mayManageUsers(
  context: NodeContext,
  door: NodeDoor,
  credential: NodeCredential,
): Promise<Result<boolean>> {
  const asked = await askNode(context, door, '/_security/user/_has_privileges', {
    credential,
    method: 'POST',
    body: JSON.stringify({ cluster: ['manage_security'] }),
  });
  if (!asked.ok) return asked;
  return succeed(
    asked.value.status === 200 && at(jsonOf(asked.value), 'cluster', 'manage_security') === true,
  );
}

async function standingOf(work: ReaderWork, path: string): Promise<Result<ReaderStanding>> {
  const found = await askNode(work, work.door, path, { credential: work.administrator });
  if (!found.ok) return found;
  if (found.value.status === 404) return succeed('absent');
  if (found.value.status !== 200) return fail(refused('look at its users', found.value, 'unchanged'));
  const entry = at(jsonOf(found.value), readerName);
  if (entry === undefined) return succeed('absent');
  return succeed(at(entry, 'metadata', 'made_by') === 'bulwark' ? 'ours' : 'foreign');
}

/** The user's and the role's standing in the cluster. Reads only. */
export async function findReader(
  work: ReaderWork,
): Promise<Result<{ readonly user: ReaderStanding; readonly role: ReaderStanding }>> {
  const user = await standingOf(work, userPath);
  if (!user.ok) return user;
  const role = await standingOf(work, rolePath);
  return role.ok ? succeed({ user: user.value, role: role.value }) : role;
}

export function foreignReader(what: 'user' | 'role'): AppError {
  return appError(
    'PRECONDITION_FAILED',
    `The cluster has a ${what} ${readerName} that Bulwark did not make.`,
    'Rename or remove it, or give Bulwark a login of your own that may read. Nothing was changed.',
    { hostState: 'unchanged' },
  );
}

/** Privileges for the role: by name where this version knows the names. */
async function privileges(work: ReaderWork): Promise<Result<readonly string[]>> {
  const known = await askNode(work, work.door, '/_security/privilege/_builtin', {
    credential: work.administrator,
  });
  if (!known.ok) return known;
  if (known.value.status !== 200) return fail(refused('look at its privileges', known.value, 'unchanged'));
  const cluster = at(jsonOf(known.value), 'cluster');
  return succeed(Array.isArray(cluster) && cluster.includes('read_security') ? named : raw);
}

async function put(work: ReaderWork, path: string, body: string | Secret): Promise<Result<void>> {
  const sent = await askNode(work, work.door, path, {
    credential: work.administrator,
    method: 'PUT',
    body,
    timeoutSeconds: 60,
  });
  if (!sent.ok) return sent;
  return sent.value.status === 200
    ? succeed(undefined)
    : fail(refused(`write ${path.replace('/_security/', '')}`, sent.value, 'unknown'));
}

/**
 * Writes role and user; what of Bulwark's own is there already is written anew. Whoever calls has found nothing foreign.
 * Errors: those of the connection, ES_AUTH_FAILED, ES_NOT_READY; what was written until then is named by `hostState`.
 */
export async function writeReader(work: ReaderWork, password: Secret): Promise<Result<void>> {
  const cluster = await privileges(work);
  if (!cluster.ok) return cluster;
  const metadata = { made_by: 'bulwark', purpose: 'reads for assessments' };
  const role = await put(work, rolePath, JSON.stringify({ cluster: cluster.value, metadata }));
  if (!role.ok) return role;
  const user = {
    password: password.reveal(),
    roles: [readerName],
    full_name: 'Bulwark, reads for assessments',
    metadata,
  };
  return await put(work, userPath, new Secret(JSON.stringify(user)));
}

export function readerCredential(password: Secret): NodeCredential {
  return { type: 'basic', user: readerName, password };
}

/** Logs in as the reader: it may read users, and may not manage them. */
export async function proveReader(work: ReaderWork, password: Secret): Promise<Result<void>> {
  const credential = readerCredential(password);
  const accepted = await waitForCredential(work, work.door, credential, 30);
  if (!accepted.ok) return accepted;
  const reads =
    accepted.value === 'accepted' ? await askNode(work, work.door, userPath, { credential }) : undefined;
  if (reads?.ok === false) return reads;
  const manages = reads === undefined ? undefined : await mayManageUsers(work, work.door, credential);
  if (manages?.ok === false) return manages;
  if (reads?.value.status === 200 && manages?.value === false) return succeed(undefined);
  return fail(
    appError(
      'VERIFY_FAILED',
      reads === undefined
        ? `Elasticsearch does not accept the login of ${readerName}.`
        : `${readerName} has other rights than it was given.`,
      'Look at the realms and roles of the cluster.',
      { hostState: 'changed' },
    ),
  );
}

/** Deletes user and role where they are Bulwark's own, and reads back that they are gone. What is foreign stays. */
export async function deleteReader(
  work: ReaderWork,
): Promise<Result<{ readonly left: readonly ('user' | 'role')[] }>> {
  const found = await findReader(work);
  if (!found.ok) return found;
  for (const [what, path] of [
    ['user', userPath],
    ['role', rolePath],
  ] as const) {
    if (found.value[what] !== 'ours') continue;
    const gone = await askNode(work, work.door, path, {
      credential: work.administrator,
      method: 'DELETE',
      timeoutSeconds: 60,
    });
    if (!gone.ok) return gone;
    if (gone.value.status !== 200 && gone.value.status !== 404)
      return fail(refused(`delete the ${what} ${readerName}`, gone.value, 'unknown'));
  }
  const after = await findReader(work);
  if (!after.ok) return after;
  if (after.value.user === 'ours' || after.value.role === 'ours')
    return fail(
      appError(
        'VERIFY_FAILED',
        `${readerName} is still in the cluster.`,
        'Look at the state of the cluster, then remove it again.',
        { hostState: 'unknown', retryable: true },
      ),
    );
  const left = (['user', 'role'] as const).filter((what) => after.value[what] === 'foreign');
  return succeed({ left });
}
