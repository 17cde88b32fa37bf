/** A report printed by this Chromium instead of Electron's, then signed and verified as always. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from '@playwright/test';
import { signingIdentity } from '../../electron/adapters/pki/signing-identity.ts';
import { exportReport } from '../../electron/adapters/report/export.ts';
import { loadReportFonts } from '../../electron/adapters/report/fonts.ts';
import { verifyFiles } from '../../electron/adapters/report/verify-files.ts';
import { Vault } from '../../electron/adapters/vault/vault.ts';
import { type Result, succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { buildReport } from '../../shared/engine/report/model.ts';
import type { PdfPrinter } from '../../shared/engine/report/ports.ts';
import { sampleInput } from '../support/report-sample.ts';

/** The same options that the app gives Electron, which hands them to the same call of Chromium. */
function chromiumPrinter(browser: Browser): PdfPrinter {
  return {
    async print(job) {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.setContent(job.html, { waitUntil: 'load' });
      const pdf = await page.pdf({
        preferCSSPageSize: true,
        printBackground: true,
        displayHeaderFooter: true,
        tagged: true,
        outline: true,
        headerTemplate: job.header,
        footerTemplate: job.footer,
      });
      await context.close();
      return succeed(new Uint8Array(pdf));
    },
  };
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.message} ${result.error.detail ?? ''}`);
  return result.value;
}

/** By tools that are not ours, where the machine has them. */
function readByOthers(pdf: string): void {
  if (spawnSync('pdfsig', ['-v']).error !== undefined) {
    console.log(
      '  pdfsig is not installed (Debian: poppler-utils): only our own verifier looked at the paper',
    );
    return;
  }
  const said = execFileSync('pdfsig', [pdf], { encoding: 'utf8' });
  if (!said.includes('Signature is Valid') || !said.includes('Total document signed')) throw new Error(said);
  const info = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' });
  if (!/Tagged: +yes/.test(info) || !info.includes('(A4)')) throw new Error(info);
}

/** Throws where the paper cannot be printed or signed, or where the verifier or `pdfsig` finds fault with it. */
export async function printSignVerify(browser: Browser): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bulwark-engine-paper-'));
  try {
    const vault = new Vault(path.join(folder, 'vault'), { kdf: { memoryKib: 1024, passes: 1, lanes: 1 } });
    must(await vault.create(new Secret('a passphrase for paper')));
    const signer = must(await signingIdentity(vault, 'Ada Lovelace', Date.now()));
    const input = { ...sampleInput({ hosts: 1 }), signer, createdAt: new Date().toISOString() };
    const reports = path.join(folder, 'reports');
    must(
      await exportReport({
        report: buildReport(input),
        signer,
        printer: { ok: true, value: chromiumPrinter(browser) },
        fonts: await loadReportFonts(),
        folder: reports,
        secrets: vault,
      }),
    );
    const at = (name: string) => path.join(reports, name);
    const files = { json: at('report.json'), dsse: at('report.dsse.json'), certificate: at('signer.pem') };
    const verified = await verifyFiles({ pdf: at('report.pdf'), ...files });
    if (verified.exitCode !== 0) throw new Error(verified.lines.join(' '));
    readByOthers(at('report.pdf'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
