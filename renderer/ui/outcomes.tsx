/** Outcomes in words, numbers and bars. */

import { type Outcome, outcomes } from '../../shared/domain/outcome.ts';
import { type Severity, severities } from '../../shared/domain/severity.ts';
import type { Counts } from '../app/posture.ts';
import { outcomeWords, severityWords } from '../copy/words.ts';
import { OutcomeMark } from './marks.tsx';

/** Mark and word; a fail also names its severity. */
export function OutcomeLabel({
  outcome,
  severity,
}: {
  readonly outcome: Outcome;
  readonly severity?: Severity | undefined;
}) {
  const failed = outcome === 'fail' && severity !== undefined;
  return (
    <span className={`outcome-label tone-${failed ? severity : outcome}`}>
      <OutcomeMark outcome={outcome} {...(severity === undefined ? {} : { severity })} />
      {failed ? `${outcomeWords[outcome]}, ${severityWords[severity].toLowerCase()}` : outcomeWords[outcome]}
    </span>
  );
}

const order: readonly Outcome[] = ['fail', 'error', 'unknown', 'pass', 'not-applicable'];

/** A stacked bar; its numbers are read out in one sentence. */
export function OutcomeBar({
  counts,
  failures,
  label,
  slim = false,
}: {
  readonly counts: Counts;
  /** Splits the fails by severity. */
  readonly failures?: Readonly<Record<Severity, number>> | undefined;
  readonly label: string;
  readonly slim?: boolean;
}) {
  const all = outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
  const said = order
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcomeWords[outcome].toLowerCase()}`)
    .join(', ');
  const parts = order.flatMap((outcome) =>
    outcome === 'fail' && failures !== undefined
      ? severities.map((severity) => ({ tone: severity as string, number: failures[severity] }))
      : [{ tone: outcome === 'fail' ? 'critical' : (outcome as string), number: counts[outcome] }],
  );
  return (
    <div
      className={slim ? 'bar bar-slim' : 'bar'}
      role="img"
      aria-label={`${label}: ${all === 0 ? 'nothing assessed yet' : said}`}
    >
      {all === 0 && <span className="bar-part bar-none" />}
      {parts
        .filter((part) => part.number > 0)
        .map((part) => (
          <span key={part.tone} className={`bar-part bar-${part.tone}`} style={{ flexGrow: part.number }} />
        ))}
    </div>
  );
}

interface Part {
  readonly outcome: Outcome;
  readonly severity?: Severity;
  readonly number: number;
  readonly word: string;
}

/** The numbers under a bar; only those that are not zero, and always pass and fail. */
export function OutcomeNumbers({
  counts,
  failures,
}: {
  readonly counts: Counts;
  readonly failures?: Readonly<Record<Severity, number>> | undefined;
}) {
  const parts = order.flatMap((outcome): readonly Part[] => {
    if (outcome === 'fail' && failures !== undefined && counts.fail > 0) {
      return severities
        .filter((severity) => failures[severity] > 0)
        .map((severity) => ({
          outcome,
          severity,
          number: failures[severity],
          word: severityWords[severity].toLowerCase(),
        }));
    }
    const shown = counts[outcome] > 0 || outcome === 'fail' || outcome === 'pass';
    return shown
      ? [
          {
            outcome,
            number: counts[outcome],
            word: outcomeWords[outcome].toLowerCase(),
          },
        ]
      : [];
  });
  return (
    <ul className="numbers">
      {parts.map((part) => (
        <li key={part.word}>
          <OutcomeMark
            outcome={part.outcome}
            {...(part.severity === undefined ? {} : { severity: part.severity })}
          />
          <span className="numbers-figure">{part.number}</span> {part.word}
        </li>
      ))}
    </ul>
  );
}
