/** The real print app for tests: built once into a temporary folder, run by the Electron that development uses. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { electronPrinter } from '../../electron/adapters/report/print-by-electron.ts';
import type { PdfPrinter } from '../../shared/engine/report/ports.ts';

const project = path.resolve(import.meta.dirname, '../..');

export interface RealPrinter {
  readonly printer: PdfPrinter;
  readonly remove: () => void;
}

export async function realPrinter(): Promise<RealPrinter> {
  const executable = execFileSync(
    process.execPath,
    [path.join(project, 'build/tasks/electron-runtime.mjs')],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  ).trim();
  const folder = mkdtempSync(path.join(tmpdir(), 'bulwark-print-entry-'));
  await build({
    configFile: false,
    root: project,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: {
      ssr: path.join(project, 'electron/print/index.ts'),
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { external: ['electron'], output: { format: 'es', entryFileNames: 'index.js' } },
    },
  });
  writeFileSync(
    path.join(folder, 'package.json'),
    '{"name":"bulwark-print","type":"module","main":"index.js"}',
  );
  const printer = electronPrinter({ executable, entry: path.join(folder, 'index.js') });
  if (!printer.ok) throw new Error(printer.error.message);
  return { printer: printer.value, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
