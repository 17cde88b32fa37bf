/** Which password a user has after an interruption: nobody wrote it down, so the node is asked. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { masterWord } from '../../elasticsearch/master-word.ts';
import { type Acceptance, cancelled, tryCredential } from '../../elasticsearch/node.ts';
import { collectStartLog } from '../../elasticsearch/start-log.ts';
import { findAdministrator, nextRef, secretDoor } from './administrator.ts';
import { confirmPassword } from './confirm.ts';
import { isRotated } from './rotation.ts';

type Change = ChangeOf<'es-password'>;
type User = Change['users'][number];

export interface Standing {
  readonly user: User;
  /** `new`: the one that was made, now under its own name in the vault. `earlier`: the one from before, whoever knows it. */
  readonly has: 'new' | 'earlier';
  /**
   * False: the node refuses the new one, which stays in the vault nevertheless. Not even an earlier one that is accepted shows
   * that the new one will not be: `elastic` is answered from a cache while a write waits for the security index.
   */
  readonly proven: boolean;
}

/**
 * After a start 8.19.21 answers 401 to the right password, too, until the security index has recovered; a right one that is
 * still refused after 30 s is wrong (seen on 8.19.21; 9.5.3 answers 503 meanwhile).
 */
const recoverySeconds = 30;

interface Candidate {
  readonly secret: Secret;
  readonly confirmed: boolean;
}

/** The password that the node may have been told: the unconfirmed one, else the one in its place. */
async function candidateOf(user: User, context: ChangeContext): Promise<Result<Candidate | undefined>> {
  const rotated = await isRotated(user, context);
  if (!rotated.ok) {
    return rotated;
  }
  // Before it is rotated the one in its place is the earlier one.
  for (const place of [nextRef(user.ref), ...(rotated.value ? [user.ref] : [])]) {
    const secret = await context.secrets.get(place);
    if (secret.ok) {
      return succeed({ secret: secret.value, confirmed: place === user.ref });
    }
    if (secret.error.code !== 'SECRET_MISSING') {
      return secret;
    }
  }
  return succeed(undefined);
}

/**
 * Whether the node accepts the password of everybody that it may have been told of; one that was not confirmed is then. Tries
 * each password once. Errors: VAULT_LOCKED, ES_NOT_READY, those of the connection.
 */
export async function allAccepted(
  users: readonly User[],
  change: Change,
  context: ChangeContext,
): Promise<Result<boolean>> {
  const candidates: { readonly user: User; readonly made: Candidate }[] = [];
  for (const user of users) {
    const made = await candidateOf(user, context);
    if (!made.ok || made.value === undefined) {
      return made.ok ? succeed(false) : made;
    }
    candidates.push({ user, made: made.value });
  }
  const door = await secretDoor(context, change.install);
  if (!door.ok) {
    return door;
  }
  for (const { user, made } of candidates) {
    const credential = { type: 'basic' as const, user: user.name, password: made.secret };
    const tried = await tryCredential(context, door.value, credential);
    if (!tried.ok || tried.value !== 'accepted') {
      return tried.ok ? succeed(false) : tried;
    }
    const confirmed = made.confirmed ? succeed(undefined) : await confirmPassword(user, made.secret, context);
    if (!confirmed.ok) {
      return confirmed;
    }
  }
  return succeed(true);
}

function undecided(user: User, tried: Acceptance): Result<never> {
  return fail(
    appError(
      'ES_NOT_READY',
      tried === 'refused'
        ? `The node has no master, so it refuses every password: which one ${user.name} has is not known yet.`
        : `The node cannot check passwords yet: which one ${user.name} has is not known.`,
      'Both stay in the vault. Wait until the cluster is up, then settle this again.',
      { hostState: 'unknown', retryable: true },
    ),
  );
}

/**
 * Asks for each user with the new password; an earlier one that is accepted shows that the node can tell (password of elastic
 * in the vault, the node's own seed). Without one the node gets half a minute. Each password is tried twice at most: built-in
 * users are not locked out, but attempts are recorded. Errors: VAULT_LOCKED, ES_NOT_READY, CANCELLED, the connection's.
 */
export async function standingsOf(
  users: readonly User[],
  change: Change,
  context: ChangeContext,
): Promise<Result<readonly Standing[]>> {
  const standings: Standing[] = [];
  const open: { readonly user: User; readonly made: Candidate }[] = [];
  for (const user of users) {
    const made = await candidateOf(user, context);
    if (!made.ok) {
      return made;
    }
    if (made.value === undefined) {
      // The vault comes first: what it never had, the node has not heard of.
      standings.push({ user, has: 'earlier', proven: true });
    } else {
      open.push({ user, made: made.value });
    }
  }
  if (open.length === 0) {
    return succeed(standings);
  }
  const door = await secretDoor(context, change.install);
  if (!door.ok) {
    return door;
  }
  const refs = users.filter((user) => user.name === 'elastic').map((user) => user.ref);
  const administrator = await findAdministrator(context, change.install, door.value, refs);
  if (!administrator.ok) {
    return administrator;
  }
  const proven = administrator.value !== undefined;
  if (!proven && !(await context.clock.sleep(recoverySeconds * 1000, context.signal))) {
    return fail(cancelled());
  }
  for (const { user, made } of open) {
    const credential = { type: 'basic' as const, user: user.name, password: made.secret };
    const tried = await tryCredential(context, door.value, credential);
    if (!tried.ok) {
      return tried;
    }
    if (tried.value === 'accepted') {
      const confirmed = made.confirmed
        ? succeed(undefined)
        : await confirmPassword(user, made.secret, context);
      if (!confirmed.ok) {
        return confirmed;
      }
      standings.push({ user, has: 'new', proven: true });
      continue;
    }
    if (tried.value === 'not-ready' || (!proven && (await withoutMaster(change, context)))) {
      return undecided(user, tried.value);
    }
    standings.push({ user, has: 'earlier', proven: proven && made.confirmed });
  }
  return succeed(standings);
}

/** A node without a master refuses the right passwords, too (seen on 8.19.21 and 9.4.3). */
async function withoutMaster({ install }: Change, context: ChangeContext): Promise<boolean> {
  const log = await collectStartLog(context, install.unit ?? 'elasticsearch.service', 0, install.pathLogs);
  return masterWord(log) === 'no-master';
}
