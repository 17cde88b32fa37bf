/** Questions in the middle of work on a host: drift, a lock, no rehearsal. */
import type { ReactNode } from 'react';
import { asTask } from '../../copy/words.ts';
import { DiffView } from '../../ui/diff-view.tsx';
import { Button } from '../../ui/patternfly.ts';
import { withLocalTimes } from '../../ui/time.ts';
import { QuestionFrame } from './question-dialog.tsx';
import type { QuestionOf } from './questions.tsx';
import { type PlainAnswer, useAnswer } from './use-answer.ts';

interface Choice {
  readonly answer: PlainAnswer;
  readonly words: string;
  /** Throws away what somebody else did. */
  readonly danger?: boolean;
}

/** The first choice is the careful one: it has the focus. Closing the dialog cancels. */
export function WorkQuestion({
  id,
  title,
  choices,
  wide = false,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly choices: readonly [Choice, ...Choice[]];
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  const { answer, pending, error } = useAnswer(id);
  return (
    <QuestionFrame
      title={title}
      error={error}
      wide={wide}
      onClose={() => answer('cancel')}
      footer={choices.map((choice, index) => (
        <Button
          key={choice.answer}
          variant={
            choice.danger === true ? 'danger' : index > 0 && choice.answer === 'cancel' ? 'link' : 'secondary'
          }
          {...(index === 0 ? { 'data-first-focus': '' } : {})}
          isDisabled={pending}
          onClick={() => answer(choice.answer)}
        >
          {choice.words}
        </Button>
      ))}
    >
      {children}
    </QuestionFrame>
  );
}

export function DriftQuestion({ question }: { readonly question: QuestionOf<'drift'> }) {
  return (
    <WorkQuestion
      id={question.id}
      title={`${question.hostName} was changed by somebody else`}
      wide={question.diffs.length > 0}
      choices={[
        { answer: 'keep', words: 'Keep what is there now' },
        { answer: 'overwrite', words: 'Put the old content back anyway', danger: true },
        { answer: 'cancel', words: 'Stop undoing' },
      ]}
    >
      <div className="prose">
        <p>
          Undoing “{asTask(question.stepTitle).replace(/\.$/, '')}”, Bulwark found something that is not what
          it left there. Putting the old content back would throw away what somebody did since.
        </p>
      </div>
      {question.diffs.length === 0 ? (
        <pre className="mono-block" tabIndex={0}>
          {question.detail}
        </pre>
      ) : (
        <>
          <h2 className="drift-heading">From what Bulwark left (−) to what is there now (+)</h2>
          {question.diffs.map((diff) => (
            <DiffView key={diff.subject} diff={diff} />
          ))}
        </>
      )}
    </WorkQuestion>
  );
}

export function LockQuestion({ question }: { readonly question: QuestionOf<'lock'> }) {
  return (
    <WorkQuestion
      id={question.id}
      title={`${question.hostName} is locked by somebody else`}
      choices={[
        { answer: 'cancel', words: 'Leave the lock alone' },
        { answer: 'break-lock', words: 'Break the lock', danger: true },
      ]}
    >
      <div className="prose">
        <p>
          {withLocalTimes(question.holder)} Two at once could undo each other’s work. {question.advice}
        </p>
        <p>Nothing was changed.</p>
      </div>
    </WorkQuestion>
  );
}

export function LackingQuestion({ question }: { readonly question: QuestionOf<'lacking'> }) {
  return (
    <WorkQuestion
      id={question.id}
      title={`${question.hostName} took the change and lacks something`}
      choices={[
        { answer: 'cancel', words: 'Leave it open' },
        { answer: 'keep', words: 'Keep it as it is' },
      ]}
    >
      <div className="prose">
        <p>
          “{asTask(question.stepTitle).replace(/\.$/, '')}” was interrupted, and took effect all the same.{' '}
          {question.detail}
        </p>
        <p>{question.advice}</p>
        <p>Nothing was changed. Left open, it can still be kept or taken back.</p>
      </div>
    </WorkQuestion>
  );
}

export function WaitingQuestion({ question }: { readonly question: QuestionOf<'still-waiting'> }) {
  return (
    <WorkQuestion
      id={question.id}
      title={`The cluster of ${question.hostName} has not recovered yet`}
      choices={[
        { answer: 'go-on', words: 'Wait longer' },
        { answer: 'cancel', words: 'Stop here' },
      ]}
    >
      <div className="prose">
        <p>The node was restarted and is back. {question.detail}</p>
        <p>
          No other node is stopped while this is so, and this question goes away when the cluster has
          recovered. If you stop here, what was done stays; the nodes that are left are not touched.
        </p>
      </div>
    </WorkQuestion>
  );
}

export function RehearsalQuestion({ question }: { readonly question: QuestionOf<'rehearsal-impossible'> }) {
  return (
    <WorkQuestion
      id={question.id}
      title={`The restart on ${question.hostName} cannot be rehearsed`}
      choices={[
        { answer: 'cancel', words: 'Change nothing' },
        { answer: 'go-on', words: 'Go on without rehearsal' },
      ]}
    >
      <div className="prose">
        <p>
          Before a restart, Bulwark starts the new configuration once beside the running node, to see whether
          Elasticsearch accepts it. That is not possible here: {question.reason}
        </p>
        <p>
          Without it, a configuration that Elasticsearch rejects is noticed only after the node was stopped.
          Bulwark would then put the old one back and start it again.
        </p>
      </div>
    </WorkQuestion>
  );
}
