/**
 * A person's own user in the cluster, so that `elastic` can rest: made with another administrator's login, proven by logging in,
 * recognised by its metadata. A user of that name that somebody else made is never touched.
 */
import { appError } from '../../domain/error.ts';
import type { PersonalUser } from '../../domain/personal-user.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { NodeCredential } from '../ports.ts';
import { askNode, at, jsonOf, waitForCredential } from './node.ts';
import { mayManageUsers, type ReaderStanding, type ReaderWork, refused } from './reader.ts';

const purpose = 'personal administrator';
const userPath = (user: string) => `/_security/user/${encodeURIComponent(user)}`;

/** Whether the cluster has this user, and whether Bulwark made it. Reads only. */
export async function findPersonal(work: ReaderWork, user: string): Promise<Result<ReaderStanding>> {
  const found = await askNode(work, work.door, userPath(user), { credential: work.administrator });
  if (!found.ok) return found;
  if (found.value.status === 404) return succeed('absent');
  if (found.value.status !== 200) return fail(refused('look at its users', found.value, 'unchanged'));
  const entry = at(jsonOf(found.value), user);
  if (entry === undefined) return succeed('absent');
  const ours = at(entry, 'metadata', 'made_by') === 'bulwark' && at(entry, 'metadata', 'purpose') === purpose;
  return succeed(ours ? 'ours' : 'foreign');
}

/** Errors: NOT_FOUND where the cluster has no such role, those of asking. */
export async function roleExists(work: ReaderWork, role: string): Promise<Result<void>> {
  const found = await askNode(work, work.door, `/_security/role/${encodeURIComponent(role)}`, {
    credential: work.administrator,
  });
  if (!found.ok) return found;
  if (found.value.status === 200) return succeed(undefined);
  return fail(
    found.value.status === 404
      ? appError(
          'NOT_FOUND',
          `The cluster has no role ${role}.`,
          'Name a role that is there, or superuser. Nothing was changed.',
          { hostState: 'unchanged' },
        )
      : refused('look at its roles', found.value, 'unchanged'),
  );
}

/** Whoever calls has found no user of that name. Errors: those of asking; `hostState` says whether it may be there now. */
export async function writePersonal(
  work: ReaderWork,
  { user, role }: PersonalUser,
  password: Secret,
): Promise<Result<void>> {
  const body = {
    password: password.reveal(),
    roles: [role],
    full_name: `${user}, made by Bulwark`,
    metadata: { made_by: 'bulwark', purpose },
  };
  const sent = await askNode(work, work.door, userPath(user), {
    credential: work.administrator,
    method: 'PUT',
    body: new Secret(JSON.stringify(body)),
    timeoutSeconds: 60,
  });
  if (!sent.ok) return sent;
  return sent.value.status === 200
    ? succeed(undefined)
    : fail(refused(`make the user ${user}`, sent.value, 'unchanged'));
}

export function personalCredential(user: string, password: Secret): NodeCredential {
  return { type: 'basic', user, password };
}

/** Logs in as the user and looks at its roles; a superuser must be able to manage users. Errors: VERIFY_FAILED, those of asking. */
export async function provePersonal(
  work: ReaderWork,
  { user, role }: PersonalUser,
  password: Secret,
): Promise<Result<void>> {
  const credential = personalCredential(user, password);
  const accepted = await waitForCredential(work, work.door, credential, 30);
  if (!accepted.ok) return accepted;
  const wrong = (message: string) =>
    fail(
      appError('VERIFY_FAILED', message, 'Look at the realms and roles of the cluster.', {
        hostState: 'changed',
      }),
    );
  if (accepted.value !== 'accepted') return wrong(`Elasticsearch does not accept the login of ${user}.`);
  const told = await askNode(work, work.door, '/_security/_authenticate', { credential });
  if (!told.ok) return told;
  const roles = at(jsonOf(told.value), 'roles');
  if (!Array.isArray(roles) || !roles.includes(role)) return wrong(`${user} does not have the role ${role}.`);
  const manages = role === 'superuser' ? await mayManageUsers(work, work.door, credential) : succeed(true);
  if (!manages.ok) return manages;
  return manages.value ? succeed(undefined) : wrong(`${user} may not do what its role says.`);
}

/** Deletes the user where it is of Bulwark's making, and reads back that it is gone. Errors: PRECONDITION_FAILED, VERIFY_FAILED. */
export async function deletePersonal(work: ReaderWork, user: string): Promise<Result<void>> {
  const found = await findPersonal(work, user);
  if (!found.ok) return found;
  if (found.value === 'foreign') return fail(foreignUser(user));
  if (found.value === 'absent') return succeed(undefined);
  const gone = await askNode(work, work.door, userPath(user), {
    credential: work.administrator,
    method: 'DELETE',
    timeoutSeconds: 60,
  });
  if (!gone.ok) return gone;
  if (gone.value.status !== 200 && gone.value.status !== 404)
    return fail(refused(`delete the user ${user}`, gone.value, 'unknown'));
  const after = await findPersonal(work, user);
  if (!after.ok) return after;
  return after.value === 'absent'
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          `${user} is still in the cluster.`,
          'Look at the state of the cluster, then remove it again.',
          { hostState: 'unknown', retryable: true },
        ),
      );
}

export function foreignUser(user: string) {
  return appError(
    'PRECONDITION_FAILED',
    `The cluster has a user ${user} that Bulwark did not make.`,
    'Choose another name; what somebody else made is never changed. Nothing was changed.',
    { hostState: 'unchanged' },
  );
}
