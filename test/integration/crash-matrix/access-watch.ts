/** Tries to get in again and again from the moment of the fault, as an operator would; gives when the last failure was over. */
import { wait } from './ground.ts';

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
