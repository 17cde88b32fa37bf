/** Nobody sits in front of a headless run: every question is answered at once by what was given beforehand, or refused. */
import type { Question } from '../../shared/contract/state.ts';
import type { Questions } from '../service/questions.ts';
import type { GivenSecrets } from './given-secrets.ts';
import { lockName } from './next-step.ts';
import type { Options } from './options.ts';

export interface Answers {
  /** Looks at the open questions and answers the new ones. */
  look(questions: readonly Question[], door: Questions): void;
}

export function createAnswers(options: Options, secrets: GivenSecrets): Answers {
  const settled = new Set<string>();
  const typed = new Set<string>();

  function answer(question: Question, door: Questions): void {
    switch (question.type) {
      case 'host-key':
        door.answer(question.id, options['accept-new-key'] === question.key.fingerprint ? 'trust' : 'refuse');
        return;
      case 'secret':
        // Passwords were handed over beforehand: a question means that they were refused or not given. Prompts that
        // the server words itself get the password once.
        if (
          question.purpose === 'interactive' &&
          secrets.password !== undefined &&
          !typed.has(question.hostId)
        ) {
          typed.add(question.hostId);
          door.answerSecret(question.id, secrets.password.reveal());
        } else door.answer(question.id, 'cancel');
        return;
      case 'lock':
        door.answer(
          question.id,
          (options['break-lock'] ?? []).includes(lockName(question.lock)) ? 'break-lock' : 'cancel',
        );
        return;
      case 'clients-trust':
        door.answer(question.id, options['clients-trust-both'] === true ? 'go-on' : 'cancel');
        return;
      case 'drift':
        door.answer(question.id, 'keep');
        return;
      case 'lacking':
        door.answer(question.id, options.keep === true ? 'keep' : 'cancel');
        return;
      case 'host-key-changed':
      case 'still-waiting':
      case 'rehearsal-impossible':
        door.answer(question.id, 'cancel');
        return;
    }
  }

  return {
    look(questions, door) {
      for (const question of questions) {
        if (settled.has(question.id)) continue;
        settled.add(question.id);
        answer(question, door);
      }
    },
  };
}
