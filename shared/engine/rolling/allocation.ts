/** Holding back the making of new copies while a node is away, and giving the setting back exactly as it was. */
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { readClusterSettings, updateClusterSettings } from '../elasticsearch/cluster-settings.ts';
import { askNode } from '../elasticsearch/node.ts';
import { askAnother, askSelf, type ClusterNow, type OneOfMany } from './door.ts';
import { allocationKey, heldValue, type RollingImage, standing } from './image.ts';

/** Not cancellable: whoever has begun to change the setting finishes. */
export function calm(context: ChangeContext): ChangeContext {
  const { signal: _never, ...rest } = context;
  return rest;
}

/** Sets it and makes sure by reading. Errors: what the node refused; ES_NOT_READY where it does not hold afterwards. */
export async function setAllocation(
  now: Pick<ClusterNow, 'context' | 'access'>,
  layer: RollingImage['layer'],
  wanted: string | null,
): Promise<Result<void>> {
  const context = calm(now.context);
  const one = { [allocationKey]: wanted };
  const update = {
    persistent: layer === 'persistent' ? one : {},
    transient: layer === 'transient' ? one : {},
  };
  const sent = await updateClusterSettings(context, now.access, update);
  if (!sent.ok) {
    return sent;
  }
  const read = await readClusterSettings(context, now.access);
  if (!read.ok) {
    return read;
  }
  const held = read.value[layer][allocationKey];
  return (held ?? null) === wanted
    ? succeed(undefined)
    : fail(
        appError(
          'ES_NOT_READY',
          `The cluster did not take ${allocationKey}.`,
          'Look at the state of the cluster, then try again.',
          { hostState: 'unchanged', retryable: true },
        ),
      );
}

/** Errors: PRECONDITION_FAILED where somebody else changed the setting since it was saved; what the node refuses. */
export async function holdAllocation(now: ClusterNow, image: RollingImage): Promise<Result<void>> {
  const stands = standing(now.settings, image);
  if (stands === 'somebody-else') {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `Somebody changed ${allocationKey} while Bulwark was about to restart the node.`,
        'Find out who works on this cluster, then make a new plan. The node was not stopped.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const set = await setAllocation(now, image.layer, heldValue);
  if (!set.ok) {
    return set;
  }
  // It only makes the start shorter; a login that may not do it, or a shard that cannot, is no reason to stop.
  const flushed = await askNode(now.context, now.access.door, '/_flush?wait_if_ongoing=true', {
    method: 'POST',
    ...(now.access.credential === undefined ? {} : { credential: now.access.credential }),
    timeoutSeconds: 60,
  });
  if (!flushed.ok || flushed.value.status !== 200) {
    now.context.log.write('warn', 'flush before a restart did not work', {
      status: flushed.ok ? flushed.value.status : flushed.error.code,
    });
  }
  return succeed(undefined);
}

async function giveBackHere(now: ClusterNow, image: RollingImage): Promise<Result<string>> {
  switch (standing(now.settings, image)) {
    case 'as-before':
      return succeed('');
    case 'somebody-else':
      return succeed(`Somebody else changed ${allocationKey} meanwhile; Bulwark left it.`);
    case 'ours': {
      const set = await setAllocation(now, image.layer, image.value);
      return set.ok ? succeed('') : set;
    }
  }
}

/**
 * Exactly as it was, asked of the node itself or of another one: the node may be the one that does not come back. Answers what
 * there is to say, mostly nothing. Errors: those of the last node that was asked.
 */
export async function giveBackAllocation(
  given: ChangeContext,
  one: OneOfMany,
  image: RollingImage,
): Promise<Result<string>> {
  const context = calm(given);
  const here = await askSelf(context, one);
  const own = here.ok ? await giveBackHere(here.value, image) : here;
  return own.ok ? own : await askAnother(context, one, (now) => giveBackHere(now, image));
}

/** What an operator must do where the setting could not be given back. */
export function notGivenBack({ value, layer }: RollingImage, why: AppError): AppError {
  const body = JSON.stringify({ [layer]: { [allocationKey]: value } });
  return appError(
    'ES_NOT_READY',
    `${allocationKey} is still ${heldValue}: no node of the cluster took it back (${why.message})`,
    `Start a node and let Bulwark finish from the banner, or send PUT /_cluster/settings ${body} yourself.`,
    { hostState: 'changed', retryable: true },
  );
}
