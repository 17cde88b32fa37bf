/**
 * The smallest Electron app: prints one job and ends. Started by the headless entry point with a folder that only the
 * operator can read: `job.json` in it is read, `report.pdf` written. Ends with 0 when the file is there.
 */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import { printPdf } from '../adapters/report-pdf/print.ts';

const jobSchema = z.object({ html: z.string(), header: z.string(), footer: z.string() });
const folderFlag = '--print-folder=';

// It becomes the PDF's creator.
app.userAgentFallback = 'Bulwark';
app.disableHardwareAcceleration();
// As root Chromium runs without its sandbox or not at all; what asks for it here would end every child at once.
if (process.getuid?.() !== 0) app.enableSandbox();

async function printOnce(): Promise<number> {
  const folder = process.argv.find((word) => word.startsWith(folderFlag))?.slice(folderFlag.length);
  if (!folder) return 64;
  const text = await readFile(path.join(folder, 'job.json'), 'utf8');
  const job = jobSchema.parse(JSON.parse(text));
  const printed = await printPdf(job);
  if (!printed.ok) {
    process.stderr.write(`${printed.error.message} ${printed.error.detail ?? ''}\n`);
    return 1;
  }
  await writeFile(path.join(folder, 'report.pdf'), printed.value, { mode: 0o600 });
  return 0;
}

// Awaiting readiness at the top level of a module would wait for ever.
app
  .whenReady()
  .then(printOnce)
  .then(
    (code) => app.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      app.exit(1);
    },
  );
