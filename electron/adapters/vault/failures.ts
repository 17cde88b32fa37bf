/** What can be wrong with a vault, in words. None of these has changed the file. */
import { type AppError, appError } from '../../../shared/domain/error.ts';
import type { SecretRef } from '../../../shared/domain/secret.ts';

export function locked(): AppError {
  return appError('VAULT_LOCKED', 'The vault is locked.', 'Unlock it with its passphrase.', {
    retryable: true,
  });
}

export function passphraseWrong(): AppError {
  return appError(
    'VAULT_PASSPHRASE_WRONG',
    'This passphrase does not open the vault. Nothing was changed.',
    'Type it again. Without it nobody can open the vault, and Bulwark cannot reset it.',
    { retryable: true },
  );
}

export function corrupt(why: string): AppError {
  return appError(
    'VAULT_CORRUPT',
    `The vault file is damaged: ${why}. Nothing was changed.`,
    'Put a copy of the file from a backup in its place.',
  );
}

export function passphraseTooShort(least: number): AppError {
  return appError(
    'INPUT_INVALID',
    `The passphrase has fewer than ${least} characters. Nothing was changed.`,
    'Choose a longer one; several words are easiest to remember.',
  );
}

export function samePassphrase(): AppError {
  return appError(
    'INPUT_INVALID',
    'The copy would have the same passphrase as the vault. Nothing was written.',
    'Let the second custodian choose one that you do not know.',
  );
}

export function ownFile(): AppError {
  return appError(
    'INPUT_INVALID',
    'That is the vault itself. Nothing was written.',
    'Choose another file for the copy.',
  );
}

export function copyNotWritten(error: unknown): AppError {
  return appError(
    'IO',
    'The copy could not be written. The vault itself is as it was.',
    'Choose a folder that exists, that you may write to, and that has space.',
    { retryable: true, detail: error instanceof Error ? error.message : String(error) },
  );
}

export function fileThere(): AppError {
  return appError(
    'INPUT_INVALID',
    'There is a file of this name already. Nothing was written.',
    'Choose another name for the copy, or move the file away.',
  );
}

export function alreadyThere(): AppError {
  return appError(
    'INPUT_INVALID',
    'There is a vault already. Nothing was changed.',
    'Unlock it with its passphrase.',
  );
}

export function notThere(): AppError {
  return appError('NOT_FOUND', 'There is no vault yet.', 'Choose a passphrase to make one.');
}

export function refInvalid(ref: SecretRef): AppError {
  return appError(
    'INPUT_INVALID',
    `“${ref.slice(0, 80)}” cannot name a secret. Nothing was changed.`,
    'Report this: names are made by Bulwark itself.',
  );
}

export function secretMissing(ref: SecretRef): AppError {
  return appError(
    'SECRET_MISSING',
    `The vault holds no secret named “${ref}”.`,
    'Enter it, or let Bulwark set a new one.',
  );
}

export function inUse(): AppError {
  return appError(
    'BUSY',
    'Another Bulwark is writing to the vault. Nothing was changed.',
    'Wait until it has finished, then try again.',
    { retryable: true },
  );
}

export function changedElsewhere(): AppError {
  return appError(
    'VAULT_LOCKED',
    'Another Bulwark gave the vault a new passphrase, so this one locked it. Nothing was changed.',
    'Unlock it with the new passphrase.',
    { retryable: true },
  );
}

export function systemRefused(error: unknown): AppError {
  return appError(
    'IO',
    'The vault file could not be read or written. Nothing was changed.',
    'Check that its folder exists, belongs to you and has space.',
    { retryable: true, detail: error instanceof Error ? error.message : String(error) },
  );
}
