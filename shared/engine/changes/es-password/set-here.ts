/** Gives users new passwords through the node of this host: in the vault before it hears of them, proven by logging in. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { generatePassword } from '../../elasticsearch/generate-password.ts';
import { isLost, type NodeDoor, tryCredential, waitForCredential } from '../../elasticsearch/node.ts';
import { afterWriting } from '../../host-script.ts';
import type { NodeCredential } from '../../ports.ts';
import { findAdministrator, nextRef, secretDoor } from './administrator.ts';
import { aboutPassword, confirmPassword } from './confirm.ts';
import { findLeftoverUsers, removeLeftoverUsers } from './leftover-users.ts';
import { isRotated, rotatable } from './rotation.ts';
import { setByApi } from './set-by-api.ts';
import { setByTool } from './set-password.ts';
import { allAccepted, type Standing, standingsOf } from './standing.ts';
import { takenBack } from './taking-back.ts';

type Change = ChangeOf<'es-password'>;
type User = Change['users'][number];

interface Image {
  readonly version: 1;
  /** Users whose password in the vault was accepted already: they keep it. */
  readonly leftAlone: readonly string[];
  /** Users whose password in the vault was the valid one, to be rotated or not; absent: of nobody that is known. */
  readonly known?: readonly string[];
}
const imageOf = (before: Uint8Array) => JSON.parse(new TextDecoder().decode(before)) as Image;

const login = (user: string, password: Secret): NodeCredential => ({ type: 'basic', user, password });
/** Whose password was to be changed: the others' in the vault was accepted already. */
function notLeftAlone(change: Change, before: Uint8Array): readonly User[] {
  const { leftAlone } = imageOf(before);
  return change.users.filter(({ name }) => !leftAlone.includes(name));
}
const elasticRefs = (change: Change) =>
  change.users.filter((user) => user.name === 'elastic').map((user) => user.ref);

interface Accepted {
  /** Users whose password in the vault is accepted now. */
  readonly known: readonly string[];
  /** Those of them whose password has been rotated where that was asked for. */
  readonly done: readonly string[];
}
const nobody: Accepted = { known: [], done: [] };

async function acceptedNow(change: Change, context: ChangeContext): Promise<Result<Accepted>> {
  const door = await secretDoor(context, change.install);
  if (!door.ok) {
    return door;
  }
  const known: string[] = [];
  const done: string[] = [];
  for (const user of change.users) {
    const secret = await context.secrets.get(user.ref);
    if (!secret.ok) {
      if (secret.error.code === 'VAULT_LOCKED') {
        return secret;
      }
      continue;
    }
    const tried = await tryCredential(context, door.value, login(user.name, secret.value));
    if (!tried.ok) {
      return tried;
    }
    const rotated = await isRotated(user, context);
    if (!rotated.ok) {
      return rotated;
    }
    if (tried.value === 'accepted') {
      known.push(user.name);
      if (rotated.value) {
        done.push(user.name);
      }
    }
  }
  return succeed({ known, done });
}

/** A password that an interrupted run had put aside is used again: the node may know it already. */
async function choosePassword(user: User, context: ChangeContext): Promise<Result<Secret>> {
  const begun = await context.secrets.get(nextRef(user.ref));
  if (begun.ok || begun.error.code !== 'SECRET_MISSING') {
    return begun;
  }
  const password = generatePassword(context.random, user.length);
  const put = await context.secrets.put(
    nextRef(user.ref),
    password,
    `New ${aboutPassword(user.name, context.host.hostId)}, not yet confirmed`,
  );
  return put.ok ? succeed(password) : put;
}

async function changeOne(
  change: Change,
  user: User,
  context: ChangeContext,
  door: NodeDoor,
): Promise<Result<void>> {
  context.progress(`Setting the password of ${user.name}`, 'applying');
  const password = await choosePassword(user, context);
  const administrator = password.ok
    ? await findAdministrator(context, change.install, door, elasticRefs(change))
    : password;
  if (!password.ok || !administrator.ok) {
    return password.ok ? (administrator as Result<never>) : password;
  }
  const set =
    administrator.value === undefined
      ? await setByTool(change.install, context, door, user.name, password.value)
      : await setByApi(context, door, administrator.value, user.name, password.value);
  if (!set.ok) {
    return set;
  }
  const proven = await waitForCredential(context, door, login(user.name, password.value), 60);
  if (!proven.ok || proven.value !== 'accepted') {
    return proven.ok
      ? fail(
          appError(
            'ES_AUTH_FAILED',
            `The node took a new password for ${user.name} and does not accept it.`,
            'The new password is in the vault; try again in a minute.',
            {
              hostState: 'unknown',
              retryable: true,
            },
          ),
        )
      : proven;
  }
  return await confirmPassword(user, password.value, context);
}

const namesOf = (change: Change) => change.users.map((user) => user.name).join(',');

export const setHere: ChangeKind<'es-password'> = {
  kind: 'es-password',

  byHand: (change) => [
    {
      do: 'left',
      text: `a password cannot be taken back here: an earlier one that is known lies in the vault of Bulwark and nowhere on this host. Set new ones with ${change.install.home}/bin/elasticsearch-reset-password for ${change.users.map((user) => user.name).join(', ')}`,
    },
  ],

  describe(change) {
    const names = change.users.map((user) => user.name).join(', ');
    return {
      title: `set new passwords for ${names}`,
      words: [
        'Each password is made by the random source of your machine and kept in the vault before the node hears of it.',
        'What still uses an old password of these users stops working until it gets the new one.',
        change.users.every((user) => user.rotate === undefined || user.keep === true)
          ? 'It cannot be taken back: no earlier password is set again.'
          : 'A valid password that the vault has is kept there, and taking this back sets it again. Any other is not known to anybody and cannot be taken back.',
        ...(change.cluster === undefined
          ? []
          : [
              `These users are those of a cluster of ${change.cluster.hosts.length} nodes: each password is set once, through one node, and proven by logging in to every one of them.`,
            ]),
      ],
      blast: 'access',
      outageSeconds: 0,
      guarded: false,
    };
  },

  async inspect(change, context) {
    const accepted = await acceptedNow(change, context);
    // The plan may secure the node first; then nothing can be asked yet.
    const { known, done } = accepted.ok ? accepted.value : nobody;
    if (
      !accepted.ok &&
      accepted.error.code !== 'ES_NOT_READY' &&
      accepted.error.code !== 'PRECONDITION_FAILED'
    ) {
      return accepted;
    }
    const open = change.users.filter((user) => !done.includes(user.name));
    const ready = accepted.ok ? await rotatable(change, open, known, context) : succeed(undefined);
    if (!ready.ok) {
      return ready;
    }
    const left = await findLeftoverUsers(context, change.install);
    if (!left.ok) {
      return left;
    }
    return succeed({
      inPlace: open.length === 0,
      diffs: open.map((user) => ({
        subject: `password of ${user.name}`,
        before: known.includes(user.name) ? '[secret]' : 'not in the vault',
        after: '[secret]',
      })),
      words:
        left.value.length === 0
          ? []
          : [
              `A password tool of Elasticsearch was ended in the middle and left superusers behind: ${left.value.join(', ')}. ${open.length === 0 ? `Take their lines out of users and users_roles in ${change.install.pathConf}.` : 'They are removed with this change and do not come back.'}`,
            ],
    });
  },

  async capture(change, context) {
    const accepted = await acceptedNow(change, context);
    if (!accepted.ok && isLost(accepted.error)) {
      return accepted;
    }
    const { known, done } = accepted.ok ? accepted.value : nobody;
    const image: Image = { version: 1, leftAlone: done, known };
    return succeed(new TextEncoder().encode(JSON.stringify(image)));
  },

  async apply(change, _before, context) {
    const accepted = await acceptedNow(change, context);
    const door = accepted.ok ? await secretDoor(context, change.install) : accepted;
    if (!accepted.ok || !door.ok) {
      return accepted.ok ? (door as Result<never>) : accepted;
    }
    let first = true;
    for (const user of change.users.filter((one) => !accepted.value.done.includes(one.name))) {
      const changed = await changeOne(change, user, context, door.value);
      if (!changed.ok) {
        return first ? changed : afterWriting(changed);
      }
      first = false;
    }
    const cleaned = await removeLeftoverUsers(context, change.install);
    return cleaned.ok ? succeed({ users: namesOf(change) }) : first ? cleaned : afterWriting(cleaned);
  },

  async verify(change, _mark, context) {
    const accepted = await acceptedNow(change, context);
    if (!accepted.ok) {
      return accepted;
    }
    const wrong = change.users
      .filter((user) => !accepted.value.done.includes(user.name))
      .map((user) => user.name);
    return wrong.length === 0
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `The node does not accept the password in the vault for ${wrong.join(', ')}.`,
            'Try again in a minute.',
            { hostState: 'changed', retryable: true },
          ),
        );
  },

  /** A password that the node took, and that the vault still holds as unconfirmed, is confirmed. */
  async complete(change, before, context) {
    const accepted = await allAccepted(notLeftAlone(change, before), change, context);
    const cleaned =
      accepted.ok && accepted.value ? await removeLeftoverUsers(context, change.install) : accepted;
    return cleaned.ok ? accepted : cleaned;
  },

  /**
   * A rotated password goes back to the earlier one where the vault had it. Any other was only changed because the vault did
   * not have the valid one, so the old one is not known to anybody here.
   * Users that were left alone need nothing, nor do those whose new password the node has not heard of: after an interruption
   * it is asked.
   */
  async revert(change, before, mark, context) {
    const users = notLeftAlone(change, before);
    const known = imageOf(before).known ?? [];
    if (mark !== undefined) {
      return await takenBack(change, { changed: users, others: [], known }, context);
    }
    const standings = await standingsOf(users, change, context);
    if (!standings.ok) {
      return standings;
    }
    const those = (which: Standing['has']) =>
      standings.value.filter(({ has }) => has === which).map(({ user }) => user);
    const back = await takenBack(change, { changed: those('new'), others: those('earlier'), known }, context);
    if (!back.ok) {
      return back;
    }
    return succeed({
      words: standings.value
        .filter(({ proven }) => !proven)
        .map(
          ({ user }) =>
            `The node refuses the new password of ${user.name}, so ${user.name} has the earlier one; the new one stays in the vault and is tried first when this is done again.`,
        ),
    });
  },
};
