/**
 * The reader that Bulwark offers to make: a change in the cluster, so it is journalled before and after. Its password is in
 * the vault before the cluster hears of it, and counts only once a login with it has worked.
 */
import { type AppError, appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import { generatePassword } from '../../shared/engine/elasticsearch/generate-password.ts';
import { tryCredential } from '../../shared/engine/elasticsearch/node.ts';
import {
  deleteReader,
  findReader,
  foreignReader,
  proveReader,
  type ReaderWork,
  readerCredential,
  readerName,
  writeReader,
} from '../../shared/engine/elasticsearch/reader.ts';
import { systemRandom } from '../adapters/system/system.ts';
import { asAdministrator, journalled } from './as-administrator.ts';
import type { ServiceContext } from './context.ts';
import { assessWithLogin } from './keeping-login.ts';
import { readerRef } from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';

const passwordLength = 32;

/** Passwords of readers in the vault by their place; other hosts of the same cluster share one. */
async function readersInVault(
  workspace: OpenWorkspace,
): Promise<readonly { readonly ref: string; readonly password: Secret }[]> {
  const listed = await workspace.vault.list();
  const found: { ref: string; password: Secret }[] = [];
  for (const { ref } of listed.ok ? listed.value : []) {
    if (!/^es\/.+\/reader(\/next)?$/.test(ref)) continue;
    const password = await workspace.vault.get(ref);
    if (password.ok) found.push({ ref, password: password.value });
  }
  return found;
}

async function acceptedReader(
  workspace: OpenWorkspace,
  work: ReaderWork,
): Promise<Result<Secret | undefined>> {
  const tried = new Set<string>();
  for (const { password } of await readersInVault(workspace)) {
    if (tried.has(password.reveal())) continue;
    tried.add(password.reveal());
    const accepted = await tryCredential(work, work.door, readerCredential(password));
    if (!accepted.ok) return accepted;
    if (accepted.value === 'accepted') return succeed(password);
  }
  return succeed(undefined);
}

async function confirm(workspace: OpenWorkspace, hostId: string, password: Secret): Promise<Result<void>> {
  const name = workspace.host(hostId)?.name ?? hostId;
  const about = `Password of ${readerName} on ${name}, which may only read`;
  const put = await workspace.vault.put(readerRef(hostId), password, about);
  if (!put.ok) return put;
  const removed = await workspace.vault.remove(nextRef(hostId));
  return removed.ok || removed.error.code === 'SECRET_MISSING' ? succeed(undefined) : removed;
}

const nextRef = (hostId: string) => `${readerRef(hostId)}/next`;

/** Takes back what a failed making left in the cluster; the error then says how the cluster stands. */
async function takeBack(
  workspace: OpenWorkspace,
  hostId: string,
  work: ReaderWork,
  error: AppError,
): Promise<AppError> {
  const gone = await deleteReader(work);
  if (!gone.ok)
    return {
      ...error,
      hostState: 'unknown',
      nextStep: `User and role ${readerName} may be in the cluster. Create the reader again: Bulwark goes on where it was.`,
    };
  await workspace.vault.remove(nextRef(hostId));
  return { ...error, hostState: 'restored' };
}

async function make(
  workspace: OpenWorkspace,
  hostId: string,
  work: ReaderWork,
  administrator: string,
): Promise<Result<void>> {
  const found = await findReader(work);
  if (!found.ok) return found;
  if (found.value.user === 'foreign') return fail(foreignReader('user'));
  if (found.value.role === 'foreign') return fail(foreignReader('role'));
  const known = found.value.user === 'ours' ? await acceptedReader(workspace, work) : succeed(undefined);
  if (!known.ok) return known;
  if (found.value.user === 'ours' && known.value === undefined)
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `The cluster has a ${readerName} whose password is not in this vault: another workspace made it.`,
        `Work in that workspace, or delete the user and the role ${readerName} when nobody needs them. Nothing was changed.`,
        { hostState: 'unchanged' },
      ),
    );
  // Made through another node of the same cluster: it serves this one too.
  if (known.value !== undefined && found.value.role === 'ours') {
    const proven = await proveReader(work, known.value);
    return proven.ok ? await confirm(workspace, hostId, known.value) : proven;
  }
  return await journalled(
    workspace,
    hostId,
    `Bulwark will make the role ${readerName}, which may only read, and a user of that name in the Elasticsearch cluster, logged in as ${administrator}.`,
    async () => {
      const begun = await workspace.vault.get(nextRef(hostId));
      if (!begun.ok && begun.error.code !== 'SECRET_MISSING') return begun;
      const password =
        known.value ?? (begun.ok ? begun.value : generatePassword(systemRandom, passwordLength));
      const aside = await workspace.vault.put(
        nextRef(hostId),
        password,
        `Password of ${readerName}, not yet confirmed`,
      );
      if (!aside.ok) return aside;
      const written = await writeReader(work, password);
      const proven = written.ok ? await proveReader(work, password) : written;
      if (!proven.ok) return fail(await takeBack(workspace, hostId, work, proven.error));
      const confirmed = await confirm(workspace, hostId, password);
      return confirmed.ok
        ? succeed(`Bulwark made the role and the user ${readerName}, and logged in as it.`)
        : confirmed;
    },
  );
}

/** Errors: VAULT_LOCKED, SECRET_MISSING, those of `reachNode`, ES_AUTH_FAILED, PRECONDITION_FAILED, VERIFY_FAILED. */
export async function createReader(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  handle: OperationHandle,
): Promise<Result<void>> {
  const made = await asAdministrator(workspace, hostId, handle, async (work, administrator) => {
    handle.doing(`Making ${readerName}`);
    return await make(workspace, hostId, work, administrator);
  });
  await workspace.refreshVault();
  if (!made.ok) return made;
  await assessWithLogin(context, workspace, hostId, handle);
  context.notice(
    'success',
    `Bulwark made ${readerName} and reads Elasticsearch on ${workspace.host(hostId)?.name ?? hostId} as it from now on.`,
  );
  return made;
}

/** Deletes what Bulwark made, also for other hosts of the same cluster, whose password is the same. */
export async function removeReader(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  handle: OperationHandle,
): Promise<Result<void>> {
  let left: readonly string[] = [];
  const removed = await asAdministrator(
    workspace,
    hostId,
    handle,
    async (work, administrator) =>
      await journalled(
        workspace,
        hostId,
        `Bulwark will delete the user and the role ${readerName} in the Elasticsearch cluster, logged in as ${administrator}.`,
        async () => {
          handle.doing(`Deleting ${readerName}`);
          const gone = await deleteReader(work);
          if (!gone.ok) return gone;
          ({ left } = gone.value);
          const readers = await readersInVault(workspace);
          const own = readers.find(({ ref }) => ref === readerRef(hostId))?.password.reveal();
          for (const { ref, password } of readers) {
            if (!ref.startsWith(readerRef(hostId)) && password.reveal() !== own) continue;
            const forgotten = await workspace.vault.remove(ref);
            if (!forgotten.ok) return forgotten;
          }
          return succeed(`Bulwark deleted the user and the role ${readerName} and forgot the password.`);
        },
      ),
  );
  await workspace.refreshVault();
  if (!removed.ok) return removed;
  context.notice(
    left.length === 0 ? 'success' : 'warning',
    left.length === 0
      ? `Bulwark deleted ${readerName} and forgot its password.`
      : `Bulwark forgot the password. The ${left.join(' and the ')} ${readerName} in the cluster is not of Bulwark’s making and stays.`,
  );
  return removed;
}
