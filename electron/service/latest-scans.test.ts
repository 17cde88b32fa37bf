import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Scan } from '../../shared/domain/finding.ts';
import { emptyState, hostState } from '../../test/support/service-state.ts';
import { keepLatest } from './latest-scans.ts';
import { createStateStore } from './state-store.ts';
import { makeWorkspaceFolders, readScan, workspacePaths } from './workspace-files.ts';

const scan: Scan = {
  id: 'scan-a-1',
  hostId: 'a',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  findings: [],
  exposure: [],
  factsDigest: '',
  subject: { hostname: 'a', operatingSystem: '', elasticsearch: '', hostKey: '' },
  cost: { connections: 0, execs: 0, roundTrips: 0, tunnels: 0, bytesIn: 0, milliseconds: 0 },
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'latest-scans-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function made() {
  const paths = workspacePaths(root);
  await makeWorkspaceFolders(paths);
  const store = createStateStore(emptyState, () => undefined);
  store.setHosts([{ ...hostState('a'), latest: scan }]);
  const show = (latest: Scan) => store.updateHost('a', (state) => ({ ...state, latest }));
  return { paths, store, show, workspace: { paths } };
}

it('many writes at once leave what the store has', async () => {
  const { paths, store, show, workspace } = await made();
  const writes: Promise<void>[] = [];
  for (let n = 1; n <= 20; n += 1) {
    const now = { ...scan, id: `scan-a-${n}`, factsDigest: `digest-${n}` };
    show(now);
    writes.push(keepLatest(store, workspace, now));
  }
  await Promise.all(writes);
  expect(await readScan(paths, 'a', 'latest')).toMatchObject({ id: 'scan-a-20', factsDigest: 'digest-20' });
});

it('a scan that was replaced is not written over the newer one', async () => {
  const { paths, store, show, workspace } = await made();
  const newer = { ...scan, id: 'scan-a-2' };
  show(newer);
  await keepLatest(store, workspace, newer);
  await keepLatest(store, workspace, scan);
  expect((await readScan(paths, 'a', 'latest'))?.id).toBe('scan-a-2');
});

it('a write that fails is told, and the next one is made', async () => {
  const { paths, store, workspace } = await made();
  rmSync(paths.scans, { recursive: true });
  await expect(keepLatest(store, workspace, scan)).rejects.toThrow(/ENOENT/);
  await makeWorkspaceFolders(paths);
  await keepLatest(store, workspace, scan);
  expect((await readScan(paths, 'a', 'latest'))?.id).toBe('scan-a-1');
});
