/** A restart of one node while the rest of its cluster goes on. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext, Mark } from '../../change-kind.ts';
import { readUnit } from '../../elasticsearch/service.ts';
import type { OneOfMany } from '../../rolling/door.ts';
import { comeBack, giveBack, stepAside } from '../../rolling/one-node.ts';
import { waitForHealth } from '../../rolling/waiting.ts';
import { decodeRestart } from './image.ts';

type Change = ChangeOf<'service-restart'>;

/** Undefined for a unit that is no node of a cluster, as far as is known. */
export function oneOfMany({ install, rolling }: Change): OneOfMany | undefined {
  return install === undefined || rolling === undefined ? undefined : { install, rolling };
}

function both(first: AppError, second: AppError): AppError {
  return {
    ...first,
    message: `${first.message} ${second.message}`,
    nextStep: `${second.nextStep} ${first.nextStep}`,
    hostState: 'changed',
  };
}

/**
 * Errors: those of the restart. What was held back is given back then too, by another node where this one does not answer: whether
 * a way back follows, and works, is not known here.
 */
export async function restartInCluster(
  one: OneOfMany,
  before: Uint8Array,
  context: ChangeContext,
  restart: () => Promise<Result<Mark>>,
): Promise<Result<Mark>> {
  const image = decodeRestart(before)?.cluster;
  const ended = async (error: AppError): Promise<Result<never>> => {
    if (image === undefined || error.code.startsWith('SSH_')) {
      return fail(error);
    }
    const given = await giveBack(context, one, image);
    return fail(given.ok ? error : both(error, given.error));
  };
  const aside = await stepAside(context, one, image);
  if (!aside.ok) {
    return await ended(aside.error);
  }
  const restarted = await restart();
  if (!restarted.ok) {
    return await ended(restarted.error);
  }
  const back = await comeBack(context, one, image);
  if (!back.ok) {
    return await ended(back.error);
  }
  if (back.value !== '') {
    context.progress(back.value);
  }
  return restarted;
}

/** Whether the process of before still runs: then the node was never stopped. Errors: those of `readUnit`. */
export async function stillRuns(
  { unit }: Change,
  before: Uint8Array,
  context: ChangeContext,
): Promise<Result<boolean>> {
  const image = decodeRestart(before);
  const now = await readUnit(context.host, unit, context.signal);
  if (!now.ok) {
    return now;
  }
  const { active, mainPid } = now.value.state;
  return succeed(active === 'active' && image !== undefined && mainPid !== 0 && mainPid === image.mainPid);
}

/** The setting as it was, for a node that was never stopped. */
export async function giveBackOnly(
  one: OneOfMany,
  before: Uint8Array,
  context: ChangeContext,
): Promise<Result<void>> {
  const image = decodeRestart(before)?.cluster;
  const given = image === undefined ? succeed('') : await giveBack(context, one, image);
  return given.ok ? succeed(undefined) : given;
}

/**
 * The gate behind which the next node may be stopped. Answers a sentence for the operator.
 * Errors: ES_NOT_READY where the cluster is not what it was and nobody wants to wait longer.
 */
export async function healthGate(
  one: OneOfMany,
  before: Uint8Array,
  context: ChangeContext,
): Promise<Result<string>> {
  const image = decodeRestart(before)?.cluster;
  if (image === undefined) {
    return succeed('');
  }
  const { end, words } = await waitForHealth(context, one, image);
  switch (end) {
    case 'as-before':
      return succeed(words);
    case 'stopped':
      return succeed(`Not waited for any longer: ${words}.`);
    case 'too-slow':
    case 'lost':
      return fail(
        appError(
          'ES_NOT_READY',
          `The node is back, and its cluster is not what it was before (${image.status}, ${image.nodes} nodes): ${words}. No other node was stopped.`,
          'Wait until the cluster has recovered and make a new plan for what is left; what was done stays. Or take it back on this host.',
          { hostState: 'changed', retryable: true },
        ),
      );
  }
}
