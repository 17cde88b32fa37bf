/** The killable engine seen from outside. A process serves case after case until one of them kills it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Order, Said } from './child.ts';
import type { Passed } from './contract.ts';
import type { GoOn } from './gate.ts';

export interface RunEnd {
  readonly killed: boolean;
  readonly result: string;
  readonly detail: string;
  readonly reached: readonly Passed[];
}

export class EngineProcess {
  readonly #child: ChildProcess;
  #reached: Passed[] = [];
  #errors = '';
  #alive = true;
  #stopped: () => void = () => undefined;
  #over: (end: RunEnd) => void = () => undefined;
  #ended: Promise<RunEnd> = new Promise(() => undefined);

  constructor() {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'child.ts')], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Said));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    child.stdin.on('error', () => undefined);
    child.on('close', (_code, signal) => {
      this.#alive = false;
      const killed = signal === 'SIGKILL';
      this.#over({
        killed,
        result: killed ? 'killed' : 'crashed',
        detail: this.#errors.slice(-600),
        reached: this.#reached,
      });
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  #hear(said: Said): void {
    if (said.type === 'reached') this.#reached.push({ boundary: said.boundary, done: said.done });
    else if (said.type === 'stopped') this.#stopped();
    else if (said.type === 'ended')
      this.#over({ killed: false, result: said.result, detail: said.detail, reached: this.#reached });
  }

  /** Gives the end of the run when it never came to the boundary. */
  async begin(order: Order): Promise<RunEnd | 'stopped'> {
    this.#reached = [];
    this.#ended = new Promise((resolve) => {
      this.#over = resolve;
    });
    const stopped = new Promise<'stopped'>((resolve) => {
      this.#stopped = () => resolve('stopped');
    });
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    return await Promise.race([stopped, this.#ended]);
  }

  goOn(how: GoOn): void {
    this.#child.stdin?.write(`${JSON.stringify(how)}\n`);
  }

  kill(): void {
    this.#alive = false;
    this.#child.kill('SIGKILL');
  }

  ended(): Promise<RunEnd> {
    return this.#ended;
  }
}

/** Keeps one process ready. */
export class EngineProcesses {
  #current = new EngineProcess();

  /** A process that is doing nothing: the last case's, or a new one when that was killed. */
  take(): EngineProcess {
    if (!this.#current.alive) this.#current = new EngineProcess();
    return this.#current;
  }

  close(): void {
    this.#current.kill();
  }
}
