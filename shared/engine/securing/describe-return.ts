/** What is said of a switch that did not lead to the secured node. */

import type { EsInstall } from '../../domain/elasticsearch.ts';
import { type AppError, appError } from '../../domain/error.ts';
import type { ChangeContext } from '../change-kind.ts';
import { explainStartFailure } from '../elasticsearch/start-failure.ts';
import { collectStartLog } from '../elasticsearch/start-log.ts';
import { type SwitchStanding, startSeconds } from './switch.ts';

const returnWords: Partial<Record<SwitchStanding['state'], string>> = {
  'not-stopped': 'The node did not stop within five minutes, so nothing was switched.',
  'not-noted':
    'The host could not write down how far the switch was (its disk is full, for example), so nothing was switched.',
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
      hostState: down ? 'unknown' : 'restored',
      retryable: true,
      ...(cause === undefined ? {} : { detail: cause.line }),
    },
  );
}
