/** Follows one remote command from the opened channel to its end: feeds standard input at the right moment, keeps the clock. */
import type { ClientChannel } from 'ssh2';
import { type AppError, appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { ScriptOutput } from '../../../shared/engine/ports.ts';
import { Conversation } from './conversation.ts';
import { PausableTimer } from './pausable-timer.ts';
import type { Elevation } from './remote-command.ts';
import { cancelled, connectionLost, noPosixShell } from './ssh-errors.ts';
import { sudoError, sudoMissing, sudoPasswordWrong, sudoSilent } from './sudo-errors.ts';

/** Time for login files, sudo and PAM until the script begins. */
const beginTimeoutMs = 45_000;
/** What the host's own clock may be late by: five seconds until it kills, and the way back. */
const deadlineSlackMs = 20_000;
/** A child that was left behind may hold the streams open; the command is over all the same. */
const lingerMs = 2_000;

export interface ExecutionOrder {
  readonly name: string;
  readonly nonce: string;
  readonly elevation: Elevation;
  readonly user: string;
  readonly place: string;
  readonly deadlineSeconds: number;
  readonly maxOutputBytes: number;
  readonly input: Uint8Array;
  /** Hold the input back until the host has proved that it reached the script. */
  readonly holdInput: boolean;
  /** Whether the command may have changed the host when it does not come to its end. */
  readonly writes: boolean;
  readonly alive: () => boolean;
  readonly sudoPassword: () => Promise<Result<string>>;
  readonly signal: AbortSignal | undefined;
}

export interface Execution {
  readonly result: Result<ScriptOutput>;
  /** The hello of the host's shell, when there was one. */
  readonly hello: { readonly seenFrom: string | undefined } | undefined;
  /** Whether the script was reached, with the rights that were asked for. */
  readonly begun: boolean;
  /** Whether sudo asked for a password. */
  readonly asked: boolean;
}

export function follow(channel: ClientChannel, order: ExecutionOrder): Promise<Execution> {
  const talk = new Conversation(order.nonce, order.maxOutputBytes);
  const { writes, place, name, user, signal } = order;
  return new Promise((resolve) => {
    let settled = false;
    let inputSent = false;
    let answered = 0;
    let exited = false;
    let exit: { code: number | null | undefined; signal: string | undefined } = {
      code: undefined,
      signal: undefined,
    };
    let runTimer: NodeJS.Timeout | undefined;
    let lingerTimer: NodeJS.Timeout | undefined;
    let begunAt = 0;
    const beginTimer = new PausableTimer(beginTimeoutMs, () =>
      stop(
        order.elevation === 'none'
          ? noPosixShell(user, 'It gave no answer.')
          : sudoSilent(talk.preface.slice(-400)),
      ),
    );
    // A command that has its input goes on even when its channel is closed: nothing may be put back beside one that still
    // writes, so its end is waited for. Without its input it does nothing.
    const onAbort = () => {
      if (!writes || !inputSent) stop(cancelled('unchanged'));
    };

    function settle(result: Result<ScriptOutput>): void {
      if (settled) return;
      settled = true;
      beginTimer.stop();
      clearTimeout(runTimer);
      clearTimeout(lingerTimer);
      signal?.removeEventListener('abort', onAbort);
      resolve({ result, hello: talk.hello, begun: talk.begun, asked: talk.questions > 0 });
    }
    function stop(error: AppError): void {
      settle(fail(error));
      channel.close();
    }
    function sendInput(): void {
      if (inputSent || settled) return;
      inputSent = true;
      channel.end(Buffer.from(order.input));
    }
    function answerSudo(): void {
      answered += 1;
      if (answered > 1) return stop(sudoPasswordWrong(user));
      beginTimer
        .pausedDuring(order.sudoPassword)
        .then((password) => {
          if (!password.ok) return stop(password.error);
          if (!settled) channel.write(Buffer.from(`${password.value}\n`));
        })
        .catch((cause: unknown) => stop(sudoSilent(String(cause))));
    }
    function onData(stream: 'out' | 'err', chunk: Buffer): void {
      if (settled) return;
      if (!talk.take(stream, chunk)) return stop(outputTooLarge(name, order.maxOutputBytes, writes));
      if (!talk.begun) {
        if (order.elevation === 'prompt' && talk.questions > answered) answerSudo();
        return;
      }
      if (begunAt === 0) {
        begunAt = performance.now();
        beginTimer.stop();
        runTimer = setTimeout(
          () => stop(deadlineOver(name, order.deadlineSeconds, writes)),
          order.deadlineSeconds * 1000 + deadlineSlackMs,
        );
        sendInput();
      }
      if (exited) linger();
    }
    function linger(): void {
      clearTimeout(lingerTimer);
      lingerTimer = setTimeout(() => {
        settle(judge());
        channel.close();
      }, lingerMs);
    }
    function judge(): Result<ScriptOutput> {
      if (!order.alive()) return fail(connectionLost(place, `running ${name}`));
      if (talk.overflowing) return fail(outputTooLarge(name, order.maxOutputBytes, writes));
      const ending = talk.ending;
      if (ending !== undefined) return succeed(ending);
      return fail(unfinished());
    }
    function unfinished(): AppError {
      if (exit.code === undefined) return connectionLost(place, `running ${name}`);
      if (exit.code === 97 || talk.hello === undefined) return noPosixShell(user, talk.preface.slice(-400));
      if (talk.noSudo) return sudoMissing();
      if (!talk.begun) {
        const known = order.elevation === 'none' ? undefined : sudoError(talk.preface, user, answered > 0);
        return known ?? noPosixShell(user, talk.preface.slice(-400));
      }
      if (talk.noTimeout) return noTimeoutCommand();
      const ran = performance.now() - begunAt;
      const killed = exit.code === null || [124, 137, 143].includes(exit.code);
      if (killed && ran > order.deadlineSeconds * 900)
        return deadlineOver(name, order.deadlineSeconds, writes);
      if (exit.code === 98) return connectionLost(place, `sending ${name}`);
      return endedEarly(name, exit.signal ?? `exit code ${exit.code ?? 'none'}`, writes);
    }

    channel.on('data', (chunk: Buffer) => onData('out', chunk));
    channel.stderr.on('data', (chunk: Buffer) => onData('err', chunk));
    channel.on('error', () => undefined);
    channel.stderr.on('error', () => undefined);
    channel.on('exit', (code: number | null, killer?: string) => {
      exited = true;
      exit = { code, signal: killer };
      linger();
    });
    channel.on('close', (code: number | null | undefined, killer?: string) => {
      // The exit may have come in one piece with the start, before anybody listened.
      if (!exited && code !== undefined) exit = { code, signal: killer };
      // Standard output is at its end; standard error may have a piece left.
      if (channel.stderr.readableEnded) settle(judge());
      else {
        channel.stderr.once('end', () => settle(judge()));
        lingerTimer = setTimeout(() => settle(judge()), lingerMs);
      }
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) return onAbort();
    if (!order.holdInput) sendInput();
  });
}

function outputTooLarge(name: string, cap: number, writes: boolean): AppError {
  return appError(
    'OUTPUT_TOO_LARGE',
    `${name} gave more than ${cap} bytes; the rest was not read.`,
    'Look at the host for an unusually large file or list.',
    { hostState: writes ? 'unknown' : 'unchanged' },
  );
}

function deadlineOver(name: string, seconds: number, writes: boolean): AppError {
  return appError(
    'COMMAND_DEADLINE',
    `${name} did not finish within ${seconds} seconds and was ended on the host.`,
    'Look for a hung mount or a host under heavy load, then try again.',
    { hostState: writes ? 'unknown' : 'unchanged', retryable: true },
  );
}

function endedEarly(name: string, how: string, writes: boolean): AppError {
  return appError(
    'COMMAND_FAILED',
    `${name} was ended on the host before it finished.`,
    'Try again; look at the host’s log if it happens twice.',
    {
      hostState: writes ? 'unknown' : 'unchanged',
      retryable: true,
      detail: how,
    },
  );
}

function noTimeoutCommand(): AppError {
  return appError(
    'COMMAND_FAILED',
    'The host has no usable timeout command, so no command can be given a deadline.',
    'Install coreutils or BusyBox on the host.',
    { hostState: 'unchanged' },
  );
}
