/** A changed host key stops everything: both fingerprints, no way to go on from here. */
import { useId } from 'react';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { Glyph } from '../../ui/marks.tsx';
import { Button, Modal } from '../../ui/patternfly.ts';
import type { QuestionOf } from './questions.tsx';
import { useAnswer } from './use-answer.ts';

export function HostKeyChanged({ question }: { readonly question: QuestionOf<'host-key-changed'> }) {
  const { answer, pending, error } = useAnswer(question.id);
  const title = useId();
  const text = useId();
  return (
    <Modal
      isOpen
      role="alertdialog"
      className="stop"
      backdropClassName="stop-backdrop"
      aria-labelledby={title}
      aria-describedby={text}
      elementToFocus="[data-first-focus]"
      onEscapePress={() => answer('refuse')}
    >
      <div className="stop-body">
        <Glyph name="shield" size={40} />
        <h1 id={title}>{question.hostName} has a different key</h1>
        <div id={text} className="prose">
          <p>
            <span className="mono">{question.address}</span> answered with a host key that is not the one you
            trusted. Either the host was set up anew, or something else is answering in its place.
          </p>
          <p>Bulwark stopped before sending any credential. Nothing was changed.</p>
        </div>
        <div className="stop-keys">
          <Fingerprint hostKey={question.known} label="Trusted before" />
          <Fingerprint hostKey={question.offered} label="Offered now" />
        </div>
        <p className="prose">
          Ask whoever looks after the host. If the new key is right, remove the host from this workspace and
          add it again; that is on purpose not possible from here.
        </p>
        {error !== undefined && <ErrorPanel error={error} />}
        <Button variant="secondary" data-first-focus="" isDisabled={pending} onClick={() => answer('refuse')}>
          Stay disconnected
        </Button>
      </div>
    </Modal>
  );
}
