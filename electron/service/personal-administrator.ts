/**
 * A person's own administrator: its password is in the vault before the cluster hears of it, and counts only once a login with it
 * has worked. From then on it is Bulwark's login for every host of the cluster, and `elastic` can rest.
 */
import { appError } from '../../shared/domain/error.ts';
import type { PersonalUser } from '../../shared/domain/personal-user.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import { generatePassword } from '../../shared/engine/elasticsearch/generate-password.ts';
import { unpackLogin } from '../../shared/engine/elasticsearch/logins.ts';
import { tryCredential } from '../../shared/engine/elasticsearch/node.ts';
import {
  deletePersonal,
  findPersonal,
  foreignUser,
  personalCredential,
  provePersonal,
  roleExists,
  writePersonal,
} from '../../shared/engine/elasticsearch/personal-administrator.ts';
import type { ReaderWork } from '../../shared/engine/elasticsearch/reader.ts';
import { systemRandom } from '../adapters/system/system.ts';
import { asAdministrator, journalled } from './as-administrator.ts';
import type { ServiceContext } from './context.ts';
import { assessWithLogin } from './keeping-login.ts';
import { givenRef, packLogin } from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { sharing } from './orders.ts';

const passwordLength = 24;
/** As short as an operator may choose it; every character counts alike. */
const leastLength = 12;

/** Where the password lies in the vault, to be shown on purpose. */
export function personalRef(hostId: string, user: string): string {
  return `es/${hostId}/admin/${user}`;
}
const nextRef = (hostId: string, user: string) => `${personalRef(hostId, user)}/next`;
/** The login that the operator had given before. */
const loginBefore = (hostId: string) => `${givenRef(hostId)}/previous`;

async function kept(workspace: OpenWorkspace, ref: string): Promise<Result<Secret | undefined>> {
  const secret = await workspace.vault.get(ref);
  return secret.ok || secret.error.code !== 'SECRET_MISSING' ? secret : succeed(undefined);
}

/** Under its own name, and as Bulwark's login for all hosts of the cluster. */
async function confirm(
  workspace: OpenWorkspace,
  hosts: readonly string[],
  { user }: PersonalUser,
  password: Secret,
): Promise<Result<void>> {
  const [hostId = ''] = hosts;
  const { vault } = workspace;
  for (const host of hosts) {
    const before = await kept(workspace, givenRef(host));
    if (!before.ok) return before;
    const login = before.value && unpackLogin(before.value);
    if (before.value !== undefined && login?.user !== user) {
      const aside = await vault.put(
        loginBefore(host),
        before.value,
        `Earlier Elasticsearch login for ${host}`,
      );
      if (!aside.ok) return aside;
    }
    const about = `Elasticsearch login of ${user} for ${host}`;
    const put = await vault.put(givenRef(host), packLogin({ type: 'basic', user, password }), about);
    if (!put.ok) return put;
  }
  const put = await vault.put(
    personalRef(hostId, user),
    password,
    `Password of the administrator ${user}, made through ${hostId}`,
  );
  return put.ok ? await vault.remove(nextRef(hostId, user)) : put;
}

/** The password of a making that was interrupted, where the cluster has taken it; the cluster is asked. */
async function begunBefore(
  workspace: OpenWorkspace,
  hostId: string,
  { user }: PersonalUser,
  work: ReaderWork,
): Promise<Result<Secret | undefined>> {
  for (const ref of [nextRef(hostId, user), personalRef(hostId, user)]) {
    const secret = await kept(workspace, ref);
    if (!secret.ok) return secret;
    if (secret.value === undefined) continue;
    const tried = await tryCredential(work, work.door, personalCredential(user, secret.value));
    if (!tried.ok) return tried;
    if (tried.value === 'accepted') return secret;
  }
  return succeed(undefined);
}

async function make(
  workspace: OpenWorkspace,
  hosts: readonly string[],
  person: PersonalUser,
  chosen: Secret | undefined,
  work: ReaderWork,
  administrator: string,
): Promise<Result<void>> {
  const [hostId = ''] = hosts;
  const { user, role } = person;
  const found = await findPersonal(work, user);
  if (!found.ok) return found;
  if (found.value === 'foreign') return fail(foreignUser(user));
  const begun =
    found.value === 'ours' ? await begunBefore(workspace, hostId, person, work) : succeed(undefined);
  if (!begun.ok) return begun;
  if (found.value === 'ours') {
    const proven = begun.value && (await provePersonal(work, person, begun.value));
    if (proven?.ok === true && begun.value) return await confirm(workspace, hosts, person, begun.value);
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `Bulwark made a user ${user} before, whose password is not in this vault or whose role is another one.`,
        'Remove it in the workspace that made it, or choose another name. Nothing was changed.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const there = await roleExists(work, role);
  if (!there.ok) return there;
  const password = chosen ?? generatePassword(systemRandom, passwordLength);
  return await journalled(
    workspace,
    hostId,
    `Bulwark will make the user ${user} with the role ${role} in the Elasticsearch cluster, logged in as ${administrator}.`,
    async () => {
      const aside = await workspace.vault.put(
        nextRef(hostId, user),
        password,
        `Password of the administrator ${user}, not yet confirmed`,
      );
      if (!aside.ok) return aside;
      const written = await writePersonal(work, person, password);
      const proven = written.ok ? await provePersonal(work, person, password) : written;
      if (!proven.ok) {
        const gone = await deletePersonal(work, user);
        if (!gone.ok)
          return fail({
            ...proven.error,
            hostState: 'unknown',
            nextStep: `The user ${user} may be in the cluster. Make it again: Bulwark goes on where it was.`,
          });
        const removed = await workspace.vault.remove(nextRef(hostId, user));
        return removed.ok ? fail({ ...proven.error, hostState: 'restored' }) : removed;
      }
      const confirmed = await confirm(workspace, hosts, person, password);
      return confirmed.ok
        ? succeed(`Bulwark made the user ${user} with the role ${role}, and logged in as it.`)
        : confirmed;
    },
  );
}

function tooShort(chosen: Secret | undefined): boolean {
  return chosen !== undefined && chosen.reveal().length < leastLength;
}

/**
 * @param chosen by the operator, at least 12 characters; generated otherwise
 * Errors: INPUT_INVALID, NOT_FOUND (the role), PRECONDITION_FAILED, VERIFY_FAILED, and those of `asAdministrator`.
 */
export async function createAdministrator(
  context: ServiceContext,
  workspace: OpenWorkspace,
  { hostId, ...person }: PersonalUser & { readonly hostId: string },
  handle: OperationHandle,
  chosen?: Secret,
): Promise<Result<void>> {
  if (tooShort(chosen))
    return fail(
      appError(
        'INPUT_INVALID',
        `The password has fewer than ${leastLength} characters.`,
        'Choose a longer one, or let Bulwark generate it. Nothing was changed.',
        { hostState: 'unchanged' },
      ),
    );
  const hosts = [...new Set(sharing(context, hostId))];
  const made = await asAdministrator(workspace, hostId, handle, async (work, administrator) => {
    handle.doing(`Making the user ${person.user}`);
    return await make(workspace, hosts, person, chosen, work, administrator);
  });
  await workspace.refreshVault();
  if (!made.ok) return made;
  await assessWithLogin(context, workspace, hostId, handle);
  context.notice(
    'success',
    `Bulwark made ${person.user} and logs in as it from now on. Whatever else logs in as elastic needs a login of its own before elastic can rest.`,
  );
  return made;
}

/**
 * Deletes the user that Bulwark made, by the login of another administrator, and what the vault has of it; the login of before is
 * back. Errors: PRECONDITION_FAILED for a user that somebody else made, SECRET_MISSING without another administrator.
 */
export async function removeAdministrator(
  context: ServiceContext,
  workspace: OpenWorkspace,
  { hostId, user }: { readonly hostId: string; readonly user: string },
  handle: OperationHandle,
): Promise<Result<void>> {
  const hosts = [...new Set(sharing(context, hostId))];
  const removed = await asAdministrator(
    workspace,
    hostId,
    handle,
    async (work, administrator) =>
      await journalled(
        workspace,
        hostId,
        `Bulwark will delete the user ${user} in the Elasticsearch cluster, logged in as ${administrator}.`,
        async () => {
          handle.doing(`Deleting the user ${user}`);
          const gone = await deletePersonal(work, user);
          const forgotten = gone.ok ? await forget(workspace, hosts, user) : gone;
          return forgotten.ok
            ? succeed(`Bulwark deleted the user ${user} and forgot the password.`)
            : forgotten;
        },
      ),
    // Nobody deletes the login with which Bulwark gets in without another one at hand.
    (login) => login.type !== 'basic' || login.user !== user,
  );
  await workspace.refreshVault();
  if (!removed.ok) return removed;
  context.notice('success', `Bulwark deleted ${user} and forgot its password.`);
  return removed;
}

async function forget(
  workspace: OpenWorkspace,
  hosts: readonly string[],
  user: string,
): Promise<Result<void>> {
  const { vault } = workspace;
  for (const host of hosts) {
    const [now, before] = [await kept(workspace, givenRef(host)), await kept(workspace, loginBefore(host))];
    if (!now.ok || !before.ok) return now.ok ? (before as Result<never>) : now;
    if (now.value !== undefined && unpackLogin(now.value)?.user === user) {
      const back =
        before.value === undefined
          ? await vault.remove(givenRef(host))
          : await vault.put(givenRef(host), before.value, `Elasticsearch login for ${host}, as you gave it`);
      if (!back.ok) return back;
    }
    for (const ref of [loginBefore(host), personalRef(host, user), nextRef(host, user)]) {
      const gone = await vault.remove(ref);
      if (!gone.ok && gone.error.code !== 'SECRET_MISSING') return gone;
    }
  }
  return succeed(undefined);
}
