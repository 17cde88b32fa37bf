/** What sudo's refusals mean. sudo speaks English here because it is started with the C locale. */
import { type AppError, appError } from '../../../shared/domain/error.ts';

const untouched = { hostState: 'unchanged' } as const;

export function sudoPasswordRequired(user: string): AppError {
  return appError(
    'SUDO_PASSWORD_REQUIRED',
    `sudo asks ${user} for a password and none was given.`,
    'Enter the sudo password for this host and try again.',
    untouched,
  );
}

export function sudoPasswordWrong(user: string): AppError {
  return appError(
    'SUDO_PASSWORD_WRONG',
    `sudo did not accept the password of ${user}. It was tried once only.`,
    'Enter the sudo password again; too many wrong ones may lock the account.',
    untouched,
  );
}

export function sudoMissing(): AppError {
  return appError(
    'SUDO_MISSING',
    'The host has no sudo.',
    'Install sudo on the host, or log in as root with a key.',
    untouched,
  );
}

function sudoNotAllowed(user: string, detail: string): AppError {
  return appError(
    'SUDO_NOT_ALLOWED',
    `sudo does not allow ${user} to run a shell as root.`,
    'Give the login a sudoers rule for ALL commands, or use another login.',
    { ...untouched, detail },
  );
}

function sudoNeedsTty(): AppError {
  return appError(
    'SUDO_NEEDS_TTY',
    'sudo insists on a terminal on this host (requiretty).',
    'Add "Defaults:<login> !requiretty" to the host’s sudoers.',
    untouched,
  );
}

/** sudo neither asked its question nor started the command. */
export function sudoSilent(detail: string): AppError {
  return appError(
    'SUDO_NOT_ALLOWED',
    'sudo neither asked for the password nor started the command; it may ask for a second factor.',
    'Allow this login sudo with a password alone or without one.',
    { ...untouched, detail },
  );
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join('\n').slice(0, 400);

/**
 * The error behind what sudo wrote before it gave up; undefined when the text does not come from sudo.
 * `asked`: a password was sent.
 */
export function sudoError(text: string, user: string, asked: boolean): AppError | undefined {
  if (/must have a tty|no tty present/.test(text) && !/-S/.test(text)) return sudoNeedsTty();
  if (
    /not in the sudoers|not allowed to (execute|run sudo)|may not run sudo|account validation failure|Account expired|account is locked|PAM account management/i.test(
      text,
    )
  )
    return sudoNotAllowed(user, lastLines(text));
  if (/incorrect password attempt|Sorry, try again|Authentication failure/i.test(text))
    return sudoPasswordWrong(user);
  if (
    /a password is required|terminal is required to (read|authenticate)|no password was provided/.test(text)
  )
    return asked ? sudoPasswordWrong(user) : sudoPasswordRequired(user);
  if (/interactive authentication is required/i.test(text)) return sudoPasswordRequired(user);
  if (/^sudo(-rs)?: /m.test(text)) return sudoNotAllowed(user, lastLines(text));
  return undefined;
}
