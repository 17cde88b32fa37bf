/** What was done to each host, in order, with the difference it made and what it left behind. */
import { absenceOf } from '../../../domain/absence.ts';
import type { Report } from '../../../domain/report.ts';
import { breakable, html, type Markup } from './markup.ts';
import { blastWords, count, elasticsearchWords, keptWords, markWords, resultWords, time } from './words.ts';

type ReportHost = Report['hosts'][number];
type ReportChange = ReportHost['changes'][number];

export function changesSection(report: Report): Markup {
  return html`<section class="page"><h2>What changed</h2>
${report.hosts.map(hostChanges)}
${secretsSet(report)}${certificates(report)}</section>`;
}

function hostChanges(host: ReportHost): Markup {
  const body =
    host.changes.length === 0
      ? html`<p>${host.notes === undefined ? 'Nothing was changed on this host.' : 'No file or service of this host was changed.'}</p>`
      : html`<ol class="changes">${host.changes.map(change)}</ol>`;
  const kept =
    host.kept.length === 0
      ? undefined
      : html`<h4 class="notes">Left on the host on purpose</h4><ul class="plain">${host.kept.map((path) => html`<li class="kept"><span class="mono">${breakable(path)}</span><p>${keptWords(path)}</p></li>`)}</ul>`;
  return html`<h3>${host.name}</h3>
<p class="secondary">${host.address} · ${host.operatingSystem} · ${elasticsearchWords(host.elasticsearch)} · host key <span class="mono">${host.hostKey}</span></p>
${body}${notes(host)}${kept}`;
}

/** An account in the cluster is no change of a file, and yet something that a reader must find. */
function notes({ notes: noted = [] }: ReportHost): Markup | undefined {
  if (noted.length === 0) return undefined;
  const rows = noted.map(
    (note) =>
      html`<tr><td>${time(note.at)}</td><td>${note.text}<br><span class="secondary">Journal entry ${note.sequence} · ${note.operator}</span></td></tr>`,
  );
  return html`<h4 class="notes">Noted besides</h4>
<table><thead><tr><th scope="col" class="w3">When</th><th scope="col">What</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function change(one: ReportChange): Markup {
  // What was left aside stands below, with the reason.
  const marks = one.undone
    ? []
    : Object.entries(one.mark).filter(([key]) => !key.startsWith('kept') && key !== 'setAside');
  return html`<li><div class="head"><h4>${sentence(one.title)}</h4><span class="result">${resultWords(one.result, one.undone)}</span></div>
<p class="secondary">Journal entry ${one.sequence} · ${time(one.at)} · ${blastWords(one.blast)}${one.controls.length > 0 ? html` · for ${one.controls.map((control, at) => html`${at > 0 ? ', ' : ''}<span class="whole">${control}</span>`)}` : undefined}</p>
${one.undone ? html`<p>Nothing of this is left: the host has its old state back. This was the difference:</p>` : undefined}
<div class="${one.undone ? 'taken-back' : 'standing'}">${one.diffs.map(difference)}</div>
${marks.length > 0 ? html`<table class="marks"><caption>Recognised by</caption><tbody>${marks.map(([key, value]) => html`<tr><th scope="row">${breakable(markWords(key))}</th><td class="mono">${breakable(value)}</td></tr>`)}</tbody></table>` : undefined}</li>`;
}

/** Titles go on after "Bulwark will". */
function sentence(title: string): string {
  return title.replace(/^Bulwark will /, '').replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}

const context = 2;
const longestSide = 60;
/** A difference with so many lines stays together on a page. */
const shortDiff = 24;

function difference(diff: ReportChange['diffs'][number]): Markup {
  const absent = { before: absenceOf(diff.before) ?? '', after: absenceOf(diff.after) ?? '' };
  const before = absent.before === '' ? linesOf(diff.before) : [];
  const after = absent.after === '' ? linesOf(diff.after) : [];
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before.at(-1 - tail) === after.at(-1 - tail)
  )
    tail += 1;
  const rows = [
    ...skipped(Math.max(0, head - context)),
    ...before.slice(Math.max(0, head - context), head).map((text) => line('same', ' ', text)),
    ...side('removed', '−', before.slice(head, before.length - tail)),
    ...side('added', '+', after.slice(head, after.length - tail)),
    ...before
      .slice(before.length - tail, before.length - tail + context)
      .map((text) => line('same', ' ', text)),
    ...skipped(Math.max(0, tail - context)),
  ];
  return html`<figure class="diff ${rows.length <= shortDiff ? 'short' : 'long'}"><figcaption>${diff.subject}${absentNote(absent)}</figcaption><pre>${rows}</pre></figure>`;
}

function absentNote({ before, after }: { readonly before: string; readonly after: string }): string {
  const said = [before === '' ? '' : `before: ${before}`, after === '' ? '' : `afterwards: ${after}`];
  const words = said.filter((one) => one !== '').join(', ');
  return words === '' ? '' : ` (${words})`;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function side(kind: 'removed' | 'added', sign: string, lines: readonly string[]): readonly Markup[] {
  const shown = lines.slice(0, longestSide).map((text) => line(kind, sign, text));
  const more = lines.length - longestSide;
  return more > 0
    ? [...shown, line('skipped', ' ', `${count(more, 'further line')} in the attached report.json`)]
    : shown;
}

function skipped(many: number): readonly Markup[] {
  return many === 0 ? [] : [line('skipped', ' ', `${count(many, 'line')} as before`)];
}

function line(kind: string, sign: string, text: string): Markup {
  return html`<span class="line ${kind}"><i>${sign}</i>${text}
</span>`;
}

function secretsSet(report: Report): Markup | undefined {
  if (report.secretsSet.length === 0) return undefined;
  const rows = report.secretsSet.map(
    (secret) =>
      html`<tr><td class="mono">${breakable(secret.ref)}</td><td>${secret.about}</td><td>${time(secret.at)}</td></tr>`,
  );
  return html`<h3>Secrets that were set</h3><p class="secondary">Names only. Their values are in the operator's vault and nowhere in this report.</p>
<table><thead><tr><th scope="col" class="w4">Name</th><th scope="col">What for</th><th scope="col" class="w4">Since</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function certificates(report: Report): Markup | undefined {
  if (report.certificates.length === 0) return undefined;
  const rows = report.certificates.map(
    (one) =>
      html`<tr><td>${one.host}<br><span class="secondary">${one.seenOn}</span></td><td>${one.subject}<br><span class="secondary">issued by ${one.issuer}</span></td><td>${time(one.notAfter)}</td></tr><tr class="joined"><td></td><td colspan="2" class="mono">SHA-256 ${one.fingerprint256}</td></tr>`,
  );
  return html`<h3>Certificates in use</h3>
<table><thead><tr><th scope="col" class="w3">Seen on</th><th scope="col">Certificate</th><th scope="col" class="w4">Ends</th></tr></thead><tbody>${rows}</tbody></table>`;
}
