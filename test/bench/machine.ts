/** Figures that need no host: judging, vault, report, start of the app. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingIdentity } from '../../electron/adapters/pki/signing-identity.ts';
import { exportReport } from '../../electron/adapters/report/export.ts';
import { loadReportFonts } from '../../electron/adapters/report/fonts.ts';
import { Vault } from '../../electron/adapters/vault/vault.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import { succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { buildReport } from '../../shared/engine/report/model.ts';
import { findingOf } from '../../shared/engine/scan.ts';
import { appFolder, launchApp } from '../e2e/support/launch.ts';
import { at, factsOf, open } from '../support/facts.ts';
import { realPrinter } from '../support/print-entry.ts';
import { sampleInput } from '../support/report-sample.ts';
import { type Figure, figure, median, timed } from './figure.ts';

export async function judgingFigures(): Promise<readonly Figure[]> {
  const facts = factsOf(open);
  async function judge(count: number): Promise<number> {
    const controls = Array.from({ length: count }, (_, index) => catalog[index % catalog.length]);
    const runs: number[] = [];
    for (let run = 0; run < 30; run += 1)
      runs.push(
        await timed(() => {
          for (const control of controls) if (control !== undefined) findingOf(control, facts, 'a', at);
        }),
      );
    return median(runs);
  }
  return [
    figure(
      `judging ${catalog.length} controls`,
      await judge(catalog.length),
      'ms',
      'median of 30, with proposals',
    ),
    figure('judging 100 controls', await judge(100), 'ms', 'the same ones again and again', 50),
  ];
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function vaultFigures(): Promise<readonly Figure[]> {
  return await withFolder(async (folder) => {
    const file = join(folder, 'vault.bwv');
    const passphrase = new Secret('a passphrase of the bench');
    await new Vault(file).create(passphrase);
    const runs: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const vault = new Vault(file);
      runs.push(
        await timed(async () => {
          const opened = await vault.unlock(passphrase);
          if (!opened.ok) throw new Error(opened.error.message);
        }),
      );
      vault.lock();
    }
    return [
      figure('unlocking the vault', median(runs), 'ms', 'median of 3; Argon2id is set to about a second'),
    ];
  });
}

export async function reportFigures(): Promise<readonly Figure[]> {
  const printer = await realPrinter();
  try {
    return await withFolder(async (folder) => {
      const vault = new Vault(join(folder, 'vault.bwv'));
      await vault.create(new Secret('a passphrase of the bench'));
      const signer = await signingIdentity(vault, 'bench', Date.now());
      if (!signer.ok) throw new Error(signer.error.message);
      const fonts = await loadReportFonts();
      const report = buildReport(sampleInput({ hosts: 16 }));
      const findings = report.hosts.reduce(
        (sum, host) => sum + (host.after ?? host.before).findings.length,
        0,
      );
      const runs: number[] = [];
      for (let run = 0; run < 3; run += 1)
        runs.push(
          await timed(async () => {
            const written = await exportReport({
              report,
              signer: signer.value,
              printer: succeed(printer.printer),
              fonts,
              folder: join(folder, `report-${run}`),
              secrets: vault,
            });
            if (!written.ok) throw new Error(`${written.error.message} ${written.error.detail ?? ''}`);
          }),
        );
      return [
        figure(
          `signed PDF with ${findings} findings`,
          median(runs),
          'ms',
          'median of 3, an Electron started for each; before and after',
          3000,
        ),
      ];
    });
  } finally {
    printer.remove();
  }
}

export async function startFigures(): Promise<readonly Figure[]> {
  const folder = appFolder();
  const runs: number[] = [];
  for (let run = 0; run < 4; run += 1) {
    const started = performance.now();
    const app = await launchApp(folder);
    runs.push(performance.now() - started);
    await app.close();
  }
  const [first = Number.NaN, ...later] = runs;
  return [
    figure('first start to an interactive window', first, 'ms', 'empty profile, driven by Playwright'),
    figure('start to an interactive window', median(later), 'ms', 'median of 3, driven by Playwright', 2000),
  ];
}
