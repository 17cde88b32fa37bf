/** Whether the node is a member of the cluster: what the other nodes say, never its own word or a line in its log. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { askNode, at, cancelled, isLost, jsonOf } from '../../elasticsearch/node.ts';
import { explainStartFailure } from '../../elasticsearch/start-failure.ts';
import { collectStartLog, hostTime } from '../../elasticsearch/start-log.ts';
import { pinnedDoor } from '../../securing/secured.ts';
import { askCluster, type Enrollment, type Issuer, openIssuer, readCluster } from './cluster.ts';

/** A node finds its cluster within a minute; a loaded machine takes longer. */
const joinSeconds = 240;

/** The id by which the node knows itself; undefined while it does not answer this login, as long as it has joined nobody. */
export async function ownId(
  change: Enrollment,
  context: ChangeContext,
  { credential }: Issuer,
): Promise<Result<string | undefined>> {
  const door = await pinnedDoor(context, change.install);
  if (!door.ok) {
    return isLost(door.error) ? door : succeed(undefined);
  }
  const answer = await askNode(context, door.value, '/_nodes/_local?filter_path=nodes.*.name', {
    credential,
  });
  if (!answer.ok) {
    return isLost(answer.error) ? answer : succeed(undefined);
  }
  const nodes = answer.value.status === 200 ? at(jsonOf(answer.value), 'nodes') : undefined;
  return succeed(typeof nodes === 'object' && nodes !== null ? Object.keys(nodes)[0] : undefined);
}

/** The id of the node when the issuing node lists it; undefined when it is no member. Errors as `openIssuer`. */
export async function memberId(
  change: Enrollment,
  context: ChangeContext,
): Promise<Result<string | undefined>> {
  const issuer = await openIssuer(change, context);
  const id = issuer.ok ? await ownId(change, context, issuer.value) : issuer;
  if (!issuer.ok || !id.ok) {
    return issuer.ok ? (id as Result<never>) : issuer;
  }
  if (id.value === undefined) {
    return succeed(undefined);
  }
  const cluster = await readCluster(context, issuer.value);
  if (!cluster.ok) {
    return cluster;
  }
  return succeed(cluster.value.members.find((member) => member.id === id.value)?.id);
}

async function joinedNobody(change: Enrollment, context: ChangeContext, since: number) {
  const log = await collectStartLog(context, change.install.unit ?? '', since, change.install.pathLogs);
  const cause = explainStartFailure(log);
  return appError(
    'ES_NOT_READY',
    `The node runs, and the cluster does not list it after ${joinSeconds / 60} minutes.${cause === undefined ? ' Most often a firewall keeps the nodes of the cluster from its port for nodes.' : ` ${cause.words}`}`,
    `Open port ${change.install.transportPort} of this host for the nodes of the cluster, then try again. The old configuration is put back.`,
    { hostState: 'changed', retryable: true, ...(cause === undefined ? {} : { detail: cause.line }) },
  );
}

/** Waits until the issuing node lists this one and all data is there. Errors: ES_NOT_READY, CANCELLED, the connection's. */
export async function waitUntilMember(change: Enrollment, context: ChangeContext): Promise<Result<void>> {
  context.progress('Waiting until the cluster lists the node', 'applying');
  const since = await hostTime(context);
  const until = context.clock.elapsed() + joinSeconds * 1000;
  let last: Result<string | undefined>;
  do {
    last = await memberId(change, context);
    if (!last.ok && isLost(last.error)) {
      return last;
    }
    if (last.ok && last.value !== undefined) {
      return await healthy(change, context);
    }
    if (!(await context.clock.sleep(2000, context.signal))) {
      return fail(cancelled());
    }
  } while (context.clock.elapsed() < until);
  return last.ok ? fail(await joinedNobody(change, context, since)) : last;
}

/** A replica may still be on its way: yellow is a cluster whose data is all there. */
async function healthy(change: Enrollment, context: ChangeContext): Promise<Result<void>> {
  const issuer = await openIssuer(change, context);
  const health = issuer.ok
    ? await askCluster(context, issuer.value, '/_cluster/health?wait_for_status=yellow&timeout=45s')
    : issuer;
  if (!health.ok) {
    return health;
  }
  const status = at(health.value, 'status');
  return status === 'green' || status === 'yellow'
    ? succeed(undefined)
    : fail(
        appError(
          'ES_NOT_READY',
          'The node has joined, and the cluster is red now.',
          'The old configuration is put back. Look at the cluster before you try again.',
          { hostState: 'changed', retryable: true },
        ),
      );
}
