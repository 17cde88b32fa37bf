/** Marks for outcomes: one shape each, so that they are told apart without colour; the word always stands beside them. */
import type { Outcome } from '../../../domain/outcome.ts';
import type { Severity } from '../../../domain/severity.ts';
import { html, type Markup } from './markup.ts';
import { outcomeTitles, severityTitles } from './words.ts';

export function mark(outcome: Outcome, severity: Severity): Markup {
  return html`<svg class="mark ${outcome} ${severity}" viewBox="0 0 16 16" aria-hidden="true">${shapes[outcome](severity)}</svg>`;
}

const shapes: Readonly<Record<Outcome, (severity: Severity) => Markup>> = {
  pass: () => html`<circle cx="8" cy="8" r="7" /><path class="cut" d="M4.6 8.3 7 10.7 11.5 5.7" />`,
  fail: (severity) =>
    html`<path d="M8 .4 15.6 8 8 15.6 .4 8Z" /><text x="8" y="10.8" class="letter">${(severityTitles[severity][0] ?? '').toUpperCase()}</text>`,
  unknown: () =>
    html`<circle class="ring" cx="8" cy="8" r="6.3" /><path class="stroke" d="M6 6.4a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3" /><circle cx="8" cy="11.6" r=".9" />`,
  error: () => html`<path d="M8 1 15.4 14.6H.6Z" /><path class="cut" d="M8 6v4.2M8 11.8v1.2" />`,
  'not-applicable': () => html`<path class="stroke" d="M3 8h10" />`,
};

/** Mark and word, and for a failed condition how much harm it can do. */
export function verdict(outcome: Outcome, severity: Severity): Markup {
  const word =
    outcome === 'fail' ? `Fail, ${severityTitles[severity].toLowerCase()}` : outcomeTitles[outcome];
  return html`<span class="verdict ${outcome} ${severity}">${mark(outcome, severity)}<span>${word}</span></span>`;
}
