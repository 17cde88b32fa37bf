/** Decisions that only the operator can take: asked through the state, answered by id, withdrawn when no longer needed. */
import { randomUUID } from 'node:crypto';
import type { Question } from '../../shared/contract/state.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { StateStore } from './state-store.ts';

export type QuestionDraft = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;
export type PlainAnswer = 'trust' | 'refuse' | 'overwrite' | 'keep' | 'break-lock' | 'go-on' | 'cancel';

export interface Questions {
  ask(question: QuestionDraft, signal?: AbortSignal): Promise<PlainAnswer>;
  askSecret(
    question: Extract<QuestionDraft, { type: 'secret' }>,
    signal?: AbortSignal,
  ): Promise<Secret | undefined>;
  answer(id: string, answer: PlainAnswer): boolean;
  answerSecret(id: string, value: string): boolean;
  /** Takes questions back that nobody needs answered any more; whoever waits for one reads it as cancelled. */
  withdraw(which: (question: Question) => boolean): void;
}

export function createQuestions(store: StateStore): Questions {
  const waiting = new Map<string, (answer: PlainAnswer | Secret) => void>();

  function pose(question: QuestionDraft, signal: AbortSignal | undefined): Promise<PlainAnswer | Secret> {
    const id = randomUUID();
    return new Promise((resolve) => {
      function settle(answer: PlainAnswer | Secret): void {
        if (!waiting.delete(id)) return;
        signal?.removeEventListener('abort', withdraw);
        store.set({ questions: store.get().questions.filter((entry) => entry.id !== id) });
        resolve(answer);
      }
      function withdraw(): void {
        settle('cancel');
      }
      if (signal?.aborted === true) {
        resolve('cancel');
        return;
      }
      waiting.set(id, settle);
      signal?.addEventListener('abort', withdraw, { once: true });
      store.set({ questions: [...store.get().questions, { ...question, id } as Question] });
    });
  }

  return {
    async ask(question, signal) {
      const answer = await pose(question, signal);
      return answer instanceof Secret ? 'cancel' : answer;
    },
    async askSecret(question, signal) {
      const answer = await pose(question, signal);
      return answer instanceof Secret ? answer : undefined;
    },
    answer(id, answer) {
      const settle = waiting.get(id);
      settle?.(answer);
      return settle !== undefined;
    },
    answerSecret(id, value) {
      const asked = store.get().questions.find((entry) => entry.id === id);
      const settle = waiting.get(id);
      if (asked?.type !== 'secret' || settle === undefined) return false;
      settle(new Secret(value));
      return true;
    },
    withdraw(which) {
      for (const question of store.get().questions) if (which(question)) waiting.get(question.id)?.('cancel');
    },
  };
}
