/**
 * The marks, drawn as one family on a grid of 16: shape says the outcome, colour and letter the severity. They are never
 * alone: a word stands beside them or is read out instead.
 */
import type { ReactNode } from 'react';
import type { Outcome } from '../../shared/domain/outcome.ts';
import type { Severity } from '../../shared/domain/severity.ts';

const letters: Readonly<Record<Severity, string>> = {
  critical: 'M9.9 6.3A2.4 2.4 0 1 0 9.9 9.7',
  high: 'M6.2 5.4v5.2M9.8 5.4v5.2M6.2 8h3.6',
  medium: 'M5.6 10.6V5.5L8 8.9l2.4-3.4v5.1',
  low: 'M6.6 5.4v5.2h3.2',
  informational: 'M8 5.4v5.2',
};

function drawing(outcome: Outcome, severity: Severity | undefined): ReactNode {
  switch (outcome) {
    case 'pass':
      return (
        <>
          <circle cx="8" cy="8" r="7" fill="currentColor" />
          <path d="m4.8 8.2 2.2 2.3 4.2-4.8" className="mark-ink" />
        </>
      );
    case 'fail':
      return (
        <>
          <path
            d="M8 .3 15.7 8 8 15.7.3 8Z"
            fill="currentColor"
            stroke="currentColor"
            strokeWidth="0.6"
            strokeLinejoin="round"
          />
          {severity !== undefined && <path d={letters[severity]} className="mark-ink mark-letter" />}
        </>
      );
    case 'unknown':
      return (
        <>
          <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path
            d="M6.1 6.4a1.9 1.9 0 1 1 2.8 1.7c-.6.3-.9.6-.9 1.1"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.4"
            strokeLinecap="round"
          />
          <circle cx="8" cy="11.3" r="0.9" fill="currentColor" />
        </>
      );
    case 'error':
      return (
        <>
          <path
            d="M8 1.6 15 14H1Z"
            fill="currentColor"
            stroke="currentColor"
            strokeWidth="1.2"
            strokeLinejoin="round"
          />
          <path d="M8 6v3.6M8 12v.1" className="mark-ink" />
        </>
      );
    case 'not-applicable':
      return <path d="M4 8h8" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />;
  }
}

export function OutcomeMark({
  outcome,
  severity,
  size = 16,
}: {
  readonly outcome: Outcome;
  /** Only a fail shows it; without it the fails of all severities are meant. */
  readonly severity?: Severity;
  /** Pixels. */
  readonly size?: number;
}) {
  const tone = outcome === 'fail' ? (severity ?? 'critical') : outcome;
  return (
    <svg
      className={`mark tone-${tone}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {drawing(outcome, severity)}
    </svg>
  );
}

const glyphs = {
  'chevron-right': 'm6 3.5 4.5 4.5L6 12.5',
  'chevron-down': 'M3.5 6 8 10.5 12.5 6',
  'arrow-right': 'M3 8h10M9 4l4 4-4 4',
  check: 'm3.5 8.5 3 3 6-7',
  close: 'm4 4 8 8M12 4l-8 8',
  copy: 'M6 5.5h7v8H6zM10 5.5v-3H3v8h3',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3Z',
  lock: 'M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  unlock: 'M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 4.8-1',
  shield: 'M8 1.5 13.5 3v5c0 3.4-2.3 5.4-5.5 6.5C4.8 13.4 2.5 11.4 2.5 8V3Z',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6',
  host: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.1M5 11h.1',
  folder: 'M2 4h4.5l1.5 2H14v7H2Z',
  clock: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 4.5V8l2.5 1.5',
  gear: 'M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M12.6 3.4l-1.4 1.4M4.8 11.2l-1.4 1.4',
  note: 'M3.5 2h6l3 3v9h-9zM5.5 7h5M5.5 9.5h5M5.5 12h3',
  dot: 'M8 8h.1',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M5 9.5h6',
} as const;

export type GlyphName = keyof typeof glyphs;

/** A line drawing beside a word; never the only carrier of a meaning. */
export function Glyph({ name, size = 16 }: { readonly name: GlyphName; readonly size?: number }) {
  return (
    <svg
      className="glyph"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={glyphs[name]} />
    </svg>
  );
}

/** A bastion seen from the field: battlements above, a prow below. */
export function AppMark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg
      className="app-mark"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path
        fill="currentColor"
        d="M1 2.5a.5.5 0 0 1 .5-.5h2.5a.5.5 0 0 1 .5.5V4h2V2.5A.5.5 0 0 1 7 2h2a.5.5 0 0 1 .5.5V4h2V2.5a.5.5 0 0 1 .5-.5h2.5a.5.5 0 0 1 .5.5V8c0 3.7-2.7 6-7 7.7C3.7 14 1 11.7 1 8Z"
      />
      <path className="app-mark-gate" d="M8 7.2a1.7 1.7 0 0 1 .9 3.14V12.5H7.1V10.34A1.7 1.7 0 0 1 8 7.2Z" />
    </svg>
  );
}
