/**
 * The one place where text becomes part of a shell command line. Everything between single quotes is literal to a POSIX
 * shell; only the single quote itself has to leave the quotes for a moment.
 */

/** Whether a value can be an argument at all: no NUL, and nothing that UTF-8 cannot carry. */
export function isArgument(value: string): boolean {
  return !value.includes('\0') && !/\p{Surrogate}/u.test(value);
}

/** `value` as one word of a POSIX shell command. `value` must satisfy `isArgument`. */
export function quoteArgument(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** An argument list as one POSIX shell command. */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteArgument).join(' ');
}
