/** How a stranger checks all this without trusting anybody, and the numbers to check against. */
import type { Report } from '../../../domain/report.ts';
import { figureLines } from '../figures.ts';
import { html, type Markup } from './markup.ts';
import { count, time } from './words.ts';

export function lastPage(report: Report, digest: string): Markup {
  const heads = report.hosts.map(
    (host) =>
      html`<tr><th scope="row">${host.name}</th><td>${count(host.journalEntries, 'entry', 'entries')}</td><td class="mono">${host.journalHead}</td></tr>`,
  );
  return html`<section class="page"><h2>How to verify this report</h2>
<p>Four files belong together: <b>report.pdf</b>, <b>report.json</b> (the same facts for machines, also attached to the PDF), <b>report.dsse.json</b> (a signed statement over both) and <b>signer.pem</b> (the public certificates of who signed). Get the fingerprint below from the signer by another way before you trust it.</p>
<h3>With Bulwark, without a network</h3>
<pre class="command">bulwark verify report.pdf report.json report.dsse.json --certificate signer.pem</pre>
<p>It ends with 0 when everything holds and the signer is the one you gave, 2 when everything holds and the signer is not known to you, 1 when anything was changed.</p>
<h3>With other people's tools</h3>
<pre class="command">pdfsig report.pdf
sha256sum report.json
pdfdetach -save 1 -o attached.json report.pdf
cmp report.json attached.json</pre>
<p>The first must say that the signature is valid and the total document signed; the second must print the digest below; the third writes the attached JSON under a name of its own; the fourth must print nothing, as both are the same file.</p>
<h3>Digests and signer</h3>
<table class="digests"><tbody>
<tr><th scope="row">SHA-256 of report.json</th><td class="mono">${digest}</td></tr>
<tr><th scope="row">Signer</th><td>${report.signer.commonName}</td></tr>
<tr><th scope="row">SHA-256 of the signer's certificate</th><td class="mono">${report.signer.certificateFingerprint256}</td></tr>
<tr><th scope="row">Made</th><td>${time(report.createdAt)} by ${report.operator}</td></tr>
<tr><th scope="row">Tool and catalogue</th><td>Bulwark ${report.tool.version}, catalogue ${report.tool.catalogVersion} with ${count(report.tool.controls, 'control')}</td></tr>
</tbody></table>
<h3>Figures</h3>
<ul class="plain">${figureLines(report).map((line) => html`<li>${line}</li>`)}</ul>
<h3>Journals</h3>
<p>Each host's journal is a chain; this is the digest of its last entry when the report was made.</p>
<table><thead><tr><th scope="col" class="w2">Host</th><th scope="col" class="w1">Length</th><th scope="col">SHA-256 of the last entry</th></tr></thead><tbody>${heads}</tbody></table></section>`;
}
