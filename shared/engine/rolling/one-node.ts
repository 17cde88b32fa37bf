/**
 * One node of a cluster leaves and comes back while the others go on: looked at before, held back, waited for, given back.
 * https://www.elastic.co/docs/deploy-manage/maintenance/start-stop-services/full-cluster-restart-rolling-restart-procedures
 */
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { probeHttp } from '../elasticsearch/node.ts';
import { giveBackAllocation, holdAllocation, notGivenBack, setAllocation } from './allocation.ts';
import { askAnother, askSelf, type ClusterNow, type OneOfMany } from './door.ts';
import { allocationKey, imageOf, openValue, type RollingImage } from './image.ts';
import { patienceSeconds, waitForHealth, waitUntilJoined } from './waiting.ts';

/** Whether the node itself serves anybody now. Errors: those of the connection. */
async function answers(context: ChangeContext, { install }: OneOfMany): Promise<Result<boolean>> {
  const speech = await probeHttp(context, install.httpPort);
  return speech.ok ? succeed(speech.value.speaks !== 'nothing') : speech;
}

/** Undefined: neither the node nor another one of the cluster answers. Errors: those of a node that answers and cannot be asked. */
async function clusterNow<T>(
  context: ChangeContext,
  one: OneOfMany,
  read: (now: ClusterNow) => T,
): Promise<Result<T | undefined>> {
  const up = await answers(context, one);
  if (!up.ok) {
    return up;
  }
  if (up.value) {
    const now = await askSelf(context, one);
    return now.ok ? succeed(read(now.value)) : now;
  }
  const told = await askAnother(context, one, (now) => Promise.resolve(succeed(read(now))));
  return succeed(told.ok ? told.value : undefined);
}

/** What the cluster is before the restart; undefined where no node of it answers. Errors: those of a node that answers. */
export async function captureCluster(
  context: ChangeContext,
  one: OneOfMany,
): Promise<Result<RollingImage | undefined>> {
  return await clusterNow(context, one, ({ settings, health }) => imageOf(settings, health));
}

function tooFew(there: number, planned: number) {
  return appError(
    'PRECONDITION_FAILED',
    `${planned - there} of the ${planned} nodes of the cluster ${planned - there === 1 ? 'is' : 'are'} away, and Bulwark does not stop another one.`,
    'Start what is missing and wait until it has joined. Nodes that are gone for good are out of the plan once all hosts are assessed again.',
    { hostState: 'unchanged', retryable: true },
  );
}

/** Sentences for the preview. Errors: PRECONDITION_FAILED while another node is away; those of a node that answers. */
export async function previewWords(
  context: ChangeContext,
  one: OneOfMany,
): Promise<Result<readonly string[]>> {
  const seen = await clusterNow(context, one, ({ context: asked, settings, health }) => ({
    self: asked.host.hostId === context.host.hostId,
    image: imageOf(settings, health),
  }));
  if (!seen.ok) {
    return seen;
  }
  if (seen.value === undefined) {
    return succeed(['No node of the cluster answers now, so nothing is held back for this restart.']);
  }
  const { self, image } = seen.value;
  if (!self) {
    return succeed(['The node does not answer now: it is started, and the cluster is waited for.']);
  }
  if (image.nodes < one.rolling.nodes) {
    return fail(tooFew(image.nodes, one.rolling.nodes));
  }
  return succeed([
    ...(image.effective === openValue
      ? []
      : [
          `${allocationKey} is ${image.effective} now: it is set to all while the shards of the restarted node come back to it, then to ${image.effective} again.`,
        ]),
    ...(image.status === 'red'
      ? [
          'The cluster is red now: some documents are missing already. It is not waited for until it is better than that.',
        ]
      : []),
  ]);
}

/**
 * Right before the node is stopped. Nothing is held back for a node that does not serve anybody.
 * Errors: PRECONDITION_FAILED while another node is away or where somebody else changed the setting. The node was not stopped then.
 */
export async function stepAside(
  context: ChangeContext,
  one: OneOfMany,
  image: RollingImage | undefined,
): Promise<Result<void>> {
  const up = await answers(context, one);
  if (!up.ok || !up.value || image === undefined) {
    return up.ok ? succeed(undefined) : up;
  }
  const now = await askSelf(context, one);
  if (!now.ok) {
    return now;
  }
  if (now.value.health.nodes < one.rolling.nodes) {
    return fail(tooFew(now.value.health.nodes, one.rolling.nodes));
  }
  context.progress('Holding back the making of new copies while the node is away');
  return await holdAllocation(now.value, image);
}

/** After the node answers again: it is a member, and the setting is as it was. Answers what there is to say. */
export async function comeBack(
  context: ChangeContext,
  one: OneOfMany,
  image: RollingImage | undefined,
): Promise<Result<string>> {
  const joined = await waitUntilJoined(context, one);
  if (!joined.ok || image === undefined) {
    return joined.ok ? succeed('') : joined;
  }
  if (image.effective !== openValue) {
    const opened = await setAllocation(joined.value, image.layer, openValue);
    if (!opened.ok) {
      return opened;
    }
    await waitForHealth(
      { ...context, waitLonger: () => Promise.resolve(false) },
      one,
      image,
      patienceSeconds,
    );
  }
  return await giveBack(context, one, image);
}

/** Errors: ES_NOT_READY with what the operator must do, where no node takes the setting back. */
export async function giveBack(
  context: ChangeContext,
  one: OneOfMany,
  image: RollingImage,
): Promise<Result<string>> {
  const given = await giveBackAllocation(context, one, image);
  return given.ok ? given : fail(notGivenBack(image, given.error));
}
