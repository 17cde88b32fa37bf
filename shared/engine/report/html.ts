/** The report on paper: one HTML document without scripts, made from the report and nothing else. */
import type { Report } from '../../domain/report.ts';
import { changesSection } from './html/changes-section.ts';
import { evidenceSection } from './html/evidence-section.ts';
import { firstPage } from './html/first-page.ts';
import { lastPage } from './html/last-page.ts';
import { html } from './html/markup.ts';
import { risksSection } from './html/risks-section.ts';
import { marginStyle, styleSheet } from './html/style.ts';
import type { PrintJob, ReportFont } from './ports.ts';

/** Even a document that somebody manages to inject into may load nothing and run nothing. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

/** @param digest lower-case hexadecimal SHA-256 of the report's canonical JSON */
export function reportHtml(report: Report, digest: string, fonts: readonly ReportFont[]): PrintJob {
  const title = `${report.workspace.name}: change report`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>${title}</title><style>${styleSheet(fonts)}</style></head>
<body>${firstPage(report)}${changesSection(report)}${risksSection(report)}${evidenceSection(report)}${lastPage(report, digest)}</body></html>`;
  const margin = html`<style>${marginStyle(fonts)}</style>`;
  return {
    html: page.markup,
    header:
      html`${margin}<div class="margin"><span>${report.workspace.name}</span><span>${digest.slice(0, 12)}</span></div>`
        .markup,
    footer:
      html`${margin}<div class="margin"><span>Bulwark change report</span><span>Page <span class="pageNumber"></span> of <span class="totalPages"></span></span></div>`
        .markup,
  };
}
