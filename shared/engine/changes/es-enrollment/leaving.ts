/**
 * A member leaves its cluster without taking anything with it: its shards move to other nodes, its vote is given up, and
 * only then it is stopped. What the cluster was told for that is taken back afterwards, whether the node left or not.
 */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { at, cancelled, isLost } from '../../elasticsearch/node.ts';
import { readDataPaths } from '../../securing/data.ts';
import { askCluster, type Enrollment, type Issuer, type Member, openIssuer, readCluster } from './cluster.ts';
import { ownId } from './membership.ts';
import { type Copy, onlyHere, readCopies } from './shard-copies.ts';

export type LeaveContext = ChangeContext & { readonly force: boolean };

const excludeKey = 'cluster.routing.allocation.exclude._id';

/** How long nothing may move before the shards that are left count as those that have no other place. */
const stillSeconds = 30;
const longestSeconds = 6 * 3600;

function stays(message: string, nextStep: string): Result<never> {
  return fail(
    appError('PRECONDITION_FAILED', `${message} The node stays in the cluster.`, nextStep, {
      hostState: 'unchanged',
      retryable: true,
    }),
  );
}

/** Where the setting is, and the ids that it names; transient settings outrank persistent ones. */
async function readExcluded(
  context: ChangeContext,
  issuer: Issuer,
): Promise<Result<{ readonly scope: 'transient' | 'persistent'; readonly ids: readonly string[] }>> {
  const read = await askCluster(context, issuer, '/_cluster/settings?flat_settings=true');
  if (!read.ok) {
    return read;
  }
  const scope = at(read.value, 'transient', excludeKey) === undefined ? 'persistent' : 'transient';
  const given = at(read.value, scope, excludeKey);
  return succeed({ scope, ids: typeof given === 'string' ? given.split(',').filter((id) => id !== '') : [] });
}

/** Adds the id to those that get no shards, or takes it out; all other ids stay as they are. */
async function exclude(
  context: ChangeContext,
  issuer: Issuer,
  id: string,
  on: boolean,
): Promise<Result<void>> {
  const now = await readExcluded(context, issuer);
  if (!now.ok) {
    return now;
  }
  const others = now.value.ids.filter((one) => one !== id);
  if (now.value.ids.includes(id) === on) {
    return succeed(undefined);
  }
  const wanted = on ? [...others, id] : others;
  const put = await askCluster(context, issuer, '/_cluster/settings', {
    method: 'PUT',
    body: { [now.value.scope]: { [excludeKey]: wanted.length === 0 ? null : wanted.join(',') } },
  });
  return put.ok ? succeed(undefined) : put;
}

async function votersExcluded(context: ChangeContext, issuer: Issuer): Promise<Result<readonly string[]>> {
  const read = await askCluster(
    context,
    issuer,
    '/_cluster/state/metadata?filter_path=metadata.cluster_coordination.voting_config_exclusions',
  );
  const list = read.ok ? at(read.value, 'metadata', 'cluster_coordination', 'voting_config_exclusions') : [];
  return read.ok ? succeed(Array.isArray(list) ? list.map((one) => String(at(one, 'node_id'))) : []) : read;
}

/** Waits until no copy is left on the node, or those that are left have another copy and nothing moves any more. */
async function moveAway(context: ChangeContext, issuer: Issuer, id: string): Promise<Result<void>> {
  const begin = context.clock.elapsed();
  let moved = begin;
  let before = '';
  for (;;) {
    const copies = await readCopies(context, issuer);
    if (!copies.ok) {
      return copies;
    }
    const here = copies.value.filter((copy) => copy.node === id);
    if (here.length === 0) {
      return succeed(undefined);
    }
    const picture = JSON.stringify(copies.value);
    const now = context.clock.elapsed();
    moved = picture === before ? moved : now;
    before = picture;
    const still = !copies.value.some((copy) => copy.state === 'RELOCATING' || copy.state === 'INITIALIZING');
    if (still && now - moved > stillSeconds * 1000) {
      return settled(onlyHere(copies.value, id));
    }
    if (now - begin > longestSeconds * 1000) {
      return stays('Its shards are still on their way.', 'Wait until they have moved, then undo again.');
    }
    context.progress(`Shards move to other nodes: ${here.length} left`);
    if (!(await context.clock.sleep(2000, context.signal))) {
      return fail(cancelled());
    }
  }
}

function settled(only: readonly Copy[]): Result<void> {
  const names = [...new Set(only.map((copy) => copy.index))];
  return names.length === 0
    ? succeed(undefined)
    : stays(
        `${names.length === 1 ? 'An index has' : `${names.length} indices have`} shards on this node only, and no other node takes them (${names.slice(0, 5).join(', ')}).`,
        'Give the cluster another node or more room, or change the allocation rules of these indices, then undo again.',
      );
}

async function giveUpVote(context: ChangeContext, issuer: Issuer, member: Member): Promise<Result<void>> {
  if (!member.roles.includes('master')) {
    return succeed(undefined);
  }
  const given = await votersExcluded(context, issuer);
  if (!given.ok) {
    return given;
  }
  if (given.value.includes(member.id)) {
    return succeed(undefined);
  }
  if (given.value.length > 0) {
    return stays(
      'Somebody has excluded other nodes from voting, and Elasticsearch can only take all such exclusions back together.',
      'Finish that work (DELETE /_cluster/voting_config_exclusions), then undo again.',
    );
  }
  const post = await askCluster(
    context,
    issuer,
    `/_cluster/voting_config_exclusions?node_ids=${encodeURIComponent(member.id)}&timeout=45s`,
    { method: 'POST' },
  );
  return post.ok ? succeed(undefined) : post;
}

/** Indices in the data directory of a node that is no member now, or whose cluster cannot be asked. */
async function heldAlone(change: Enrollment, context: LeaveContext, why: string): Promise<Result<boolean>> {
  const data = await readDataPaths(context, change.install);
  if (!data.ok) {
    return data;
  }
  const indices = data.value.reduce((sum, path) => sum + path.indices, 0);
  if (indices === 0) {
    return succeed(true);
  }
  return context.force
    ? succeed(false)
    : stays(
        `${why}, and its data directory holds ${indices} indices; whether other nodes have them too cannot be told.`,
        'Start what is down until the cluster lists the node, then undo again; or undo nevertheless: the data directory is kept beside the old one.',
      );
}

/** True: nothing of the cluster's is left on this node. False: its data directory has to be kept. Errors: PRECONDITION_FAILED. */
export async function leaveCluster(
  change: Enrollment,
  context: LeaveContext,
  knownId: string | undefined,
): Promise<Result<boolean>> {
  const issuer = await openIssuer(change, context);
  const cluster = issuer.ok ? await readCluster(context, issuer.value) : issuer;
  if (!cluster.ok || !issuer.ok) {
    const wrong = cluster.ok ? issuer : cluster;
    return !wrong.ok && isLost(wrong.error)
      ? wrong
      : await heldAlone(change, context, 'The cluster cannot be asked');
  }
  const own = knownId === undefined ? await ownId(change, context, issuer.value) : succeed(knownId);
  if (!own.ok) {
    return own;
  }
  const member = cluster.value.members.find(({ id }) => id === own.value);
  if (member === undefined) {
    return await heldAlone(change, context, 'The cluster does not list the node');
  }
  if (cluster.value.status === 'red') {
    return stays('The cluster is red.', 'Bring it back first, then undo again.');
  }
  context.progress('The node leaves the cluster');
  for (const step of [
    () => exclude(context, issuer.value, member.id, true),
    () => moveAway(context, issuer.value, member.id),
    () => giveUpVote(context, issuer.value, member),
  ]) {
    const done = await step();
    if (!done.ok) {
      await takeBack(change, context, member.id);
      return done;
    }
  }
  return succeed(true);
}

/** The cluster forgets what it was told about the node. Tried for a minute: a node that just left is noticed late. */
export async function takeBack(
  change: Enrollment,
  context: ChangeContext,
  id: string | undefined,
): Promise<Result<void>> {
  if (id === undefined) {
    return succeed(undefined);
  }
  let last: Result<unknown> = succeed(undefined);
  for (let tries = 0; tries < 20; tries += 1) {
    const issuer = await openIssuer(change, context);
    const voters = issuer.ok ? await votersExcluded(context, issuer.value) : issuer;
    if (issuer.ok && voters.ok) {
      last = voters.value.includes(id)
        ? await askCluster(
            context,
            issuer.value,
            '/_cluster/voting_config_exclusions?wait_for_removal=false',
            { method: 'DELETE' },
          )
        : succeed(undefined);
      last = last.ok ? await exclude(context, issuer.value, id, false) : last;
      if (last.ok) {
        return succeed(undefined);
      }
    } else {
      last = issuer.ok ? voters : issuer;
    }
    if (!(await context.clock.sleep(3000, context.signal))) {
      break;
    }
  }
  return last.ok ? succeed(undefined) : fail(last.error);
}
