/**
 * A workspace on disk: one folder, readable by the operator only.
 * `workspace.json` hosts and names; `scans/` assessments; `journal/` and `blobs/` what was done; `vault.bwv` secrets;
 * `known_hosts` accepted host keys; `reports/` what was signed. Every write is a new file, synced, then renamed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { basketItemSchema, type recentSchema } from '../../shared/contract/state.ts';
import { deploymentTypeSchema } from '../../shared/domain/deployment.ts';
import { appError } from '../../shared/domain/error.ts';
import { type Scan, scanSchema } from '../../shared/domain/finding.ts';
import { hostKeySchema, hostSchema } from '../../shared/domain/host.ts';
import { planSchema } from '../../shared/domain/plan.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { waiverSchema } from '../../shared/domain/waiver.ts';

export const workspaceFileSchema = z.object({
  format: z.literal('bulwark-workspace'),
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  deployment: deploymentTypeSchema,
  createdAt: z.string(),
  hosts: z.array(hostSchema),
  hostKeys: z.record(z.string(), hostKeySchema),
  basket: z.array(basketItemSchema),
  /** Absent in files from before there were any. */
  waivers: z.array(waiverSchema).default([]),
  /** A plan that was made and not discarded: closing the app loses nothing. */
  plan: planSchema.nullable(),
});
export type WorkspaceFile = z.infer<typeof workspaceFileSchema>;

export type Recent = z.infer<typeof recentSchema>;

/** Writes durably: a crash leaves the old bytes or the new ones, and two writers do not mix theirs. */
export async function writeDurably(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; its file system journals the entry itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export function workspacePaths(root: string) {
  return {
    root,
    file: join(root, 'workspace.json'),
    scans: join(root, 'scans'),
    journal: join(root, 'journal'),
    blobs: join(root, 'blobs'),
    vault: join(root, 'vault.bwv'),
    knownHosts: join(root, 'known_hosts'),
    reports: join(root, 'reports'),
  } as const;
}
export type WorkspacePaths = ReturnType<typeof workspacePaths>;

export async function makeWorkspaceFolders(paths: WorkspacePaths): Promise<void> {
  for (const folder of [paths.root, paths.scans, paths.journal, paths.blobs, paths.reports])
    await mkdir(folder, { recursive: true, mode: 0o700 });
}

export async function readWorkspaceFile(path: string): Promise<Result<WorkspaceFile>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    return fail(
      appError(
        'NOT_FOUND',
        'The workspace file cannot be read.',
        'Check that the folder still exists and belongs to you, or start a new workspace.',
        { detail: String(cause) },
      ),
    );
  }
  try {
    const parsed = workspaceFileSchema.safeParse(JSON.parse(text));
    if (parsed.success) return succeed(parsed.data);
    return fail(invalid(z.prettifyError(parsed.error)));
  } catch (cause) {
    return fail(invalid(String(cause)));
  }
}

function invalid(detail: string) {
  return appError(
    'WORKSPACE_INVALID',
    'The workspace file is not one that this version understands.',
    'Nothing was changed. Restore the file from a backup, or open it with the version that wrote it.',
    { detail: detail.slice(0, 2000) },
  );
}

export async function writeScan(
  paths: WorkspacePaths,
  scan: Scan,
  role: 'baseline' | 'latest',
): Promise<void> {
  await writeDurably(join(paths.scans, `${scan.hostId}.${role}.json`), JSON.stringify(scan));
}

export async function readScan(
  paths: WorkspacePaths,
  hostId: string,
  role: 'baseline' | 'latest',
): Promise<Scan | undefined> {
  try {
    const parsed = scanSchema.safeParse(
      JSON.parse(await readFile(join(paths.scans, `${hostId}.${role}.json`), 'utf8')),
    );
    return parsed.success ? parsed.data : undefined;
  } catch {
    // A missing or damaged scan is the same as none: assessing again costs seconds and the journal does not depend on it.
    return undefined;
  }
}

/** Workspaces below the folder, newest first, with the posture of their latest scans. */
export async function listRecents(folder: string): Promise<Recent[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return [];
  }
  const recents: Recent[] = [];
  for (const name of names) {
    const paths = workspacePaths(join(folder, name));
    const file = await readWorkspaceFile(paths.file);
    if (!file.ok || file.value.id !== name) continue;
    const counts = { pass: 0, fail: 0, unknown: 0, error: 0, 'not-applicable': 0 };
    let lastAssessed: string | undefined;
    for (const host of file.value.hosts) {
      const scan = await readScan(paths, host.id, 'latest');
      if (scan === undefined) continue;
      if (lastAssessed === undefined || scan.finishedAt > lastAssessed) lastAssessed = scan.finishedAt;
      for (const finding of scan.findings) counts[finding.outcome] += 1;
    }
    recents.push({
      id: name,
      name: file.value.name,
      deployment: file.value.deployment,
      hosts: file.value.hosts.length,
      counts,
      ...(lastAssessed === undefined ? {} : { lastAssessed }),
    });
  }
  return recents.sort((a, b) => (b.lastAssessed ?? '').localeCompare(a.lastAssessed ?? ''));
}

/** What stays of a workspace when a host leaves it; a plan that wanted something of that host goes with it. */
export function withoutHost(
  file: WorkspaceFile,
  hostId: string,
): Pick<WorkspaceFile, 'hosts' | 'hostKeys' | 'basket' | 'waivers' | 'plan'> {
  const planned = file.plan?.steps.some((step) => step.hostId === hostId) === true;
  return {
    hosts: file.hosts.filter((entry) => entry.id !== hostId),
    hostKeys: Object.fromEntries(Object.entries(file.hostKeys).filter(([id]) => id !== hostId)),
    basket: file.basket.filter((item) => item.hostId !== hostId),
    waivers: file.waivers.filter((waiver) => waiver.hostId !== hostId),
    plan: planned ? null : file.plan,
  };
}
