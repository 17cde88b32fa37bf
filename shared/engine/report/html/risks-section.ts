/** What is still wrong, worst first; what is not known; what a stranger on the network sees. */
import type { Exposure } from '../../../domain/finding.ts';
import type { Report } from '../../../domain/report.ts';
import { acceptedOutcome, holds } from '../../../domain/waiver.ts';
import { findingsNow } from '../figures.ts';
import { verdict } from './marks.ts';
import { html, type Markup } from './markup.ts';
import { type Gap, gapName, gapsOf } from './not-evaluated.ts';
import { openRisksOf, type Risk } from './risks.ts';
import { exposureWords, listed, time } from './words.ts';

type ReportHost = Report['hosts'][number];

export function risksSection(report: Report): Markup {
  return html`<section><h2>Open risks</h2>
${openRisks(report)}
${acceptedRisks(report)}<h2>Seen from outside</h2>
<p>What the operator's machine and the other hosts saw of each port, without logging in.</p>
${exposureTable(report)}
<h2>Not evaluated</h2>
${notEvaluated(report)}</section>`;
}

function openRisks(report: Report): Markup {
  const risks = openRisksOf(report);
  if (risks.length === 0) return html`<p>No check fails now. What could not be decided is listed below.</p>`;
  return html`<table><thead><tr><th scope="col" class="w2">Outcome</th><th scope="col">Condition that does not hold</th></tr></thead><tbody>${risks.map(risk)}</tbody></table>`;
}

function risk({ finding, hosts }: Risk): Markup {
  const reason =
    finding.remedy.type === 'manual'
      ? html`<p class="secondary">By hand: ${finding.remedy.reason}</p>`
      : undefined;
  return html`<tr><td>${verdict(finding.outcome, finding.severity)}</td><td><b>${finding.title}</b><p>${finding.summary}</p><p class="secondary">On ${hostNames(hosts)}.</p>${reason}</td></tr>`;
}

/** Accepting changes no outcome: what is listed here is among the open risks above as well. */
function acceptedRisks(report: Report): Markup | undefined {
  const waivers = report.waivers ?? [];
  if (waivers.length === 0) return undefined;
  const rows = waivers.map((waiver) => {
    const host = report.hosts.find(({ id }) => id === waiver.hostId);
    const finding = host && findingsNow(host).find(({ controlId }) => controlId === waiver.controlId);
    const over = holds(waiver, Date.parse(report.createdAt)) ? undefined : html`<br><b>over</b>`;
    const was = acceptedOutcome(waiver);
    const changed =
      finding === undefined || finding.outcome === was
        ? undefined
        : html`<p><b>Accepted as ${was.replace('-', ' ')}: it does not count for what it is now.</b></p>`;
    return html`<tr><td>${finding ? verdict(finding.outcome, finding.severity) : '–'}</td><td><b>${finding?.title ?? waiver.controlId}</b><p>${waiver.reason}</p>${changed}<p class="secondary">On ${host?.name ?? waiver.hostId}; entered by ${waiver.operator} on ${time(waiver.at)}.</p></td><td>${waiver.approver}</td><td>${waiver.until}${over}</td></tr>`;
  });
  return html`<h3>Accepted for a while</h3>
<p>Somebody answers for these. They stay what they are, and are counted as such.</p>
<table><thead><tr><th scope="col" class="w2">Outcome now</th><th scope="col">Condition and reason</th><th scope="col" class="w2">Approved by</th><th scope="col" class="w1">Last day</th></tr></thead><tbody>${rows}</tbody></table>
`;
}

function exposureTable(report: Report): Markup {
  const rows = report.hosts.flatMap((host) => exposureRows(host));
  if (rows.length === 0) return html`<p>No port was looked at from outside.</p>`;
  return html`<table class="${rows.length <= 10 ? 'short' : 'long'}"><thead><tr><th scope="col" class="w2">Host</th><th scope="col" class="w3">Address and port</th><th scope="col" class="w2">Seen from</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function exposureRows(host: ReportHost): readonly Markup[] {
  const key = (one: Exposure) => JSON.stringify([one.address, one.port, one.from ?? '']);
  const after = new Map((host.after?.exposure ?? []).map((one) => [key(one), one]));
  const before = new Map(host.before.exposure.map((one) => [key(one), one]));
  return [...new Map([...before, ...after])].map(
    ([at, { address, port, from }]) =>
      html`<tr><td>${host.name}</td><td class="mono">${address}:${port}</td><td>${from ?? 'operator’s machine'}</td>${seen(before.get(at))}${seen(after.get(at))}</tr>`,
  );
}

function seen(exposure: Exposure | undefined): Markup {
  if (!exposure) return html`<td class="secondary">not looked at</td>`;
  const alarming = exposure.answersStranger === 'yes' || exposure.state === 'clear';
  const words = exposureWords(exposure);
  return html`<td>${alarming ? html`<b>${words}</b>` : words}</td>`;
}

function notEvaluated(report: Report): Markup {
  const gaps = gapsOf(report);
  if (gaps.length === 0) return html`<p>Every check of this catalogue was evaluated on every host.</p>`;
  const rows = gaps.map(
    (gap) =>
      html`<tr><td>${gapName(gap)}</td><td>${hostNames(gap.hosts)}</td><td>${gap.outcome.replace('-', ' ')}</td><td>${gap.reason}${namesOf(gap)}</td></tr>`,
  );
  return html`<table><thead><tr><th scope="col" class="w3">Check</th><th scope="col" class="w2">Host</th><th scope="col" class="w2">Outcome</th><th scope="col">Why</th></tr></thead><tbody>${rows}</tbody></table>`;
}

/** Under the reason, which has the wide column, where there are too many for the name. */
function namesOf(gap: Gap): Markup | undefined {
  return gapName(gap).includes(gap.controls[0] ?? '')
    ? undefined
    : html`<p class="secondary">${gap.controls.join(', ')}</p>`;
}

function hostNames(hosts: readonly string[]): string {
  return listed(hosts, 6);
}
