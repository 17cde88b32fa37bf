/**
 * Prints a report in a page without a window (so it needs no display) that can run no script, load nothing but the one page it was given, and shares nothing
 * with the app's own session: the page is made of what hosts have said.
 */

import { randomUUID } from 'node:crypto';
import { type PrintToPDFOptions, type Session, session, type WebContents, WebContentsView } from 'electron';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { PrintJob } from '../../../shared/engine/report/ports.ts';

const scheme = 'bulwark-paper';
const address = `${scheme}://report/`;
const patienceMilliseconds = 60_000;

const options: PrintToPDFOptions = {
  preferCSSPageSize: true,
  printBackground: true,
  displayHeaderFooter: true,
  generateTaggedPDF: true,
  generateDocumentOutline: true,
};

/** A4 PDF with tags and outline. Errors: INTERNAL when Chromium does not print within a minute. Only after the app is ready. */
export async function printPdf(job: PrintJob): Promise<Result<Uint8Array>> {
  const paper = session.fromPartition(`report-${randomUUID()}`, { cache: false });
  close(paper, job.html);
  const page = new WebContentsView({
    webPreferences: {
      session: paper,
      javascript: false,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webgl: false,
      spellcheck: false,
      devTools: false,
    },
  });
  page.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  try {
    return succeed(await withinPatience(drawn(page.webContents, job)));
  } catch (error) {
    return fail(
      appError(
        'INTERNAL',
        'The report could not be printed.',
        'Export it again; if that fails, report this.',
        {
          retryable: true,
          detail: error instanceof Error ? error.message : String(error),
        },
      ),
    );
  } finally {
    page.webContents.close();
    paper.protocol.unhandle(scheme);
  }
}

function close(paper: Session, html: string): void {
  paper.protocol.handle(
    scheme,
    () =>
      new Response(html, {
        headers: { 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' },
      }),
  );
  paper.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  paper.setPermissionCheckHandler(() => false);
  paper.webRequest.onBeforeRequest((request, answer) => {
    answer({ cancel: request.url !== address && !request.url.startsWith('data:') });
  });
}

async function drawn(page: WebContents, job: PrintJob): Promise<Uint8Array> {
  await page.loadURL(address);
  return await page.printToPDF({
    ...options,
    headerTemplate: job.header,
    footerTemplate: job.footer,
  });
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Chromium did not print in time')), patienceMilliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
