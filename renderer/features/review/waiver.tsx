/** A risk that somebody accepts for a while: the question for it, and what stands on the finding afterwards. */
import { type ReactNode, useId, useState } from 'react';
import type { Finding } from '../../../shared/domain/finding.ts';
import { acceptedOutcome, covers, endProblem, type Waiver } from '../../../shared/domain/waiver.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { outcomeWords } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import {
  Button,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  ModalVariant,
  TextInput,
} from '../../ui/patternfly.ts';
import { day } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';

/** Suggested: a quarter. */
const usual = 90 * 86_400_000;

function useWaiver(findingId: string): Waiver | undefined {
  return useMain((state) => state.waivers.find((waiver) => waiver.findingId === findingId));
}

type Field = 'reason' | 'approver' | 'until';

function problemsOf(
  fields: Readonly<Record<Field, string>>,
  now: number,
): Readonly<Partial<Record<Field, string>>> {
  const end = endProblem(fields.until, now);
  return {
    ...(fields.reason.trim() === '' ? { reason: 'Say why.' } : {}),
    ...(fields.approver.trim() === '' ? { approver: 'Say who answers for it.' } : {}),
    ...(end === undefined ? {} : { until: end }),
  };
}

const lengths: Readonly<Record<Field, number>> = { reason: 500, approver: 120, until: 10 };

function WaiverDialog({
  finding,
  hostName,
  waiver,
  onClose,
}: {
  readonly finding: Finding;
  readonly hostName: string;
  readonly waiver: Waiver | undefined;
  readonly onClose: () => void;
}) {
  const client = useClient();
  const accept = useCall(client.waiver.accept);
  const id = useId();
  const now = useNow(false);
  const [asked, setAsked] = useState(false);
  const [fields, setFields] = useState({
    reason: waiver?.reason ?? '',
    approver: waiver?.approver ?? '',
    until: new Date(now + usual).toISOString().slice(0, 10),
  });
  const problems = asked ? problemsOf(fields, now) : {};
  const save = async (): Promise<void> => {
    setAsked(true);
    const [first] = Object.keys(problemsOf(fields, now));
    if (first !== undefined) {
      document.getElementById(`waiver-${first}`)?.focus();
      return;
    }
    const terms = { ...fields, reason: fields.reason.trim(), approver: fields.approver.trim() };
    if ((await accept.run({ findingId: finding.id, ...terms })) !== undefined) onClose();
  };
  const field = (name: Field, label: string, hint: string): ReactNode => (
    <FormGroup label={label} fieldId={`waiver-${name}`}>
      <TextInput
        id={`waiver-${name}`}
        type={name === 'until' ? 'date' : 'text'}
        maxLength={lengths[name]}
        value={fields[name]}
        validated={problems[name] === undefined ? 'default' : 'error'}
        aria-describedby={`waiver-${name}-hint`}
        onChange={(_event, value) => setFields({ ...fields, [name]: value })}
      />
      <p className={problems[name] === undefined ? 'hint' : 'hint hint-error'} id={`waiver-${name}-hint`}>
        {problems[name] ?? hint}
      </p>
    </FormGroup>
  );
  return (
    <Modal
      isOpen
      variant={ModalVariant.small}
      aria-labelledby={id}
      onClose={onClose}
      elementToFocus="#waiver-reason"
    >
      <ModalHeader title={`Accept this risk on ${hostName}`} labelId={id} />
      <ModalBody>
        <form
          className="form-stack"
          id={`${id}-form`}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <p>
            “{finding.title}” stays {outcomeWords[finding.outcome]}. Until the last day it is no longer named
            first, and the report lists it with your reason. On the host nothing is changed.
          </p>
          {field('reason', 'Reason', 'What protects instead, or why it can wait.')}
          {field('approver', 'Approved by', 'Who answers for it.')}
          {field('until', 'Last day', 'Afterwards it counts as before. Two years at most.')}
          {accept.error !== undefined && <ErrorPanel error={accept.error} onDismiss={accept.dismiss} />}
        </form>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" type="submit" form={`${id}-form`} isDisabled={accept.pending}>
          Accept until {fields.until === '' ? '…' : day(fields.until)}
        </Button>
        <Button variant="link" onClick={onClose}>
          Go back
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** Where a pass needs no excuse and what does not apply is no risk, there is nothing to accept. */
export function WaiverButton({ finding }: { readonly finding: Finding }) {
  const waiver = useWaiver(finding.id);
  const hostName = useMain(
    (state) => state.hosts.find(({ host }) => host.id === finding.hostId)?.host.name ?? finding.hostId,
  );
  const now = useNow(false);
  const [asking, setAsking] = useState(false);
  if (finding.outcome === 'pass' || finding.outcome === 'not-applicable') return null;
  const active = waiver !== undefined && covers(waiver, finding.outcome, now);
  return (
    <>
      <Button variant="secondary" data-key="w" onClick={() => setAsking(true)}>
        {active ? 'Change the waiver…' : 'Waive…'}
      </Button>
      {asking && (
        <WaiverDialog
          finding={finding}
          hostName={hostName}
          waiver={waiver}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** Stands on a finding that was accepted: by whom, until when, why, and the way back. */
export function WaiverNote({ finding }: { readonly finding: Finding }) {
  const client = useClient();
  const withdraw = useCall(client.waiver.withdraw);
  const now = useNow(false);
  const waiver = useWaiver(finding.id);
  if (waiver === undefined || finding.outcome === 'pass' || finding.outcome === 'not-applicable') return null;
  const active = covers(waiver, finding.outcome, now);
  const was = acceptedOutcome(waiver);
  return (
    <div className="waiver" data-testid="waiver" data-active={active}>
      <div>
        <p>
          <span className="strong">
            {active ? `Accepted until ${day(waiver.until)}` : `Was accepted until ${day(waiver.until)}`}
          </span>{' '}
          by {waiver.approver}
        </p>
        {was !== finding.outcome && (
          <p className="small">
            It was accepted as {outcomeWords[was]} and does not count for {outcomeWords[finding.outcome]}.
          </p>
        )}
        <p className="small">{waiver.reason}</p>
      </div>
      <Button
        variant="link"
        size="sm"
        isDisabled={withdraw.pending}
        onClick={() => void withdraw.run({ findingId: finding.id })}
      >
        {active ? 'Withdraw' : 'Take away'}
      </Button>
      {withdraw.error !== undefined && <ErrorPanel error={withdraw.error} onDismiss={withdraw.dismiss} />}
    </div>
  );
}
