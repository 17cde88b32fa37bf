/**
 * Passwords for this session of the app: asked when a host wants one, kept in memory only, forgotten when the host refuses
 * them. Nothing of them is written anywhere.
 */
import type { Host } from '../../shared/domain/host.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import type { Credentials } from '../adapters/ssh/credentials.ts';
import type { Questions } from './questions.ts';

type Purpose = 'password' | 'passphrase' | 'sudo-password';

export interface AskedCredentials extends Credentials {
  /** After a refusal: the next time is a new question, counted. */
  forget(hostId: string, purpose: Purpose): void;
  forgetAll(): void;
  /** The connection that wanted something has ended: its questions go, host key included. */
  withdraw(hostId: string): void;
  /** Whether the operator's last answer for this host was to give none. */
  declined(hostId: string): boolean;
  /** For the headless entry point: an answer given beforehand. */
  give(hostId: string, purpose: Purpose, secret: Secret): void;
}

export function createAskedCredentials(
  questions: Questions,
  hostOf: (hostId: string) => Host | undefined,
): AskedCredentials {
  const kept = new Map<string, Secret>();
  const attempts = new Map<string, number>();
  const declined = new Set<string>();
  const asking = new Map<string, Promise<Secret | undefined>>();

  async function obtain(hostId: string, purpose: Purpose, prompt: string): Promise<Secret | undefined> {
    const key = `${hostId}\n${purpose}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    // Two connections of one host (a fresh one proves access) must not ask twice at once.
    const running = asking.get(key);
    if (running !== undefined) return await running;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const question = questions.askSecret({
      type: 'secret',
      hostId,
      hostName: hostOf(hostId)?.name ?? hostId,
      purpose,
      prompt,
      attempt,
    });
    asking.set(key, question);
    try {
      const answer = await question;
      if (answer === undefined) {
        declined.add(hostId);
        attempts.delete(key);
      } else {
        declined.delete(hostId);
        kept.set(key, answer);
      }
      return answer;
    } finally {
      asking.delete(key);
    }
  }

  return {
    password: (hostId) => obtain(hostId, 'password', `Password of ${hostOf(hostId)?.user ?? 'the user'}`),
    passphrase: (hostId) => obtain(hostId, 'passphrase', 'Passphrase of the key file'),
    sudoPassword: (hostId) =>
      obtain(hostId, 'sudo-password', `sudo password of ${hostOf(hostId)?.user ?? 'the user'}`),
    async respond(question) {
      const answers: Secret[] = [];
      for (const prompt of question.prompts) {
        const answer = await questions.askSecret({
          type: 'secret',
          hostId: question.hostId,
          hostName: hostOf(question.hostId)?.name ?? question.hostId,
          purpose: 'interactive',
          prompt: prompt.text.slice(0, 200),
          attempt: 1,
        });
        if (answer === undefined) return undefined;
        answers.push(answer);
      }
      return answers;
    },
    forget(hostId, purpose) {
      kept.delete(`${hostId}\n${purpose}`);
    },
    forgetAll() {
      kept.clear();
      attempts.clear();
      declined.clear();
    },
    withdraw(hostId) {
      questions.withdraw(
        (question) =>
          question.hostId === hostId && (question.type === 'secret' || question.type === 'host-key'),
      );
    },
    declined: (hostId) => declined.has(hostId),
    give(hostId, purpose, secret) {
      kept.set(`${hostId}\n${purpose}`, secret);
    },
  };
}
