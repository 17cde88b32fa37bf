/** Prints from plain Node: starts an Electron without a window for as long as one report takes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { PdfPrinter, PrintJob } from '../../../shared/engine/report/ports.ts';

const patienceMilliseconds = 90_000;

export interface ElectronPrinterOptions {
  /** Electron's executable; absent: the one named by Electron's own variable, or the installed package. */
  readonly executable?: string | undefined;
  /** `electron/print/index.ts` as the build left it. */
  readonly entry: string;
}

/** Undefined when no Electron is installed. Fetches nothing. */
export function findElectron(): string | undefined {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = process.platform === 'win32' ? 'electron.exe' : 'electron';
  const candidates = [given && path.join(given, name), installedElectron()];
  return candidates.find((file) => file && existsSync(file)) || undefined;
}

/** What Electron's package itself would answer; asking it starts a download in its younger versions. */
function installedElectron(): string | undefined {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
    const names: Readonly<Record<string, string>> = {
      win32: 'electron.exe',
      darwin: 'Electron.app/Contents/MacOS/Electron',
    };
    return path.join(folder, 'dist', names[process.platform] ?? 'electron');
  } catch {
    return undefined;
  }
}

/** NOT_FOUND, in one sentence, when there is nothing to print with. */
export function electronPrinter(options: ElectronPrinterOptions): Result<PdfPrinter> {
  const executable = options.executable ?? findElectron();
  if (!executable || !existsSync(executable)) {
    return fail(
      unable('There is no Electron to print with', 'Name one with --electron FILE, or export from the app'),
    );
  }
  if (!existsSync(options.entry)) {
    return fail(unable('The print entry is not built', 'Run npm run build once, or export from the app'));
  }
  return succeed({ print: async (job) => await printOnce(executable, options.entry, job) });
}

function unable(what: string, next: string) {
  return appError(
    'NOT_FOUND',
    `${what}, so there is no PDF; JSON and signed statement are complete.`,
    `${next}.`,
  );
}

async function printOnce(executable: string, entry: string, job: PrintJob): Promise<Result<Uint8Array>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bulwark-print-'));
  try {
    await writeFile(path.join(folder, 'job.json'), JSON.stringify(job), { mode: 0o600 });
    const ended = await run(executable, [...flags(folder), entry, `--print-folder=${folder}`]);
    if (ended.code !== 0) return fail(notPrinted(ended.said || `it ended with ${ended.code ?? 'a signal'}`));
    return succeed(await readFile(path.join(folder, 'report.pdf')));
  } catch (error) {
    return fail(notPrinted(error instanceof Error ? error.message : String(error)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function flags(folder: string): readonly string[] {
  return [
    `--user-data-dir=${path.join(folder, 'profile')}`,
    // Nothing is shown, so no display is needed.
    ...(process.platform === 'linux' ? ['--ozone-platform=headless'] : []),
    // Chromium does not start as root otherwise. What it shows has no script and nothing to load.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

async function run(executable: string, argumentList: readonly string[]): Promise<Ended> {
  return await new Promise((resolve, reject) => {
    const child = spawn(executable, argumentList, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMilliseconds);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, said });
    });
  });
}

function notPrinted(detail: string) {
  return appError(
    'INTERNAL',
    'The report could not be printed.',
    'Export it again; if that fails, report this.',
    {
      retryable: true,
      detail,
    },
  );
}
