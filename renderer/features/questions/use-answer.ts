import type { Bridge } from '../../../shared/contract/derive.ts';
import { type Call, useCall, useClient } from '../../bridge/context.tsx';

type AnswerInput = Parameters<Bridge['call']['question']['answer']>[0];
export type PlainAnswer = AnswerInput['answer'];

/** Sends the operator's choice. */
export function useAnswer(
  questionId: string,
): Omit<Call<AnswerInput, unknown>, 'run'> & { readonly answer: (choice: PlainAnswer) => void } {
  const client = useClient();
  const { run, ...rest } = useCall(client.question.answer);
  return { ...rest, answer: (choice) => void run({ questionId, answer: choice }) };
}
