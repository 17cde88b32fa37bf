import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string;
  /** Milliseconds; the whole process group is killed after it and the code is 124. Default: ten minutes. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Called for every full line on stdout while the command runs. */
  readonly onLine?: (line: string) => void;
}

/** Something the lab needed did not work. The message is one sentence for the person at the terminal. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

/** Runs a program without a shell and waits for it. Never throws for a non-zero exit; 127 when it cannot start. */
export function execute(argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
    });
    let stdout = '';
    let stderr = '';
    let pending = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) killGroup(child.pid);
    }, options.timeoutMs ?? 600_000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!options.onLine) return;
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) options.onLine(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, stdout, stderr: `${stderr}${error.message}` });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const status = timedOut ? 124 : (code ?? (signal ? 137 : 1));
      resolve({ code: status, stdout, stderr });
    });
  });
}

/** As execute, but a non-zero exit becomes a LabError that says what was tried and how it ended. */
export async function must(what: string, argv: readonly string[], options?: CommandOptions): Promise<string> {
  const { code, stdout, stderr } = await execute(argv, options);
  if (code === 0) return stdout;
  const tail = `${stdout}\n${stderr}`.trim().split('\n').slice(-25).join('\n');
  throw new LabError(`${what} failed with exit code ${code}:\n${tail}`);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group ended by itself.
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks until the answer is there; a LabError names what was awaited after the deadline. */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new LabError(`Waited ${timeoutMs / 1000} s in vain for ${what}.`);
    await sleep(100);
  }
}
