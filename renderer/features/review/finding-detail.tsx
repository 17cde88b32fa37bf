/** The anatomy of a finding: what we saw, why it matters, what the fix does, what it may disturb, how to undo it. */
import { type ReactNode, useState } from 'react';
import type { Diff } from '../../../shared/domain/change.ts';
import type { ControlWords } from '../../../shared/domain/control.ts';
import type { Evidence } from '../../../shared/domain/evidence.ts';
import type { Finding, Remedy } from '../../../shared/domain/finding.ts';
import { useMain } from '../../bridge/context.tsx';
import { asTask, blastSentence, outageOf } from '../../copy/words.ts';
import { BlastNote } from '../../ui/blast-note.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { OutcomeLabel } from '../../ui/outcomes.tsx';
import { clockTime, dayAndTime, exactTime } from '../../ui/time.ts';
import { FindingActions } from './finding-actions.tsx';
import { WaiverNote } from './waiver.tsx';

export function Part({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="anatomy-part" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      {children}
    </section>
  );
}

function EvidencePiece({ piece }: { readonly piece: Evidence }) {
  const [open, setOpen] = useState(false);
  return (
    <li className="evidence">
      <p className="evidence-value">{piece.value}</p>
      <p className="small muted">
        {piece.what} · {piece.vantage === 'outside' ? 'seen from outside' : piece.where} ·{' '}
        <time dateTime={piece.at} title={exactTime(piece.at)}>
          {clockTime(piece.at)}
        </time>
      </p>
      {piece.raw !== undefined && (
        <>
          <button type="button" className="text-button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide the excerpt' : 'Show the excerpt'}
          </button>
          {open && (
            <pre className="mono-block" tabIndex={0}>
              {piece.raw}
            </pre>
          )}
        </>
      )}
    </li>
  );
}

function Fix({
  remedy,
  diffs,
  titleOf,
}: {
  readonly remedy: Remedy;
  readonly diffs: readonly Diff[];
  readonly titleOf: (controlId: string) => string;
}) {
  const hosts = useMain((state) => state.hosts.length);
  if (remedy.type === 'none') return null;
  if (remedy.type === 'manual') {
    return (
      <Part id="fix" title="What the fix does">
        <p>Bulwark does not change this by itself. {remedy.reason}</p>
        {remedy.steps.length > 0 && (
          <ol className="steps-list">
            {remedy.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        )}
      </Part>
    );
  }
  return (
    <>
      <Part id="fix" title="What the fix does">
        <ol className="steps-list">
          {remedy.steps.map((step) => (
            <li key={step}>{asTask(step)}</li>
          ))}
        </ol>
        {remedy.fixedTogetherWith.length > 0 && (
          <p className="small muted fixed-together">
            Fixed in the same step: {remedy.fixedTogetherWith.map(titleOf).join(' · ')}
          </p>
        )}
        {diffs.map((diff) => (
          <DiffView key={diff.subject} diff={diff} />
        ))}
      </Part>
      <Part id="disturb" title="What it may disturb">
        <p>
          <BlastNote blast={remedy.blast} hosts={hosts} outageSeconds={outageOf(remedy)} />
        </p>
        <p>{remedy.disturbs === '' ? blastSentence(remedy.blast, hosts) : remedy.disturbs}</p>
      </Part>
      <Part id="undo" title="How to undo it">
        <p>{remedy.undo}</p>
      </Part>
    </>
  );
}

export function FindingDetail({
  finding,
  control,
  hostName,
  diffs,
  titleOf,
  chooser,
  primary,
}: {
  readonly finding: Finding;
  readonly control: ControlWords | undefined;
  readonly hostName: string;
  /** From the plan, once there is one. */
  readonly diffs: readonly Diff[];
  readonly titleOf: (controlId: string) => string;
  /** Picks the host when several have the finding. */
  readonly chooser: ReactNode;
  /** Whether Fix now is the screen's primary button. */
  readonly primary: boolean;
}) {
  return (
    <section className="finding" id="finding" aria-label="Finding" tabIndex={-1}>
      <div className="finding-scroll" role="group" aria-label="Anatomy of the finding" tabIndex={0}>
        <header className="finding-head">
          <OutcomeLabel outcome={finding.outcome} severity={finding.severity} />
          <span className="small muted">
            {hostName} · since{' '}
            <time dateTime={finding.evaluatedAt} title={exactTime(finding.evaluatedAt)}>
              {dayAndTime(finding.evaluatedAt)}
            </time>
          </span>
          <h2>{finding.title}</h2>
          <p className="finding-summary">{finding.summary}</p>
          {chooser}
          <WaiverNote finding={finding} />
        </header>
        <Part id="saw" title="What we saw">
          {finding.evidence.length === 0 ? (
            <p className="muted">Nothing could be read.</p>
          ) : (
            <ul className="evidence-list">
              {finding.evidence.map((piece) => (
                <EvidencePiece key={`${piece.what} ${piece.where} ${piece.value}`} piece={piece} />
              ))}
            </ul>
          )}
        </Part>
        {control !== undefined && (
          <Part id="why" title="Why it matters">
            <p>{control.risk}</p>
            {control.references.length > 0 && (
              <p className="small muted">
                {control.references
                  .map((reference) => `${reference.publisher}: ${reference.title}`)
                  .join(' · ')}
              </p>
            )}
          </Part>
        )}
        <Fix remedy={finding.remedy} diffs={diffs} titleOf={titleOf} />
        <FindingActions key={finding.id} finding={finding} primary={primary} />
      </div>
    </section>
  );
}
