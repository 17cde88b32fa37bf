import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from './exit-code.ts';

/** Takes connections and never says a word: only an interruption can end what waits for it. */
let silent: Server;
let address = '';

beforeAll(async () => {
  silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const at = silent.address();
  address = `op@127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
});

afterAll(() => {
  silent.close();
});

interface Interrupted {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** As a terminal does it: the signal goes to everything that the shell started. */
async function interrupted(form: readonly [string, ...string[]]): Promise<Interrupted> {
  const [program, ...before] = form;
  const child = spawn(
    program,
    [...before, 'assess', '--host', address, '--known-hosts', import.meta.filename, '--password-stdin'],
    { detached: true, timeout: 90_000 },
  );
  child.stdin.end('x\n');
  child.stdout.resume();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Interrupted>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  await new Promise<void>((resolve) => {
    silent.once('connection', () => resolve());
    child.once('close', () => resolve());
  });
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
  return await ended;
}

// `exec` in the script of a checkout: a shell between npm and the program would die of the signal, and npm with it.
const forms: readonly (readonly [string, readonly [string, ...string[]]])[] = [
  ['of a checkout', ['npm', 'run', '-s', 'bulwark', '--']],
  ['of the program alone', [process.execPath, '--import', 'tsx', 'electron/headless/main.ts']],
];

describe('Ctrl-C', () => {
  it.each(forms)(
    'stops the form %s at a safe point, and says so',
    async (_form, command) => {
      const { code, signal, stderr } = await interrupted(command);
      expect({ code, signal, stderr }).toMatchObject({ code: exitCodes.cancelled, signal: null });
      expect(stderr).toContain('Stopping at the next safe point');
      expect(stderr).toContain('The assessment was cancelled. (CANCELLED)');
    },
    120_000,
  );
});
