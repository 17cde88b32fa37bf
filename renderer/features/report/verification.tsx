/** What the verifier says of a report, in plain sentences. */
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { OutcomeMark } from '../../ui/marks.tsx';
import { Button } from '../../ui/patternfly.ts';

const verdicts = {
  valid: { outcome: 'pass', words: 'is what was signed' },
  'valid-unknown-signer': {
    outcome: 'unknown',
    words: 'is what was signed, by a signer that is not known here',
  },
  invalid: { outcome: 'error', words: 'does not hold' },
} as const;

export function Verification() {
  const client = useClient();
  const verification = useMain((state) => state.verification);
  const dismiss = useCall(client.report.dismissVerification);
  if (verification === null) return null;
  const verdict = verdicts[verification.verdict];
  return (
    <section className="panel verification" aria-label="Verification" data-verdict={verification.verdict}>
      <div className="verification-head">
        <OutcomeMark outcome={verdict.outcome} severity="critical" size={24} />
        <h2>
          {verification.fileName} {verdict.words}
        </h2>
        <Button variant="link" onClick={() => void dismiss.run({})}>
          Close the verification
        </Button>
      </div>
      <ul className="sentences">
        {verification.sentences.map((sentence) => (
          <li key={sentence.text}>
            <OutcomeMark outcome={sentence.ok ? 'pass' : 'error'} />
            <span>
              <span className="sr-only">{sentence.ok ? 'Holds: ' : 'Does not hold: '}</span>
              {sentence.text}
            </span>
          </li>
        ))}
      </ul>
      <p className="small muted">
        A signature proves who signed and that nothing was altered since. It does not prove that a host told
        the truth.
      </p>
    </section>
  );
}
