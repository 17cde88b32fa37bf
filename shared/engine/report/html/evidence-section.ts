/** Every finding with what it rests on. */
import type { Evidence } from '../../../domain/evidence.ts';
import type { Finding } from '../../../domain/finding.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { Report } from '../../../domain/report.ts';
import { severities } from '../../../domain/severity.ts';
import { findingsNow } from '../figures.ts';
import { verdict } from './marks.ts';
import { breakable, html, type Markup } from './markup.ts';
import { count, outcomeTitles, severityTitles, time } from './words.ts';

type ReportHost = Report['hosts'][number];

/** What an operator must act on comes first. */
const order: readonly Outcome[] = ['fail', 'error', 'unknown', 'pass', 'not-applicable'];

export function evidenceSection(report: Report): Markup {
  return html`<section><h2>Evidence</h2>${report.hosts.map(hostEvidence)}</section>`;
}

function hostEvidence(host: ReportHost): Markup {
  const before = new Map(host.before.findings.map((finding) => [finding.id, finding]));
  const findings = findingsNow(host).toSorted(
    (left, right) =>
      order.indexOf(left.outcome) - order.indexOf(right.outcome) ||
      severities.indexOf(left.severity) - severities.indexOf(right.severity),
  );
  const at = (host.after ?? host.before).at;
  return html`<h3>${host.name}</h3><p class="secondary">As read on ${time(at)}${host.after ? '; differences to the first assessment are named' : ''}.</p>
${findings
  .filter((finding) => !isQuiet(finding, host, before))
  .map((finding) => findingBlock(finding, host.after ? before.get(finding.id) : undefined))}
${quietBlock(findings.filter((finding) => isQuiet(finding, host, before)))}`;
}

/** What applied neither before nor after needs no evidence of its own. */
function isQuiet({ id, outcome }: Finding, host: ReportHost, before: ReadonlyMap<string, Finding>): boolean {
  return outcome === 'not-applicable' && (!host.after || before.get(id)?.outcome === 'not-applicable');
}

function quietBlock(findings: readonly Finding[]): Markup | undefined {
  if (findings.length === 0) return undefined;
  const reasons = [...new Set(findings.map(({ summary }) => summary))];
  return html`<article class="finding"><div class="head"><h4>${findings.length === 1 ? 'One condition does' : `${findings.length} conditions do`} not apply</h4>${verdict('not-applicable', 'informational')}</div>
${reasons.map(
  (reason) =>
    html`<p>${reason} <span class="mono">${findings
      .filter(({ summary }) => summary === reason)
      .map(({ controlId }) => controlId)
      .join(', ')}</span></p>`,
)}</article>`;
}

/** A finding with so many rows stays together on a page. */
const shortEvidence = 10;

function findingBlock(finding: Finding, before: Finding | undefined): Markup {
  const moved =
    before && before.outcome !== finding.outcome
      ? html`<p class="secondary">Before: ${outcomeTitles[before.outcome].toLowerCase()}. ${before.summary}</p>`
      : undefined;
  const short =
    finding.evidence.length <= shortEvidence &&
    (withoutExcerpt(finding.outcome) || finding.evidence.every(({ raw }) => !raw));
  return html`<article class="finding ${short ? 'short' : 'long'}"><div class="head"><h4>${finding.title}</h4>${verdict(finding.outcome, finding.severity)}</div>
<p class="secondary"><span class="mono">${finding.controlId}</span> · ${severityTitles[finding.severity].toLowerCase()} if unmet</p>
<p>${finding.summary}</p>${moved}
${finding.evidence.length > 0 ? html`<table class="evidence"><tbody>${finding.evidence.map((one) => evidenceRow(one, finding.outcome))}</tbody></table>` : undefined}</article>`;
}

const rawLines = 10;
const longestLine = 400;

/** Excerpts are for what somebody has to act on; those of the others are in the data. */
function withoutExcerpt(outcome: Outcome): boolean {
  return outcome === 'pass' || outcome === 'not-applicable';
}

function evidenceRow(evidence: Evidence, outcome: Outcome): Markup {
  const excerpt = withoutExcerpt(outcome) ? undefined : raw(evidence.raw);
  const place = `${evidence.where}${evidence.vantage === 'outside' ? ', from outside' : ''}, ${time(evidence.at)}`;
  return html`<tr><th scope="row">${breakable(evidence.what)}</th><td><span class="mono">${breakable(clipped(evidence.value))}</span><span class="place">${place}</span>${excerpt}</td></tr>`;
}

function clipped(text: string): string {
  return text.length <= 1200 ? text : `${text.slice(0, 1200)}… (whole in the attached report.json)`;
}

function raw(text: string | undefined): Markup | undefined {
  if (!text) return undefined;
  const lines = text.replace(/\n$/, '').split('\n');
  const shown = lines
    .slice(0, rawLines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line));
  const more = lines.length - rawLines;
  return html`<pre class="raw">${shown.join('\n')}</pre>${more > 0 ? html`<span class="place">${count(more, 'further line')} in the attached report.json</span>` : undefined}`;
}
