/** Where secrets for logging in come from. Each is asked for when the host wants it and its key has been verified, not before. */
import type { Secret } from '../../../shared/domain/secret.ts';

export interface KeyboardPrompt {
  readonly text: string;
  /** Whether what is typed may be shown. */
  readonly echo: boolean;
}

export interface KeyboardQuestion {
  readonly hostId: string;
  readonly name: string;
  readonly instructions: string;
  readonly prompts: readonly KeyboardPrompt[];
}

/** Every answer may be `undefined`: the operator has none or does not want to give it. */
export interface Credentials {
  password(hostId: string): Promise<Secret | undefined>;
  passphrase(hostId: string): Promise<Secret | undefined>;
  sudoPassword(hostId: string): Promise<Secret | undefined>;
  /** One answer for each prompt of a keyboard-interactive question, in order. */
  respond(question: KeyboardQuestion): Promise<readonly Secret[] | undefined>;
}
