/** The findings in the order an operator should act: one line each, walked by arrows, j and k. */
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { FindingRow } from '../../app/posture.ts';
import { useUi } from '../../app/ui-store.ts';
import { blastOn, outageOf, outcomeWords, severityWords } from '../../copy/words.ts';
import { Glyph, OutcomeMark } from '../../ui/marks.tsx';
import { hostSentence, type Quiet } from './filter-findings.ts';

function choose(row: FindingRow | undefined): void {
  if (row !== undefined) useUi.setState({ control: row.controlId, findingHost: row.worst.hostId });
}

function HostStrip({ row }: { readonly row: FindingRow }) {
  if (row.findings.length < 2 || row.findings.length > 24) return null;
  return (
    <span className="host-strip" aria-hidden="true">
      {row.findings.map((finding) => (
        <span
          key={finding.hostId}
          className={`host-strip-one bar-${finding.outcome === 'fail' ? finding.severity : finding.outcome}`}
        />
      ))}
    </span>
  );
}

function secondLine(row: FindingRow): string {
  const { worst } = row;
  if (worst.outcome === 'fail') return severityWords[worst.severity];
  return outcomeWords[worst.outcome];
}

function QuietLine({ quiet }: { readonly quiet: Pick<Quiet, 'hidden' | 'reasons'> }) {
  const { hidden, reasons } = quiet;
  return (
    <p className="finding-quiet muted">
      {hidden === 1 ? '1 condition does' : `${hidden} conditions do`} not apply.{' '}
      {reasons.slice(0, 2).join(' ')}{' '}
      <button
        type="button"
        className="text-button"
        onClick={() => useUi.setState((ui) => ({ filters: { ...ui.filters, outcomes: ['not-applicable'] } }))}
      >
        {hidden === 1 ? 'Show it' : 'Show them'}
      </button>
    </p>
  );
}

export function FindingList({
  rows,
  chosen,
  planned,
  accepted,
  nameOf,
  quiet,
}: {
  readonly rows: readonly FindingRow[];
  readonly chosen: string;
  /** Ids of findings that are in the plan. */
  readonly planned: ReadonlySet<string>;
  /** Ids of findings whose risk somebody accepted. */
  readonly accepted: ReadonlySet<string>;
  readonly nameOf: ReadonlyMap<string, string>;
  readonly quiet: Pick<Quiet, 'hidden' | 'reasons'>;
}) {
  const list = useRef<HTMLDivElement>(null);
  const at = rows.findIndex((row) => row.controlId === chosen);
  useEffect(() => {
    list.current
      ?.querySelector<HTMLElement>('[aria-selected="true"]')
      ?.scrollIntoView?.({ block: 'nearest' });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'j') choose(rows[Math.min(at + 1, rows.length - 1)]);
    else if (event.key === 'ArrowUp' || event.key === 'k') choose(rows[Math.max(at - 1, 0)]);
    else if (event.key === 'Home') choose(rows[0]);
    else if (event.key === 'End') choose(rows.at(-1));
    else if (event.key === 'Enter') document.getElementById('finding')?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div className="finding-column">
      <div
        ref={list}
        className="finding-list"
        role="listbox"
        aria-label="Findings"
        tabIndex={0}
        aria-activedescendant={at === -1 ? undefined : `row-${chosen}`}
        onKeyDown={onKeyDown}
      >
        {rows.map((row) => {
          const { worst } = row;
          const inPlan = row.findings.some((finding) => planned.has(finding.id));
          const excused = row.findings.every(
            (finding) => finding.outcome !== worst.outcome || accepted.has(finding.id),
          );
          const { remedy } = worst;
          return (
            <div
              key={row.controlId}
              id={`row-${row.controlId}`}
              role="option"
              tabIndex={-1}
              aria-selected={row.controlId === chosen}
              data-control={row.controlId}
              data-outcome={worst.outcome}
              className={`finding-row finding-row-${worst.outcome}`}
              onClick={() => choose(row)}
              onKeyDown={(event) => event.key === ' ' && choose(row)}
            >
              <OutcomeMark outcome={worst.outcome} severity={worst.severity} size={18} />
              <span className="finding-row-words">
                <span className="finding-row-title">{row.title}</span>
                <span className="finding-row-facts">
                  <span className={`tone-${worst.outcome === 'fail' ? worst.severity : worst.outcome}`}>
                    {secondLine(row)}
                  </span>
                  {nameOf.size > 1 && <span>{hostSentence(row, nameOf)}</span>}
                  {worst.outcome === 'fail' &&
                    (remedy.type === 'changes' || remedy.type === 'choices' ? (
                      <span>{blastOn(remedy.blast, nameOf.size, outageOf(remedy))}</span>
                    ) : (
                      <span>By hand</span>
                    ))}
                </span>
                {worst.outcome !== 'not-applicable' && worst.summary !== '' && (
                  <span className="finding-row-seen" title={worst.summary}>
                    Seen{row.findings.length > 1 ? ` on ${nameOf.get(worst.hostId) ?? worst.hostId}` : ''}:{' '}
                    {worst.summary}
                  </span>
                )}
                <HostStrip row={row} />
              </span>
              {excused && !inPlan && <span className="tag">Accepted</span>}
              {inPlan && (
                <span className="in-plan">
                  <Glyph name="check" size={12} />
                  In the plan
                </span>
              )}
            </div>
          );
        })}
        {rows.length === 0 && quiet.hidden === 0 && (
          <p className="list-none muted">No finding matches these filters.</p>
        )}
      </div>
      {quiet.hidden > 0 && <QuietLine quiet={quiet} />}
    </div>
  );
}
