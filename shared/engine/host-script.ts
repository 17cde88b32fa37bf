/** Runs a static script on a host and turns its exit code into a value or an error with the state of the host. */
import { type AppError, appError, type ErrorCode } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import type { HostWriter, ScriptOutput, ScriptRequest } from './ports.ts';

/**
 * First lines of every script of the engine: messages in one language, files private by default, and the system folders
 * at the end of the search path, because a login without a profile often lacks `/sbin`.
 */
export const prelude = `set -u
LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
umask 077
`;

/** Exit codes that the engine's scripts agree on; others are a tool's own. */
export const exits = {
  absent: 44,
  notRegular: 45,
  symbolicLink: 46,
  changedUnderneath: 47,
  tooLarge: 48,
  exists: 49,
  notOwnDirectory: 50,
  otherFileSystem: 51,
  cutShort: 52,
  tooLate: 53,
  mixed: 54,
  attributesLost: 55,
} as const;

const decoder = new TextDecoder();

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Last lines of what a tool said on standard error: at most 600 characters. */
export function tailOf(output: ScriptOutput): string {
  return textOf(output.stderr).trim().slice(-600);
}

export interface ScriptFailure {
  /** Code and sentence for an exit code; undefined leaves it to the general rule. */
  readonly explain?: (output: ScriptOutput) => AppError | undefined;
  /** What could not be done: "write /etc/x". */
  readonly doing: string;
  /** State of the host when the script ended with an error. Default `unchanged`. */
  readonly hostState?: AppError['hostState'];
}

interface Sentence {
  readonly code: ErrorCode;
  readonly message: (doing: string) => string;
  readonly nextStep: string;
  readonly retryable?: boolean;
  /** Overrides what the caller takes for certain. */
  readonly hostState?: AppError['hostState'];
}

const byExit: Readonly<Record<number, Sentence>> = {
  [exits.absent]: {
    code: 'PRECONDITION_FAILED',
    message: (doing) => `Could not ${doing}: the path or its folder does not exist.`,
    nextStep: 'Assess the host again and make a new plan.',
  },
  [exits.notRegular]: {
    code: 'FILE_NOT_REGULAR',
    message: (doing) => `Could not ${doing}: it is not a regular file.`,
    nextStep: 'Look at the path on the host; Bulwark only edits regular files.',
  },
  [exits.symbolicLink]: {
    code: 'FILE_NOT_REGULAR',
    message: (doing) => `Could not ${doing}: it is a symbolic link.`,
    nextStep: 'Replace the link by a file, or change the file it points to by hand.',
  },
  [exits.changedUnderneath]: {
    code: 'FILE_CHANGED_UNDERNEATH',
    message: (doing) => `Could not ${doing}: the file was changed by somebody else in the meantime.`,
    nextStep: 'Assess the host again and make a new plan.',
    retryable: true,
  },
  [exits.tooLarge]: {
    code: 'OUTPUT_TOO_LARGE',
    message: (doing) => `Could not ${doing}: it is larger than Bulwark reads.`,
    nextStep: 'Check that the path is the file you expect.',
  },
  [exits.exists]: {
    code: 'PRECONDITION_FAILED',
    message: (doing) => `Could not ${doing}: the destination exists already.`,
    nextStep: 'Look at the destination on the host and move it away if it is not needed.',
  },
  [exits.cutShort]: {
    code: 'SSH_CONNECTION_LOST',
    message: (doing) => `Could not ${doing}: the data did not arrive completely.`,
    nextStep: 'Check the connection and try again.',
    retryable: true,
  },
  [exits.tooLate]: {
    code: 'GUARD_FIRED',
    message: (doing) => `Could not ${doing}: the time of the guard was over, so the old state stays.`,
    nextStep: 'Try again, with a longer time for the guard where the host is slow.',
    retryable: true,
  },
  [exits.mixed]: {
    code: 'COMMAND_FAILED',
    message: (doing) =>
      `Could not ${doing}: somebody else is moving these folders, so some of the files are new and some are old.`,
    nextStep: 'Find out who writes into these folders, then undo this step.',
    hostState: 'changed',
  },
  [exits.attributesLost]: {
    code: 'COMMAND_FAILED',
    message: (doing) =>
      `Could not ${doing}: the host did not take its capabilities, labels or other extended attributes.`,
    nextStep: 'Check that setfattr works there and that the file system has space, then try again.',
    retryable: true,
  },
  [exits.notOwnDirectory]: {
    code: 'PRECONDITION_FAILED',
    message: (doing) =>
      `Could not ${doing}: somebody else is changing its folder at the same moment, or it lies on a network file system, or behind a link of another account.`,
    nextStep: 'Find out who writes into this folder and where it lies, then assess again.',
    retryable: false,
  },
};

/** The error for a script that ended with a non-zero exit code. */
export function scriptError(output: ScriptOutput, failure: ScriptFailure): AppError {
  const explained = failure.explain?.(output);
  if (explained !== undefined) {
    return explained;
  }
  const detail = tailOf(output);
  const hostState = failure.hostState ?? 'unchanged';
  if (/No space left on device|Disk quota exceeded/i.test(detail)) {
    return appError(
      'DISK_FULL',
      `Could not ${failure.doing}: no space is left on the file system.`,
      'Free space on the host and try again.',
      { hostState, retryable: true, detail },
    );
  }
  const known = byExit[output.exitCode];
  if (known !== undefined) {
    return appError(known.code, known.message(failure.doing), known.nextStep, {
      hostState: known.hostState ?? hostState,
      detail,
      retryable: known.retryable ?? false,
    });
  }
  return appError(
    'COMMAND_FAILED',
    `Could not ${failure.doing}: the command on the host ended with code ${output.exitCode}.`,
    'Read the details; correct the cause on the host and try again.',
    { hostState, detail, retryable: true },
  );
}

/**
 * A failure after something was already written: whatever the last script says of itself, the host is changed.
 */
export function afterWriting<T>(result: Result<T>): Result<T> {
  return result.ok || result.error.hostState === 'unknown' || result.error.hostState === 'restored'
    ? result
    : fail({ ...result.error, hostState: 'changed' });
}

/** Runs and gives standard output; a non-zero exit code becomes an error. */
export async function runChecked(
  host: HostWriter,
  request: ScriptRequest,
  failure: ScriptFailure,
  signal?: AbortSignal,
): Promise<Result<Uint8Array>> {
  const ran = await host.run(request, signal);
  if (!ran.ok) {
    return ran;
  }
  return ran.value.exitCode === 0 ? succeed(ran.value.stdout) : fail(scriptError(ran.value, failure));
}
