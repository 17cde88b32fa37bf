/** The page for a reader who reads one page: what was looked at, when, by whom, how it was and is, what is not known. */
import type { Finding } from '../../../domain/finding.ts';
import type { Report } from '../../../domain/report.ts';
import { covers } from '../../../domain/waiver.ts';
import { figuresOf } from '../figures.ts';
import { outcomeBars } from './bars.ts';
import { verdict } from './marks.ts';
import { html, type Markup } from './markup.ts';
import { gapName, gapsOf } from './not-evaluated.ts';
import { openRisksOf } from './risks.ts';
import { headline, managerSentences } from './sentences.ts';
import { count, elasticsearchWords, listed, time } from './words.ts';

const deployments: Readonly<Record<Report['workspace']['deployment'], string>> = {
  'self-managed': 'Self-managed',
  ece: 'Elastic Cloud Enterprise',
  eck: 'Elastic Cloud on Kubernetes',
  'cloud-hosted': 'Elastic Cloud Hosted',
  serverless: 'Elastic Cloud Serverless',
};

const emblem = html`<svg class="emblem" viewBox="0 0 16 16" aria-hidden="true"><path d="M1 14V4h2.6v2h2.2V4h4.4v2h2.2V4H15v10H9.6v-3a1.6 1.6 0 0 0-3.2 0v3Z" /></svg>`;

export function firstPage(report: Report): Markup {
  const figures = figuresOf(report);
  const left = figures.hosts - figures.hostsAssessedAgain;
  const note = 'The hosts were not assessed again after this.';
  return html`<section class="first">
<p class="brand">${emblem}<span>Bulwark</span><span class="kind">Change report</span></p>
<h1>${report.workspace.name}</h1>
<dl class="facts">${facts(report)}</dl>
<h2 class="headline">${headline(report)}</h2>
${outcomeBars(figures.before, figures.hostsAssessedAgain === 0 ? undefined : figures.after, note)}
${left > 0 && figures.hostsAssessedAgain > 0 ? html`<p class="note">${count(left, 'host was', 'hosts were')} not assessed again and ${left === 1 ? 'is' : 'are'} missing in the second bar.</p>` : undefined}
<div class="sentences">${managerSentences(report).map((sentence) => html`<p>${sentence}</p>`)}</div>
${stillFailing(report)}${notEvaluated(report)}
<p class="scope">A signature proves who signed this report and that nothing in it was changed since. It does not prove that a host told the truth.</p>
</section>`;
}

function facts(report: Report): readonly Markup[] {
  const software = [
    ...new Set(
      report.hosts.map((host) =>
        [elasticsearchWords(host.elasticsearch), host.operatingSystem].filter(Boolean).join(' on '),
      ),
    ),
  ];
  const before = span(report.hosts.map((host) => host.before.at));
  const after = span(report.hosts.flatMap((host) => (host.after ? [host.after.at] : [])));
  const rows: readonly (readonly [string, string])[] = [
    [report.hosts.length === 1 ? 'Host' : 'Hosts', hostsAtAGlance(report)],
    ['Found there', listed(software, 2)],
    ['Deployment', deployments[report.workspace.deployment]],
    ['Assessed', before],
    ['Assessed again', after === '' ? 'not yet' : after],
    ['Operator', report.operator],
    ['Report of', time(report.createdAt)],
    ['Signed by', report.signer.commonName],
  ];
  return rows.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`);
}

/** With many or long names the number says more; all of them follow in their own sections. */
function hostsAtAGlance(report: Report): string {
  const [only] = report.hosts;
  if (report.hosts.length === 1 && only) return `${only.name} (${only.address})`;
  const names = report.hosts.map((host) => host.name);
  return names.slice(0, 3).join('').length > 60 ? `${names.length}` : `${names.length}: ${listed(names, 3)}`;
}

function span(times: readonly string[]): string {
  const sorted = times.toSorted();
  const first = time(sorted[0] ?? '');
  const last = time(sorted.at(-1) ?? '');
  return first === last ? first : `${first} to ${last}`;
}

function stillFailing(report: Report): Markup | undefined {
  const risks = openRisksOf(report);
  if (risks.length === 0) return undefined;
  const rows = risks.slice(0, shownAtMost).map(({ finding, hosts }) => {
    const until = acceptedUntil(report, finding, hosts);
    return html`<li>${verdict(finding.outcome, finding.severity)}<span class="one-line">${finding.title}, on ${hostsShort(hosts)}${until === undefined ? '' : `; accepted until ${until}`}</span></li>`;
  });
  const more = risks.length - shownAtMost;
  return html`<h3>Conditions that should hold and do not</h3><ul class="failing">${rows}</ul>
${more > 0 ? html`<p class="note">${more} more in “Open risks”, further down.</p>` : undefined}`;
}

/** The earliest last day, where somebody does on every host that has it. */
function acceptedUntil(
  report: Report,
  { controlId, outcome }: Finding,
  hosts: readonly string[],
): string | undefined {
  const made = Date.parse(report.createdAt);
  const ends = report.hosts
    .filter(({ name }) => hosts.includes(name))
    .map(
      ({ id }) =>
        report.waivers?.find(
          (waiver) => waiver.hostId === id && waiver.controlId === controlId && covers(waiver, outcome, made),
        )?.until,
    );
  const known = ends.filter((until) => until !== undefined).toSorted();
  return known.length === ends.length ? known[0] : undefined;
}

/** As many as fit the page; all of them follow in their own sections. */
const shownAtMost = 4;
const gapsShownAtMost = 3;

function notEvaluated(report: Report): Markup {
  const gaps = gapsOf(report);
  if (gaps.length === 0) {
    return html`<h3>Not evaluated</h3><p>Every check of this catalogue was evaluated on every host.</p>`;
  }
  const rows = gaps
    .slice(0, gapsShownAtMost)
    .map((gap) => html`<li><b>${gapName(gap)}</b> on ${hostsShort(gap.hosts)}: ${short(gap.reason)}</li>`);
  const more = gaps.length - gapsShownAtMost;
  return html`<h3>Not evaluated</h3><ul class="plain">${rows}</ul>
${more > 0 ? html`<p class="note">${more} more in “Not evaluated”, further down.</p>` : undefined}`;
}

function hostsShort(hosts: readonly string[]): string {
  return hosts.length === 1 ? (hosts[0] ?? '') : `${hosts.length} hosts`;
}

function short(text: string): string {
  return text.length <= 240 ? text : `${text.slice(0, 237)}…`;
}
