/** Lets a limited number of channels be open at once, and fewer when the server says that it allows fewer. */
export class ChannelGate {
  #limit: number;
  #active = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param limit 1 to 8; OpenSSH's own default limit is 10 and it frees places late. */
  constructor(limit: number) {
    this.#limit = Math.min(8, Math.max(1, limit));
  }

  get limit(): number {
    return this.#limit;
  }

  /** Resolves with the function that gives the place back, or undefined when the signal fired first. */
  async enter(signal?: AbortSignal): Promise<(() => void) | undefined> {
    if (signal?.aborted === true) return undefined;
    if (this.#active >= this.#limit && !(await this.#queue(signal))) return undefined;
    this.#active += 1;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#active -= 1;
      this.#admit();
    };
  }

  /** The server refused a channel: half as many from now on, never less than one. */
  halve(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  #queue(signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const admit = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve(true);
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(admit), 1);
        resolve(false);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(admit);
    });
  }

  #admit(): void {
    if (this.#active < this.#limit) this.#waiting.shift()?.();
  }
}
