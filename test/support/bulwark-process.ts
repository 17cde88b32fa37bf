/** The program itself, as a shell starts it: arguments, standard input, two streams and an exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What other users of this machine could read of it: arguments and environments of the program and what it started. */
export type Visible = Set<string>;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

function look(pid: number, seen: Visible): void {
  for (const name of ['cmdline', 'environ']) seen.add(textOf(`/proc/${pid}/${name}`));
  for (const child of textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean))
    look(Number(child), seen);
}

/**
 * @param seen collects, ten times a second, what `/proc` shows of the program
 * @param home of the operator, when it is not this process's own
 */
export function startBulwark(args: readonly string[], input = '', seen?: Visible, home?: string): Running {
  const { XDG_CONFIG_HOME: _own, ...env } = process.env;
  // One process, so that a signal reaches the program and nothing outlives it.
  const child = spawn(process.execPath, ['--import', 'tsx', 'electron/headless/main.ts', ...args], {
    env: home === undefined ? process.env : { ...env, HOME: home },
  });
  const timer = setInterval(() => {
    if (seen !== undefined && child.pid !== undefined) look(child.pid, seen);
  }, 100);
  const ended = new Promise<Ended>((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, stdout, stderr });
    });
  });
  child.stdin.end(input);
  return { child, ended };
}

export function bulwark(args: readonly string[], input = '', seen?: Visible): Promise<Ended> {
  return startBulwark(args, input, seen).ended;
}
