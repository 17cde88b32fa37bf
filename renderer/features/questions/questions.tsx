/** Asks the operator what only they can decide, one question at a time, in the order they came. */
import type { Question } from '../../../shared/contract/state.ts';
import { useMain } from '../../bridge/context.tsx';
import { ClientsQuestion } from './clients-question.tsx';
import { HostKeyChanged } from './host-key-changed.tsx';
import { HostKeyQuestion } from './host-key-question.tsx';
import { SecretQuestion } from './secret-question.tsx';
import {
  DriftQuestion,
  LackingQuestion,
  LockQuestion,
  RehearsalQuestion,
  WaitingQuestion,
} from './work-questions.tsx';

function Asked({ question }: { readonly question: Question }) {
  switch (question.type) {
    case 'host-key':
      return <HostKeyQuestion question={question} />;
    case 'host-key-changed':
      return <HostKeyChanged question={question} />;
    case 'secret':
      return <SecretQuestion question={question} />;
    case 'drift':
      return <DriftQuestion question={question} />;
    case 'lock':
      return <LockQuestion question={question} />;
    case 'lacking':
      return <LackingQuestion question={question} />;
    case 'still-waiting':
      return <WaitingQuestion question={question} />;
    case 'clients-trust':
      return <ClientsQuestion question={question} />;
    case 'rehearsal-impossible':
      return <RehearsalQuestion question={question} />;
  }
}

export function Questions() {
  const questions = useMain((state) => state.questions);
  // A changed key is the one thing that does not wait in line.
  const question = questions.find((entry) => entry.type === 'host-key-changed') ?? questions[0];
  return question === undefined ? null : <Asked key={question.id} question={question} />;
}

export type QuestionOf<T extends Question['type']> = Extract<Question, { readonly type: T }>;
