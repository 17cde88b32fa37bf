/** What went wrong with a migration, in words. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError, type ErrorCode } from '../../../domain/error.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { explainStartFailure } from '../../elasticsearch/start-failure.ts';
import { collectStartLog } from '../../elasticsearch/start-log.ts';
import type { Reason } from './migrate-script.ts';
import type { Standing } from './migration.ts';
import { inWords } from './refusals.ts';
import { startSeconds } from './running.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;
type Sentence = (change: Change) => readonly [code: ErrorCode, message: string, nextStep: string];

const byReason: Readonly<Record<Reason, Sentence>> = {
  stop: ({ unit }) => [
    'PRECONDITION_FAILED',
    `${unit} did not stop within five minutes, so nothing was moved.`,
    'Find out why it does not stop, then try again.',
  ],
  busy: ({ path, unit }) => [
    'PRECONDITION_FAILED',
    `Other processes than ${unit} have files below ${path} open, so nothing was moved.`,
    'End them, then try again: nothing may write while the data moves.',
  ],
  copy: ({ path }) => [
    'COMMAND_FAILED',
    `${path} could not be copied or read completely.`,
    'Look at the disks on the host (dmesg), then try again.',
  ],
  space: () => ['DISK_FULL', 'The data does not fit where it was to go.', 'Make room, then try again.'],
  written: ({ path }) => [
    'VERIFY_FAILED',
    `Something wrote into ${path} while it was copied, although the service was stopped.`,
    'Find the writer (lsof, fuser) and end it, then try again.',
  ],
  different: ({ path }) => [
    'VERIFY_FAILED',
    `The copy of ${path} is not the same as the original.`,
    'Look at the disks on the host (dmesg), then try again with another device.',
  ],
  switch: ({ path }) => [
    'COMMAND_FAILED',
    `The new place could not be mounted as ${path}.`,
    'Read the details, correct the cause on the host and try again.',
  ],
  start: ({ unit }) => [
    'ES_DID_NOT_START',
    `${unit} did not come up in the new place.`,
    'Read the reason, correct it and try again.',
  ],
  ended: () => [
    'CANCELLED',
    'The migration was interrupted on the host.',
    'Nothing was lost; try again when nothing interrupts it.',
  ],
};

const endWords: Partial<Record<Standing['state'], string>> = {
  'returned-up': 'The service runs as before.',
  'returned-stopped': 'Everything is where it was; the service is stopped as before.',
  'returned-boot': 'The host restarted meanwhile; everything is where it was.',
  'returned-down': 'The service does not run again yet.',
  'committed-down': 'The data is in its new place; the service does not run there yet.',
};

/** The error for a migration that did not end in its new state; `hostState` says where the data is. */
export async function migrationError(
  change: Change,
  standing: Standing,
  context: ChangeContext,
): Promise<AppError> {
  const [code, message, nextStep] = byReason[standing.reason ?? 'ended'](change);
  const room =
    standing.room === undefined
      ? ''
      : ` It needs ${inWords(standing.room.needed)}; ${inWords(standing.room.free)} are free.`;
  const log =
    standing.failedAt === undefined
      ? undefined
      : await collectStartLog(
          context,
          change.unit,
          standing.failedAt - startSeconds,
          change.install?.pathLogs ?? '',
        );
  const cause = log === undefined ? undefined : explainStartFailure(log);
  const why = cause === undefined ? '' : ` ${cause.words}`;
  return appError(code, `${message}${room}${why} ${endWords[standing.state] ?? ''}`.trim(), nextStep, {
    // Not `restored`: the volume that was made for it is still there, and is taken away next.
    hostState: standing.state === 'returned-down' ? 'unknown' : 'changed',
    retryable: true,
    detail: cause?.line ?? standing.log,
  });
}
