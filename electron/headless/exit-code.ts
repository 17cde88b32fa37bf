/** How a command ends: numbers that scripts may rely on. They never change their meaning. */
import type { AppError, ErrorCode } from '../../shared/domain/error.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';

export const exitCodes = {
  done: 0,
  fails: 1,
  notKnown: 2,
  usage: 64,
  inputMissing: 66,
  unreachable: 69,
  internal: 70,
  io: 74,
  tryAgain: 75,
  refused: 77,
  cancelled: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byError: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  INPUT_INVALID: exitCodes.usage,
  CHOICE_REQUIRED: exitCodes.usage,
  PLAN_EMPTY: exitCodes.usage,
  NOT_FOUND: exitCodes.inputMissing,
  SSH_KEY_FILE: exitCodes.inputMissing,
  WORKSPACE_INVALID: exitCodes.inputMissing,
  VAULT_CORRUPT: exitCodes.inputMissing,
  JOURNAL_BROKEN: exitCodes.inputMissing,
  SSH_REFUSED: exitCodes.unreachable,
  SSH_TIMEOUT: exitCodes.unreachable,
  SSH_DNS: exitCodes.unreachable,
  SSH_HANDSHAKE: exitCodes.unreachable,
  SSH_NO_POSIX_SHELL: exitCodes.unreachable,
  SSH_CHANNEL_LIMIT: exitCodes.unreachable,
  SSH_FORWARDING_REFUSED: exitCodes.unreachable,
  SSH_CONNECTION_LOST: exitCodes.unreachable,
  SSH_HOST_KEY_UNKNOWN: exitCodes.refused,
  SSH_HOST_KEY_CHANGED: exitCodes.refused,
  SSH_HOST_KEY_REVOKED: exitCodes.refused,
  SSH_HOST_KEY_UNSUPPORTED: exitCodes.refused,
  SSH_AUTH: exitCodes.refused,
  SSH_KEY_PASSPHRASE: exitCodes.refused,
  SSH_AGENT: exitCodes.refused,
  SUDO_PASSWORD_REQUIRED: exitCodes.refused,
  SUDO_PASSWORD_WRONG: exitCodes.refused,
  SUDO_NOT_ALLOWED: exitCodes.refused,
  SUDO_MISSING: exitCodes.refused,
  SUDO_NEEDS_TTY: exitCodes.refused,
  VAULT_LOCKED: exitCodes.refused,
  VAULT_PASSPHRASE_WRONG: exitCodes.refused,
  SECRET_MISSING: exitCodes.refused,
  ES_AUTH_FAILED: exitCodes.refused,
  PLAN_STALE: exitCodes.tryAgain,
  HOST_LOCKED: exitCodes.tryAgain,
  JOURNAL_IN_USE: exitCodes.tryAgain,
  BUSY: exitCodes.tryAgain,
  IO: exitCodes.io,
  DISK_FULL: exitCodes.io,
  INTERNAL: exitCodes.internal,
  CANCELLED: exitCodes.cancelled,
};

/** @param otherwise for errors that say how the work itself went, e.g. a check after a change that did not hold */
export function exitCodeOf(error: AppError, otherwise: ExitCode = exitCodes.fails): ExitCode {
  return byError[error.code] ?? otherwise;
}

/** What an assessment comes to: one fail outweighs everything, and what is not known never reads as pass. */
export function exitCodeOfOutcomes(outcomes: readonly Outcome[]): ExitCode {
  if (outcomes.includes('fail')) return exitCodes.fails;
  const open = outcomes.includes('unknown') || outcomes.includes('error');
  return outcomes.includes('pass') && !open ? exitCodes.done : exitCodes.notKnown;
}
