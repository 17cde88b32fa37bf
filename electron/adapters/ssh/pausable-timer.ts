/** A deadline that stands still while a person is being asked. */
export class PausableTimer {
  #left: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #pauses = 0;
  #stopped = false;
  readonly #fire: () => void;

  /** Starts at once. @param milliseconds until `fire` is called, pauses not counted. */
  constructor(milliseconds: number, fire: () => void) {
    this.#left = milliseconds;
    this.#fire = fire;
    this.#run();
  }

  async pausedDuring<T>(work: () => Promise<T>): Promise<T> {
    this.#pause();
    try {
      return await work();
    } finally {
      this.#resume();
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => {
      this.#stopped = true;
      this.#fire();
    }, this.#left);
  }

  #pause(): void {
    this.#pauses += 1;
    if (this.#pauses > 1 || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#left = Math.max(0, this.#left - (performance.now() - this.#startedAt));
  }

  #resume(): void {
    this.#pauses -= 1;
    if (this.#pauses === 0 && !this.#stopped) this.#run();
  }
}
