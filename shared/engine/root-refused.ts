/** Root rights that are refused while something is waited for: asking again and again would lock the account out (pam_faillock). */
import type { AppError } from '../domain/error.ts';
import { fail, type Result } from '../domain/result.ts';

/** How often the same wait may be refused: a sudo rule that is just being written is there again the next time. */
const borne = 3;

export class Refusals {
  #count = 0;
  #nextStep: string;

  /** @param nextStep what the operator does once root rights are back */
  constructor(nextStep: string) {
    this.#nextStep = nextStep;
  }

  /** Undefined while it may be asked again; what the host does meanwhile is not known then. */
  count(error: AppError): Result<never> | undefined {
    this.#count = error.code.startsWith('SUDO_') ? this.#count + 1 : this.#count;
    return this.#count < borne
      ? undefined
      : fail({ ...error, nextStep: `${error.nextStep} ${this.#nextStep}`, hostState: 'unknown' });
  }

  answered(): void {
    this.#count = 0;
  }
}
