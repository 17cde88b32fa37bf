/** `bulwark report`: signs and writes the change report; the PDF needs an Electron, everything else does not. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { electronPrinter } from '../adapters/report/print-by-electron.ts';
import { exportWorkspaceReport } from '../service/reporting.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { inWorkspace, usage } from './options.ts';

const printEntry = fileURLToPath(new URL('../../dist/main/print.js', import.meta.url));

async function report(
  headless: Headless,
  out: string,
  electron: string | undefined,
): Promise<Result<Output>> {
  const printer = electronPrinter({ entry: printEntry, executable: electron });
  const written = await headless.run('report', 'Sign and export the report', (handle) =>
    exportWorkspaceReport(headless.service.context, headless.workspace, handle, { printer, folder: out }),
  );
  if (!written.ok) return written;
  const { folder, files, digest, withoutPdf, commands } = written.value;
  return succeed({
    exitCode: exitCodes.done,
    data: { folder, files, digest, commands, withoutPdf: withoutPdf?.message ?? null },
    text: [
      ...files.map((file) => `${file.sha256}  ${file.name}  ${file.bytes} bytes`),
      ...(withoutPdf === undefined ? [] : [withoutPdf.message, withoutPdf.nextStep]),
      `Written to ${folder}. A stranger verifies it there with:`,
      ...commands.map((command) => `  ${command}`),
    ].join('\n'),
  });
}

export const reportCommand: Command = {
  name: 'report',
  summary: 'Sign and write the change report: PDF, JSON, statement, certificate.',
  usage: ['bulwark report --workspace NAME --out FOLDER --vault-passphrase-stdin [--electron FILE] [--json]'],
  options: [...inWorkspace, 'out', 'electron'],
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    const { out } = options;
    if (out === undefined) return fail(usage('Say where to with --out FOLDER'));
    const electron = options.electron ?? process.env['BULWARK_ELECTRON'];
    return await onWorkspace(options, terminal, (headless) => report(headless, resolve(out), electron));
  },
};
