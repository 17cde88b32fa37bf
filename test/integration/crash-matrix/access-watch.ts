/** Tries to get in again and again from the moment of the fault, as an operator would; gives when the last failure was over. */
import type { Cell } from './contract.ts';
import { type Ground, wait } from './ground.ts';

const pause = 700;

export class AccessWatch {
  readonly #begun = Date.now();
  readonly #enter: () => Promise<boolean>;
  readonly #looking: Promise<void>;
  #over = false;
  /** Milliseconds after the fault at which access worked after the last failure; undefined while it does not. */
  #back: number | undefined;

  /** @param steadily whether to look all the time, or only at once and at the end, because nothing could shut anybody out for long */
  constructor(enter: () => Promise<boolean>, steadily: boolean) {
    this.#enter = enter;
    this.#looking = steadily ? this.#look() : this.#try().then(() => undefined);
  }

  async #look(): Promise<void> {
    while (!this.#over) {
      await this.#try();
      await wait(pause);
    }
  }

  async #try(): Promise<boolean> {
    const entered = await this.#enter();
    if (!entered) this.#back = undefined;
    else this.#back ??= Date.now() - this.#begun;
    return entered;
  }

  /**
   * Seconds, one decimal; undefined when nobody gets in although everything has come to rest. The last look is after the end,
   * so that being locked out late is seen. @param patience seconds to go on trying
   */
  async end(patience: number): Promise<number | undefined> {
    this.#over = true;
    await this.#looking;
    const deadline = Date.now() + patience * 1000;
    while (!(await this.#try()) && Date.now() < deadline) await wait(pause);
    return this.#back === undefined ? undefined : Math.round(this.#back / 100) / 10;
  }
}

/** Above it access did not come back within the window: seconds beside the guard's own. */
const accessSlack = 12;
/** Where nothing shuts anybody out only a busy machine lets a login wait. */
const unguardedSeconds = 60;
/** How long a lab host may take to start on a busy machine; one with a kernel of its own is emulated. */
const bootSeconds = { container: 60, ownKernel: 180 } as const;

/** Seconds after which access must be back. */
export function accessLimit(cell: Cell, ground: Ground): number {
  if (cell.fault === 'host-rebooted') return bootSeconds[ground.ownKernel ? 'ownKernel' : 'container'];
  // It is taken away on purpose, and given back after the run.
  if (cell.fault === 'sudo-revoked') return Number.POSITIVE_INFINITY;
  const { guardSeconds } = ground.kind;
  return guardSeconds === undefined ? unguardedSeconds : guardSeconds + accessSlack;
}
