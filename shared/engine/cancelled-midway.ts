/** What a cancel in the middle of a change means for the host. */
import type { Change } from '../domain/change.ts';
import type { AppError } from '../domain/error.ts';

/**
 * A command that a cancel stopped did nothing, but those before it may have. A restart knows by itself how far it came, and
 * a password has no way back that could be tried.
 */
export function cancelledMidway(change: Change, error: AppError): AppError {
  const knows = change.kind === 'service-restart' || change.kind === 'es-password';
  return error.code === 'CANCELLED' && error.hostState === 'unchanged' && !knows
    ? { ...error, hostState: 'unknown' }
    : error;
}
