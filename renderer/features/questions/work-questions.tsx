/** Questions in the middle of work on a host: drift, a lock, no rehearsal. */
import { Button } from '../../ui/patternfly.ts';
import { dayAndTime } from '../../ui/time.ts';
import { QuestionFrame } from './question-dialog.tsx';
import type { QuestionOf } from './questions.tsx';
import { useAnswer } from './use-answer.ts';

export function DriftQuestion({ question }: { readonly question: QuestionOf<'drift'> }) {
  const { answer, pending, error } = useAnswer(question.id);
  return (
    <QuestionFrame
      title={`${question.hostName} was changed by somebody else`}
      error={error}
      onClose={() => answer('cancel')}
      footer={
        <>
          <Button variant="secondary" data-first-focus="" isDisabled={pending} onClick={() => answer('keep')}>
            Keep what is there now
          </Button>
          <Button variant="secondary" isDisabled={pending} onClick={() => answer('overwrite')}>
            Overwrite with the old content
          </Button>
          <Button variant="link" isDisabled={pending} onClick={() => answer('cancel')}>
            Stop
          </Button>
        </>
      }
    >
      <div className="prose">
        <p>
          Undoing “{question.stepTitle}”, Bulwark found something that is not what it left there. Putting the
          old content back would throw away what somebody did since.
        </p>
        <pre className="mono-block" tabIndex={0}>
          {question.detail}
        </pre>
      </div>
    </QuestionFrame>
  );
}

export function LockQuestion({ question }: { readonly question: QuestionOf<'lock'> }) {
  const { answer, pending, error } = useAnswer(question.id);
  return (
    <QuestionFrame
      title={`${question.hostName} is locked by somebody else`}
      error={error}
      onClose={() => answer('cancel')}
      footer={
        <>
          <Button
            variant="secondary"
            data-first-focus=""
            isDisabled={pending}
            onClick={() => answer('cancel')}
          >
            Leave the lock alone
          </Button>
          <Button variant="danger" isDisabled={pending} onClick={() => answer('break-lock')}>
            Break the lock
          </Button>
        </>
      }
    >
      <div className="prose">
        <p>
          {question.owner} works on this host with Bulwark since {dayAndTime(question.since)}. Two at once
          could undo each other’s work.
        </p>
        <p>Break the lock only when you know that this work has ended. Nothing was changed.</p>
      </div>
    </QuestionFrame>
  );
}

export function RehearsalQuestion({ question }: { readonly question: QuestionOf<'rehearsal-impossible'> }) {
  const { answer, pending, error } = useAnswer(question.id);
  return (
    <QuestionFrame
      title={`The restart on ${question.hostName} cannot be rehearsed`}
      error={error}
      onClose={() => answer('cancel')}
      footer={
        <>
          <Button
            variant="secondary"
            data-first-focus=""
            isDisabled={pending}
            onClick={() => answer('cancel')}
          >
            Change nothing
          </Button>
          <Button variant="secondary" isDisabled={pending} onClick={() => answer('go-on')}>
            Go on without rehearsal
          </Button>
        </>
      }
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
    </QuestionFrame>
  );
}
