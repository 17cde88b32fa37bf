/** Reads the two output streams of one remote command: marks of our own shells out, the script's bytes exactly as written. */

/** Noise before the script that is kept for recognising sudo's messages. */
const maxNoiseBytes = 64 * 1024;

export class Conversation {
  readonly #nonce: string;
  readonly #cap: number;
  #noise: { out: Buffer; err: Buffer } = { out: Buffer.alloc(0), err: Buffer.alloc(0) };
  readonly #kept: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  readonly #sizes = { out: 0, err: 0 };
  readonly #begun = { out: false, err: false };

  /** @param cap bytes allowed on each stream once the script has begun. */
  constructor(nonce: string, cap: number) {
    this.#nonce = nonce;
    this.#cap = cap;
  }

  /** False when the stream has grown over its cap. */
  take(stream: 'out' | 'err', chunk: Buffer): boolean {
    if (this.#begun[stream]) return this.#keep(stream, chunk);
    const all = Buffer.concat([this.#noise[stream], chunk]);
    const mark = Buffer.from(`${this.#nonce}:begin\n`);
    const at = all.indexOf(mark);
    if (at < 0) {
      this.#noise[stream] = all.subarray(-maxNoiseBytes);
      return true;
    }
    this.#begun[stream] = true;
    this.#noise[stream] = all.subarray(0, at);
    return this.#keep(stream, all.subarray(at + mark.length));
  }

  #keep(stream: 'out' | 'err', chunk: Buffer): boolean {
    this.#kept[stream].push(chunk);
    this.#sizes[stream] += chunk.length;
    // Room for the closing mark on standard error.
    return this.#sizes[stream] <= this.#cap + (stream === 'err' ? 100 : 0);
  }

  /** Whether the script's own shell runs (as root, where that was asked for). */
  get begun(): boolean {
    return this.#begun.err;
  }

  /** What stood on standard error before the script began: sudo's words, and greetings of login files. */
  get preface(): string {
    const ours = new RegExp(`${this.#nonce}:(password |[a-z-]+ ?[^\\n]*\\n)`, 'g');
    return this.#noise.err.toString('latin1').replaceAll(ours, '');
  }

  /** How often sudo has asked for the password. */
  get questions(): number {
    return this.#count(`${this.#nonce}:password `);
  }

  get noSudo(): boolean {
    return this.#count(`${this.#nonce}:no-sudo\n`) > 0;
  }

  get noTimeout(): boolean {
    return this.#text('err').includes(`${this.#nonce}:no-timeout\n`);
  }

  /** The address in the hello of the login user's shell; undefined: no POSIX shell has spoken. */
  get hello(): { readonly seenFrom: string | undefined } | undefined {
    const match = new RegExp(`${this.#nonce}:hello ([0-9A-Fa-f.:%a-z]*)\n`).exec(
      this.#noise.err.toString('latin1'),
    );
    if (match === null) return undefined;
    const address = match[1] ?? '';
    return { seenFrom: address === '' ? undefined : address };
  }

  /** The script's own exit code and output; undefined while, or because, it did not come to its end. */
  get ending():
    | { readonly exitCode: number; readonly stdout: Uint8Array; readonly stderr: Uint8Array }
    | undefined {
    if (!this.#begun.out || !this.#begun.err) return undefined;
    const err = Buffer.concat(this.#kept.err);
    const at = err.lastIndexOf(`${this.#nonce}:end `);
    if (at < 0) return undefined;
    const match = /^[0-9a-f]+:end ([0-9]{1,3})\n/.exec(err.subarray(at, at + 100).toString('latin1'));
    if (match === null) return undefined;
    const after = err.subarray(at + match[0].length);
    return {
      exitCode: Number(match[1]),
      stdout: new Uint8Array(Buffer.concat(this.#kept.out)),
      stderr: new Uint8Array(Buffer.concat([err.subarray(0, at), after])),
    };
  }

  get overflowing(): boolean {
    const ending = this.ending;
    const err = ending === undefined ? this.#sizes.err : ending.stderr.length;
    return this.#sizes.out > this.#cap || err > this.#cap;
  }

  #text(stream: 'out' | 'err'): string {
    return Buffer.concat(this.#kept[stream]).toString('latin1');
  }

  #count(needle: string): number {
    return this.#noise.err.toString('latin1').split(needle).length - 1;
  }
}
