/**
 * A host of a cluster whose password is set through the node of another one: it logs in to its own node with it, and sets nothing.
 * Until the order was carried out there, there is nothing to log in with.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { tryCredential, waitForCredential } from '../../elasticsearch/node.ts';
import { secretDoor } from './administrator.ts';
import { isRotated, replacedSince } from './rotation.ts';

type Change = ChangeOf<'es-password'>;
type User = Change['users'][number];

/** Seconds within which a node of the cluster takes a password that another one was told. */
const patience = 60;

/** Whether the passwords are set elsewhere, and only proven on this host. */
export function isProvenOnly({ cluster }: Change, hostId: string): boolean {
  return cluster !== undefined && cluster.setOn !== hostId;
}

/** The user as the host has it on which the password is set: there the order is noted. */
function asSet(user: User): User {
  const [ref = user.ref] = user.alsoRefs ?? [];
  return { ...user, ref };
}

/** Users whose order was carried out and whose password the node of this host accepts. Asks each of them once. */
export async function provenHere(
  change: Change,
  context: ChangeContext,
  seconds = 0,
): Promise<Result<readonly string[]>> {
  const door = await secretDoor(context, change.install);
  if (!door.ok) return door;
  const proven: string[] = [];
  for (const user of change.users) {
    const done = await isRotated(asSet(user), context);
    if (!done.ok) return done;
    const secret = done.value ? await context.secrets.get(user.ref) : undefined;
    if (secret === undefined || !secret.ok) {
      if (secret?.ok === false && secret.error.code !== 'SECRET_MISSING') return secret;
      continue;
    }
    const credential = { type: 'basic' as const, user: user.name, password: secret.value };
    const tried =
      seconds === 0
        ? await tryCredential(context, door.value, credential)
        : await waitForCredential(context, door.value, credential, seconds);
    if (!tried.ok) return tried;
    if (tried.value === 'accepted') proven.push(user.name);
  }
  return succeed(proven);
}

/** Waits until they are set, then logs in with each. Errors: PEER_FAILED by the caller, ES_AUTH_FAILED, the connection's. */
export async function proveHere(change: Change, context: ChangeContext): Promise<Result<void>> {
  const proven = await provenHere(change, context, patience);
  if (!proven.ok) return proven;
  const wrong = change.users.map(({ name }) => name).filter((name) => !proven.value.includes(name));
  return wrong.length === 0
    ? succeed(undefined)
    : fail(
        appError(
          'ES_AUTH_FAILED',
          `The node of this host does not accept the new password of ${wrong.join(', ')}, which another node of the cluster took.`,
          'See that the node is in the cluster and the security index has all its shards, then try again.',
          { hostState: 'unchanged', retryable: true },
        ),
      );
}

/** Nothing is to be put back here; what is not put back there is said in the same words. Errors: NOT_REVERSIBLE. */
export async function takenBackElsewhere(change: Change, context: ChangeContext): Promise<Result<void>> {
  for (const user of change.users) {
    const replaced = await replacedSince(asSet(user), context);
    if (!replaced.ok) return replaced;
  }
  return succeed(undefined);
}
