/** Reads what the app left in its workspaces, as a stranger with the folder would. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? below(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** Where the only workspace of this app lies. */
export function workspaceFolder(workspaces: string): string {
  const file = below(workspaces).find((path) => path.endsWith('/workspace.json'));
  if (file === undefined) throw new Error('there is no workspace');
  return dirname(file);
}

/** The files of the newest export. */
export function reportFiles(workspaces: string): string[] {
  const pdfs = below(workspaces)
    .filter((path) => path.endsWith('/report.json'))
    .sort();
  const folder = pdfs.at(-1)?.replace(/\/report\.json$/, '');
  return folder === undefined ? [] : readdirSync(folder).map((name) => join(folder, name));
}

export interface ScanCost {
  readonly role: string;
  readonly execs: number;
  readonly roundTrips: number;
  readonly connections: number;
  readonly tunnels: number;
  readonly milliseconds: number;
}

export function scanCosts(workspaces: string): ScanCost[] {
  return below(workspaces)
    .filter((path) => /\/scans\/.*\.(baseline|latest)\.json$/.test(path))
    .map((path) => {
      const scan = JSON.parse(readFileSync(path, 'utf8')) as { cost: Omit<ScanCost, 'role'> };
      return { role: path.includes('.baseline.') ? 'first' : 'last', ...scan.cost };
    });
}

/** Kinds of the journal's entries, `intent`, `outcome` and so on, oldest first; of a workspace with one host. */
export function journalKinds(workspaces: string): string[] {
  return below(workspaces)
    .filter((path) => path.endsWith('.jsonl'))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .flatMap((line) => /"type":"([a-z-]*(?:intent|outcome))"/.exec(line)?.[1] ?? []);
}
