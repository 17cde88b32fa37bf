/** A host key that was never seen: the fingerprint, how to compare it, and two choices. Trusting is never the default. */
import { CopyButton } from '../../ui/copy-button.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { Button } from '../../ui/patternfly.ts';
import { QuestionFrame } from './question-dialog.tsx';
import type { QuestionOf } from './questions.tsx';
import { useAnswer } from './use-answer.ts';

export function HostKeyQuestion({ question }: { readonly question: QuestionOf<'host-key'> }) {
  const { answer, pending, error } = useAnswer(question.id);
  return (
    <QuestionFrame
      wide
      title={`Is this the key of ${question.hostName}?`}
      error={error}
      onClose={() => answer('refuse')}
      footer={
        <>
          <Button variant="secondary" isDisabled={pending} onClick={() => answer('trust')}>
            Trust this key
          </Button>
          <Button variant="link" data-first-focus="" isDisabled={pending} onClick={() => answer('refuse')}>
            Do not connect
          </Button>
        </>
      }
    >
      <p className="prose">
        Bulwark has not talked to <span className="mono">{question.address}</span> before. Nothing was sent
        yet. Compare this fingerprint with one that you got another way, and trust the key only when they are
        the same.
      </p>
      <Fingerprint hostKey={question.key} label="Key that was offered" />
      <p>On the host’s own console, this prints it:</p>
      <p className="command">
        <code className="mono">{question.compareCommand}</code>
        <CopyButton text={question.compareCommand} label="Copy the command" />
      </p>
    </QuestionFrame>
  );
}
