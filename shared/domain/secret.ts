/**
 * A value that must never be printed. It shows as "[secret]" in logs, JSON and template strings; only `reveal` gives it
 * away, and every call of `reveal` is a place that a reviewer can list.
 */
const shown = '[secret]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The clear value. Callers put it on standard input or into an encrypted record, nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  get [Symbol.toStringTag](): string {
    return 'Secret';
  }
}

/** Names a secret in the vault, e.g. `es/<hostId>/elastic`; may be shown, stored and reported. */
export type SecretRef = string;
