/** Outcomes before and after as two bars of the same scale. Shades and hatching carry the meaning, colour only repeats it. */
import type { Outcome } from '../../../domain/outcome.ts';
import type { OutcomeCounts } from '../../../domain/report.ts';
import { countsSentence, totalOf } from '../figures.ts';
import { mark } from './marks.ts';
import { html, type Markup } from './markup.ts';
import { outcomeTitles } from './words.ts';

/** What hurts comes first, at the left edge, where lengths are easiest to compare. */
const order: readonly Outcome[] = ['fail', 'error', 'unknown', 'pass', 'not-applicable'];

const width = 1000;
const height = 52;
/** A number needs this much room. */
const leastForNumber = 34;

function bar(label: string, counts: OutcomeCounts, scale: number): Markup {
  let at = 0;
  const pieces = order.flatMap((outcome) => {
    const length = scale === 0 ? 0 : (counts[outcome] / scale) * width;
    const from = at;
    at += length;
    return length === 0 ? [] : [piece(outcome, counts[outcome], from, length)];
  });
  return html`<svg class="bar" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}: ${countsSentence(counts)}">${patterns}${pieces}</svg>`;
}

const patterns = html`<defs>
<pattern id="dots" width="9" height="9" patternUnits="userSpaceOnUse"><circle cx="4.5" cy="4.5" r="1.9" /></pattern>
<pattern id="lines" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3.2" height="10" /></pattern>
</defs>`;

function piece(outcome: Outcome, many: number, from: number, length: number): Markup {
  const inner = Math.max(1, length - 3);
  const box = html`x="${from.toFixed(1)}" y="1" width="${inner.toFixed(1)}" height="${height - 2}"`;
  const number =
    length < leastForNumber
      ? undefined
      : html`<rect class="plate ${outcome}" x="${(from + 8).toFixed(1)}" y="11" width="${16 + 17 * String(many).length}" height="30" /><text class="number ${outcome}" x="${(from + 16).toFixed(1)}" y="36">${many}</text>`;
  return html`<rect class="piece ${outcome}" ${box} /><rect class="texture ${outcome}" ${box} />${number}`;
}

export function outcomeBars(
  before: OutcomeCounts,
  after: OutcomeCounts | undefined,
  afterNote: string,
): Markup {
  const scale = Math.max(totalOf(before), after ? totalOf(after) : 0);
  const cells = (counts: OutcomeCounts | undefined) =>
    order.map((outcome) => html`<td>${counts ? counts[outcome] : '–'}</td>`);
  const heads = order.map(
    (outcome) =>
      html`<th scope="col"><span class="legend">${mark(outcome, 'critical')} ${outcomeTitles[outcome]}</span></th>`,
  );
  return html`<table class="outcomes">
<thead><tr><td></td>${heads}<th scope="col">Checks</th></tr></thead>
<tbody><tr><th scope="row">Before</th>${cells(before)}<td>${totalOf(before)}</td></tr>
<tr class="drawn"><td colspan="7">${bar('Before', before, scale)}</td></tr>
<tr><th scope="row">After</th>${cells(after)}<td>${after ? totalOf(after) : '–'}</td></tr>
<tr class="drawn"><td colspan="7">${after ? bar('After', after, scale) : html`<p class="note">${afterNote}</p>`}</td></tr></tbody>
</table>`;
}
