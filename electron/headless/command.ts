/** What a command is, and how its result reaches the terminal. */
import type { AppError } from '../../shared/domain/error.ts';
import type { Result } from '../../shared/domain/result.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import { atTheTerminal } from './next-step.ts';
import type { OptionName, Options, Parsed } from './options.ts';
import type { Terminal } from './terminal.ts';
import { errorText } from './words.ts';

/** Both ways to tell a result; only one of them is printed. */
export interface Output {
  readonly exitCode: ExitCode;
  /** Members of the JSON object, besides `format`, `version` and `exitCode`. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Part of the result, when the command did something and did not get to the end. */
  readonly error?: AppError;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** How it is called, one line each. */
  readonly usage: readonly string[];
  readonly options: readonly OptionName[];
  /** For errors that say how the work itself went. */
  readonly otherwise?: ExitCode;
  run(parsed: Parsed, terminal: Terminal): Promise<Result<Output>>;
}

export function tell(
  command: Command,
  options: Options,
  result: Result<Output>,
  terminal: Terminal,
): ExitCode {
  if (!result.ok) return tellError(result.error, options.json === true, terminal, command);
  const { exitCode, data, text } = result.value;
  const error =
    result.value.error === undefined ? undefined : atTheTerminal(result.value.error, command.options);
  if (options.json === true) {
    const failed = error === undefined ? {} : { error };
    terminal.out(
      JSON.stringify(
        { format: `bulwark-${command.name}`, version: 1, exitCode, ...data, ...failed },
        null,
        2,
      ),
    );
    return exitCode;
  }
  if (text !== '') terminal.out(text);
  if (error !== undefined) terminal.err(errorText(error));
  return exitCode;
}

export function tellError(
  failure: AppError,
  asJson: boolean,
  terminal: Terminal,
  command?: Command,
): ExitCode {
  const exitCode = exitCodeOf(failure, command?.otherwise ?? exitCodes.fails);
  const error = atTheTerminal(failure, command?.options ?? []);
  if (asJson) terminal.out(JSON.stringify({ format: 'bulwark-error', version: 1, exitCode, error }, null, 2));
  else terminal.err(errorText(error));
  return exitCode;
}
