/** What to do next, for somebody at a terminal: the service words it for the window, whose buttons are not there. */
import type { AppError, ErrorCode } from '../../shared/domain/error.ts';
import type { OptionName } from './options.ts';

function acceptKey({ message }: AppError): string {
  const fingerprint = /SHA256:[A-Za-z0-9+/=]+/.exec(message)?.[0] ?? 'SHA256:…';
  return `Compare the fingerprint with the one on the host’s console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, or the file of the type that is named). If they are equal, repeat the command with --accept-new-key ${fingerprint}, or name a file that holds the key with --known-hosts FILE.`;
}

/** What the operator types for a lock; one that says nothing of itself has a word all the same. */
export function lockName(token: string): string {
  return token === '' ? 'unnamed' : token;
}

function breakLock({ lock, nextStep }: AppError): string {
  return lock === undefined
    ? nextStep
    : `${nextStep} To break this lock and no other, repeat the command with --break-lock ${lockName(lock)}.`;
}

const unlock =
  'Give the passphrase of the workspace’s vault on standard input, with --vault-passphrase-stdin; a workspace gets its vault by bulwark init with that option.';

const byCode: Readonly<Partial<Record<ErrorCode, (error: AppError) => string>>> = {
  SSH_HOST_KEY_UNKNOWN: acceptKey,
  VAULT_LOCKED: () => unlock,
  HOST_LOCKED: breakLock,
};

/**
 * The same error; its next step names options of commands where the service's own words name what only the window has.
 * @param options those that the command takes
 */
export function atTheTerminal(error: AppError, options: readonly OptionName[] = []): AppError {
  const nextStep =
    error.code === 'HOST_LOCKED' && !options.includes('break-lock') ? undefined : byCode[error.code]?.(error);
  return nextStep === undefined ? error : { ...error, nextStep };
}
