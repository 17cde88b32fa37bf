/**
 * Errors are values: a code that never changes its meaning, what happened, what state the host is in, what to do next.
 * Sentences must not hold secrets or raw host output; `detail` passes the redactor before it reaches a log or a screen.
 */
import { z } from 'zod';

export const errorCodes = [
  // connecting
  'SSH_REFUSED',
  'SSH_TIMEOUT',
  'SSH_DNS',
  'SSH_HOST_KEY_UNKNOWN',
  'SSH_HOST_KEY_CHANGED',
  'SSH_HOST_KEY_REVOKED',
  'SSH_HOST_KEY_UNSUPPORTED',
  'SSH_HANDSHAKE',
  'SSH_AUTH',
  'SSH_KEY_FILE',
  'SSH_KEY_PASSPHRASE',
  'SSH_AGENT',
  'SSH_NO_POSIX_SHELL',
  'SSH_CHANNEL_LIMIT',
  'SSH_FORWARDING_REFUSED',
  'SSH_CONNECTION_LOST',
  'SUDO_PASSWORD_REQUIRED',
  'SUDO_PASSWORD_WRONG',
  'SUDO_NOT_ALLOWED',
  'SUDO_MISSING',
  'SUDO_NEEDS_TTY',
  // running on a host
  'COMMAND_FAILED',
  'COMMAND_DEADLINE',
  'OUTPUT_TOO_LARGE',
  'PROBE_MALFORMED',
  'HOST_LOCKED',
  'DISK_FULL',
  'FILE_CHANGED_UNDERNEATH',
  'FILE_NOT_REGULAR',
  'DRIFT',
  'VERIFY_FAILED',
  'PRECONDITION_FAILED',
  'NOT_REVERSIBLE',
  'PEER_FAILED',
  // Elasticsearch
  'ES_NOT_FOUND',
  'ES_CONFIGURATION_REJECTED',
  'ES_REHEARSAL_IMPOSSIBLE',
  'ES_DID_NOT_START',
  'ES_TOOL_FAILED',
  'ES_AUTOCONFIG_SKIPPED',
  'ES_HAS_DATA',
  'ES_NOT_READY',
  'ES_AUTH_FAILED',
  'YAML_INVALID',
  'YAML_AMBIGUOUS',
  // access
  'GUARD_UNAVAILABLE',
  'GUARD_FIRED',
  'ACCESS_WOULD_BE_LOST',
  // plan, journal, vault, report
  'PLAN_STALE',
  'PLAN_CONFLICT',
  'PLAN_EMPTY',
  'CHOICE_REQUIRED',
  'JOURNAL_BROKEN',
  'JOURNAL_IN_USE',
  'VAULT_LOCKED',
  'VAULT_PASSPHRASE_WRONG',
  'VAULT_CORRUPT',
  'SECRET_MISSING',
  'REPORT_INVALID',
  'REPORT_UNTRUSTED',
  'WORKSPACE_INVALID',
  'INPUT_INVALID',
  'NOT_FOUND',
  'CANCELLED',
  'BUSY',
  'IO',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export const appErrorSchema = z.object({
  code: z.enum(errorCodes),
  /** What happened, one sentence for the operator. */
  message: z.string(),
  /** What state the host is in now; absent means no host was involved. */
  hostState: z.enum(['unchanged', 'changed', 'restored', 'unknown']).optional(),
  /** What to do next, one or two sentences. */
  nextStep: z.string(),
  retryable: z.boolean(),
  /** Redacted technical text (last lines of a tool, errno), for the fold-out and for support. */
  detail: z.string().optional(),
  /** HOST_LOCKED: tells the lock that was seen from every other, so that a yes about it breaks no other. Opens nothing. */
  lock: z.string().optional(),
});

export type AppError = Readonly<z.infer<typeof appErrorSchema>>;

export function appError(
  code: ErrorCode,
  message: string,
  nextStep: string,
  more: {
    readonly hostState?: AppError['hostState'];
    readonly retryable?: boolean;
    readonly detail?: string;
    readonly lock?: string;
  } = {},
): AppError {
  return {
    code,
    message,
    nextStep,
    retryable: more.retryable ?? false,
    ...(more.hostState === undefined ? {} : { hostState: more.hostState }),
    ...(more.detail === undefined ? {} : { detail: more.detail }),
    ...(more.lock === undefined ? {} : { lock: more.lock }),
  };
}
