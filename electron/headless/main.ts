/** The program: arguments and streams of a shell, handed to `run`. */
import { text } from 'node:stream/consumers';
import { exitCodes } from './exit-code.ts';
import { run } from './run.ts';

const interrupted = new AbortController();

function interrupt(): void {
  // The first one stops at the next safe point; who presses again means it.
  if (interrupted.signal.aborted) process.exit(exitCodes.cancelled);
  interrupted.abort();
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
