/** What is said of a switch that did not lead to the secured node. */

import type { EsInstall } from '../../domain/elasticsearch.ts';
import { type AppError, appError } from '../../domain/error.ts';
import type { ChangeContext } from '../change-kind.ts';
import { explainStartFailure } from '../elasticsearch/start-failure.ts';
import { collectStartLog } from '../elasticsearch/start-log.ts';
import type { SwitchStanding } from './standing.ts';
import { startSeconds } from './switch.ts';

/** Of securing the node. */
const returnWords: Partial<Record<SwitchStanding['state'], string>> = {
  'not-stopped': 'The node did not stop within five minutes, so nothing was switched.',
  'not-noted':
    'The host could not write down how far the switch was (its disk is full, for example), so nothing was switched.',
  none: 'The host no longer has the order to switch, and nothing shows that it was carried out.',
  'returned-boot': 'The host restarted in the middle of the switch and put the old configuration back.',
  'returned-stopped':
    'The secured node did not come up. The old configuration is back; the node is stopped as before.',
  'returned-down':
    'The secured node did not come up. The old configuration may not be back completely: the node does not answer yet.',
};

/** The error for a switch that put the old state back, with the cause as the log tells it. */
export async function describeReturn(
  install: EsInstall,
  context: ChangeContext,
  standing: SwitchStanding,
): Promise<AppError> {
  if (standing.state === 'edited') {
    return appError(
      'DRIFT',
      `A file in ${install.pathConf} was changed on the host while the secured configuration was made from a copy of it, so nothing was switched.`,
      'Assess the host again and make a new plan.',
      // Not `restored`: putting back would put the before-image over the edit.
      { hostState: 'unchanged', retryable: true },
    );
  }
  const down = standing.state === 'returned-down';
  const log = await collectStartLog(
    context,
    install.unit ?? '',
    (standing.failedAt ?? 0) - startSeconds,
    install.pathLogs,
  );
  const cause = standing.failedAt === undefined ? undefined : explainStartFailure(log);
  const what =
    returnWords[standing.state] ??
    'The secured node did not come up. The old configuration is back and the node runs as before.';
  return appError(
    'ES_DID_NOT_START',
    cause === undefined ? what : `${what} ${cause.words}`,
    down
      ? `Read the log on the host (journalctl -u ${install.unit}).`
      : 'Read the reason, correct it and try again.',
    {
      hostState: down || standing.state === 'none' ? 'unknown' : 'restored',
      retryable: true,
      ...(cause === undefined ? {} : { detail: cause.line }),
    },
  );
}

const inPlace = 'so nothing was switched: the secured configuration is in place';
const undoAgain = 'then undo this step again.';

/** Of the way back, which leads away from the secured node. */
const wayBackWords: Partial<
  Record<SwitchStanding['state'], { readonly what: string; readonly next: string; readonly unknown?: true }>
> = {
  none: {
    what: `The order to switch back did not reach the host, ${inPlace}.`,
    next: `Check the connection, ${undoAgain}`,
  },
  'not-stopped': {
    what: `The node did not stop within five minutes, ${inPlace}.`,
    next: `Find out what holds the node, ${undoAgain}`,
  },
  'not-noted': {
    what: `The host could not write down how far the way back was (its disk is full, for example), ${inPlace}.`,
    next: `Make room below /var/lib on the host, ${undoAgain}`,
  },
  'returned-boot': {
    what: 'The host restarted in the middle of the way back; the secured configuration is in place again.',
    next: 'Undo this step again.',
  },
  'returned-stopped': {
    what: 'The old configuration did not start. The secured one is in place again; the node is stopped.',
    next: `Read the log on the host, ${undoAgain}`,
  },
  'returned-down': {
    what: 'The old configuration did not start. The secured one may not be back completely: the node does not answer yet.',
    next: `Read the log on the host, ${undoAgain}`,
    unknown: true,
  },
};

/** The error for a way back that did not lead to the old configuration. The step stays in place and can be undone again. */
export function describeWayBack(
  install: Pick<EsInstall, 'unit'>,
  { state }: Pick<SwitchStanding, 'state'>,
): AppError {
  const words = wayBackWords[state] ?? {
    what: 'The old configuration did not start; the secured one is in place again.',
    next: `Read the log on the host, ${undoAgain}`,
  };
  return appError(
    'ES_DID_NOT_START',
    words.what,
    words.next.replace('the log on the host', `the log on the host (journalctl -u ${install.unit})`),
    { hostState: words.unknown === true ? 'unknown' : 'changed', retryable: true },
  );
}
