/** The program: arguments and streams of a shell, handed to `run`. */
import { text } from 'node:stream/consumers';
import { exitCodes } from './exit-code.ts';
import { run } from './run.ts';

const interrupted = new AbortController();

/** Milliseconds in which signals count as one: a Ctrl-C comes from the terminal, and once more from an `npm` around us. */
const onePress = 500;
let firstAt = Number.POSITIVE_INFINITY;

function interrupt(): void {
  if (!interrupted.signal.aborted) {
    firstAt = performance.now();
    process.stderr.write('Stopping at the next safe point. Ctrl-C once more ends at once.\n');
    interrupted.abort();
  } else if (performance.now() - firstAt > onePress) {
    process.exit(exitCodes.cancelled);
  }
}
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

function line(stream: NodeJS.WriteStream): (words: string) => void {
  return (words) => {
    stream.write(`${words}\n`);
  };
}
// A reader that has gone (`bulwark … | head`) is no reason to fail.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), {
  out: line(process.stdout),
  err: line(process.stderr),
  readInput: () => text(process.stdin),
  signal: interrupted.signal,
});
process.removeListener('SIGINT', interrupt);
process.removeListener('SIGTERM', interrupt);
