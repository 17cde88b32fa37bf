/** Where the engine stops: counts the boundaries it passes, reports them, and waits at the chosen one until the fault is there. */
import type { Boundary, Done } from './contract.ts';

/** How the engine goes on after it was stopped. */
export interface GoOn {
  /** The answer to the command that has just run never came: the link is dead by now. */
  readonly answerLost: boolean;
  /** Milliseconds by which the operator's clock is wrong from now on. */
  readonly clockOffset: number;
}

/** Repeated questions (is it up yet?) differ from run to run: only the first two of a name are boundaries. */
const countedRepeats = 2;

export class Gate {
  /** Milliseconds added to the operator's clock. */
  clockOffset = 0;
  readonly #reached = new Set<Boundary>();
  readonly #counts = new Map<string, number>();
  readonly #report: (boundary: Boundary, done: Omit<Done, 'disk'>) => void;
  readonly #stop: (boundary: Boundary) => Promise<GoOn>;
  readonly #stopAt: Boundary | undefined;
  /** Boundaries count from here on; before it the engine is only brought to where the case begins. */
  #open = false;
  #operation: 'apply' | 'undo' = 'apply';
  #changing = false;
  #host = 0;
  #clock = 0;

  constructor(
    stopAt: Boundary | undefined,
    report: (boundary: Boundary, done: Omit<Done, 'disk'>) => void,
    stop: (boundary: Boundary) => Promise<GoOn>,
  ) {
    this.#stopAt = stopAt;
    this.#report = report;
    this.#stop = stop;
  }

  begin(operation: 'apply' | 'undo'): void {
    this.#open = true;
    this.#operation = operation;
  }

  end(): void {
    this.#open = false;
  }

  /** Commands on the host are boundaries only while a kind changes something. */
  changing(yes: boolean): void {
    this.#changing = yes;
  }

  /** Something that takes time or the host. */
  async onHost<T>(act: () => Promise<T>): Promise<T> {
    this.#host += 1;
    try {
      return await act();
    } finally {
      this.#host += 1;
    }
  }

  clockRead(): void {
    this.#clock += 1;
  }

  /** The name of a command that is about to be sent; undefined when it is no boundary. */
  command(name: string): string | undefined {
    if (!this.#open || !this.#changing) return undefined;
    const key = `${this.#operation}: ${name}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count > countedRepeats ? undefined : `${key} ${count}`;
  }

  /** Passes a boundary; gives what the stop brought with it when this was the chosen one. */
  async reach(name: string): Promise<GoOn | undefined> {
    if (!this.#open) return undefined;
    const boundary = name.includes(': ') || this.#operation === 'apply' ? name : `undo: ${name}`;
    if (this.#reached.has(boundary)) return undefined;
    this.#reached.add(boundary);
    this.#report(boundary, { host: this.#host, clock: this.#clock });
    if (boundary !== this.#stopAt) return undefined;
    const goOn = await this.#stop(boundary);
    this.clockOffset += goOn.clockOffset;
    return goOn;
  }
}
