/** From a prepared configuration to a secured node or the old one: what all ways of securing a node have in common. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import type { AppError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { ChangeContext, Mark } from '../change-kind.ts';
import { isLost, type NodeDoor } from '../elasticsearch/node.ts';
import { readFile } from '../host-files.ts';
import { afterWriting } from '../host-script.ts';
import type { NodeCredential } from '../ports.ts';
import { peerFailed } from '../together/meeting.ts';
import { lacks } from './complete.ts';
import { describeReturn } from './describe-return.ts';
import { beginInStep } from './in-step.ts';
import { caPath, type Otherwise, pinnedDoor, storePassword } from './secured.ts';
import { awaitSwitch, endHeld, readSwitch } from './standing.ts';
import { forgetSwitch, notReturned, type Switch, startSeconds } from './switch.ts';
import { dropPaths } from './wrapper.ts';

/** What is done with the node that has come up, and what it is known by. */
export interface Ending {
  readonly install: EsInstall;
  readonly httpCaRef: string;
  /** In the vault already. */
  readonly password: Secret;
  /** Paths of this step that hold nothing of the operator's once the node is old or secured for good. */
  readonly leftovers: readonly string[];
  /** For a node that knows an earlier password of `elastic`. */
  readonly otherwise?: (context: ChangeContext) => Otherwise;
  /** For a node whose login exists already: proves it, and gives nobody a password. */
  readonly proven?: (context: ChangeContext) => Promise<Result<void>>;
  /** Asked of the secured node; what it answers goes into the mark. */
  readonly check?: (
    context: ChangeContext,
    door: NodeDoor,
    credential: NodeCredential,
  ) => Promise<Result<Mark>>;
  /** More for the mark. */
  readonly mark?: (context: ChangeContext) => Promise<Result<Mark>>;
}

export interface Securing extends Ending {
  /** Stages and rehearses; what is then handed to the host. */
  readonly prepare: () => Promise<Result<Switch>>;
  /** Of several nodes this one stops when all others are stopped: the elected master. */
  readonly last?: () => Promise<Result<boolean>>;
  /** The vault says again what it said before. */
  readonly forget: (context: ChangeContext) => Promise<void>;
}

/** Removes what was prepared. Where that cannot be done either, it is left to undoing: the host is not as it was. */
async function nothingSwitched(
  step: Securing,
  context: ChangeContext,
  error: AppError,
): Promise<Result<never>> {
  const dropped = await dropPaths(context, step.leftovers);
  if (!dropped.ok) {
    return fail({ ...error, hostState: 'changed' });
  }
  await step.forget(context);
  return fail({ ...error, hostState: 'unchanged' });
}

/** The link broke before the switch was ordered: a script under way is given time, then what it left is removed. */
async function neverBegun(step: Securing, context: ChangeContext, error: AppError): Promise<Result<Mark>> {
  await context.clock.sleep(5000, context.signal);
  const standing = await readSwitch(context.host, context.tag);
  if (!standing.ok || standing.value.state !== 'none') {
    return fail(error);
  }
  return await nothingSwitched(step, context, error);
}

async function storePasswordFirst(
  step: Ending,
  context: ChangeContext,
  credential: Parameters<typeof storePassword>[2],
): Promise<Result<void>> {
  context.progress('Storing the password of elastic', 'applying');
  return await storePassword(context, step.install, credential, step.otherwise?.(context));
}

async function finish(step: Ending, context: ChangeContext): Promise<Result<Mark>> {
  const { install, password } = step;
  if (context.together !== undefined && !(await context.together.meet('up'))) {
    return fail(peerFailed('changed'));
  }
  const credential = { type: 'basic', user: 'elastic', password } as const;
  const stored = await (step.proven?.(context) ?? storePasswordFirst(step, context, credential));
  const door = stored.ok ? await pinnedDoor(context, install) : stored;
  if (!door.ok) {
    return door;
  }
  const kept = await context.secrets.put(
    step.httpCaRef,
    new Secret(door.value.caPem),
    `CA of ${context.host.hostId}'s HTTP certificate`,
  );
  if (!kept.ok) {
    return kept;
  }
  const checked = (await step.check?.(context, door.value, credential)) ?? succeed({});
  if (!checked.ok) {
    return checked;
  }
  const dropped = await dropPaths(context, step.leftovers, true);
  const forgotten = dropped.ok ? await forgetSwitch(context.host, context.tag) : dropped;
  const mark = forgotten.ok ? await securedMark(step, context) : forgotten;
  return mark.ok ? succeed({ ...mark.value, ...checked.value }) : mark;
}

/** Digests of what the step wrote (not secret). */
export async function securedMark(
  step: Pick<Ending, 'install' | 'mark'>,
  context: ChangeContext,
): Promise<Result<Mark>> {
  const mark: Record<string, string> = {};
  for (const [name, path] of [
    ['yml', `${step.install.pathConf}/elasticsearch.yml`],
    ['keystore', `${step.install.pathConf}/elasticsearch.keystore`],
    ['httpCa', caPath(step.install)],
  ] as const) {
    const file = await readFile(context.host, path);
    if (!file.ok) {
      return file;
    }
    mark[name] = file.value === 'absent' ? 'absent' : context.digest.sha256(file.value.bytes);
  }
  const more = (await step.mark?.(context)) ?? succeed({});
  return more.ok ? succeed({ ...mark, ...more.value }) : more;
}

/** Errors before the switch leave the host unchanged; a switch that did not lead to the secured node leaves the old one. */
export async function carryOut(step: Securing, context: ChangeContext): Promise<Result<Mark>> {
  const ready = await step.prepare();
  const begun = ready.ok ? await beginInStep(context, ready.value, step.last) : ready;
  if (!begun.ok) {
    const standing = await readSwitch(context.host, context.tag);
    if (standing.ok && standing.value.state === 'none') {
      return await nothingSwitched(step, context, begun.error);
    }
    // The order may have reached the host although its answer did not reach us.
    if (!standing.ok && begun.error.code !== 'SSH_CONNECTION_LOST') {
      return fail({ ...begun.error, hostState: 'unknown' });
    }
  }
  const ended = await awaitSwitch(context, 5 * startSeconds);
  if (!ended.ok) {
    return ended;
  }
  const live = ended.value.context;
  const { standing } = ended.value;
  if (standing.state === 'none' && !begun.ok) {
    return await neverBegun(step, live, begun.error);
  }
  if (standing.state === 'not-returned') {
    return fail(notReturned());
  }
  if (standing.state !== 'committed') {
    const because = begun.ok && begun.value === 'given-up' && standing.failedAt === undefined;
    const error = because ? peerFailed('restored') : await describeReturn(step.install, live, standing);
    // The node is down because of this step: putting back starts it, at once or when the host is settled.
    if (standing.state === 'returned-down') {
      return fail(error);
    }
    const dropped = await dropPaths(live, step.leftovers);
    const forgotten = dropped.ok ? await forgetSwitch(live.host, live.tag) : dropped;
    if (!forgotten.ok) {
      return fail({ ...error, hostState: 'changed' });
    }
    await step.forget(live);
    return fail(error);
  }
  return afterWriting(await finish(step, live));
}

/**
 * Goes on where the switch had come to its end and nobody was there any more to finish it. False: there is no node of this
 * step that could be finished. Errors: VERIFY_FAILED where it is finished and lacks something, those of the connection.
 */
export async function finishInterrupted(step: Ending, context: ChangeContext): Promise<Result<boolean>> {
  const ended = await endHeld(context, 5 * startSeconds);
  if (!ended.ok) {
    return ended;
  }
  if (ended.value.standing.state !== 'committed') {
    return succeed(false);
  }
  let lacking: AppError | undefined;
  const check: Ending['check'] = async (...asked) => {
    const checked = (await step.check?.(...asked)) ?? succeed({});
    lacking = !checked.ok && checked.error.code === 'VERIFY_FAILED' ? checked.error : undefined;
    return checked;
  };
  const finished = await finish({ ...step, check }, ended.value.context);
  if (lacking !== undefined) {
    return fail(lacks(lacking));
  }
  return finished.ok || !isLost(finished.error) ? succeed(finished.ok) : finished;
}
