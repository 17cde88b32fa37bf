import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scan } from '../../shared/domain/finding.ts';
import { readSettings, writeSettings } from './settings.ts';
import {
  listRecents,
  makeWorkspaceFolders,
  readScan,
  readWorkspaceFile,
  type WorkspaceFile,
  workspacePaths,
  writeDurably,
  writeScan,
} from './workspace-files.ts';

const file: WorkspaceFile = {
  format: 'bulwark-workspace',
  version: 1,
  id: 'one',
  name: 'One',
  deployment: 'self-managed',
  createdAt: '2030-01-01T00:00:00.000Z',
  hosts: [],
  hostKeys: {},
  basket: [],
  waivers: [],
  plan: null,
};

const scan: Scan = {
  id: 's',
  hostId: 'a',
  startedAt: '2030-01-01T00:00:00.000Z',
  finishedAt: '2030-01-01T00:00:01.000Z',
  findings: [],
  exposure: [],
  factsDigest: 'f',
  subject: { hostname: 'h', operatingSystem: 'o', elasticsearch: 'e', hostKey: 'k' },
  cost: { connections: 1, execs: 1, roundTrips: 9, tunnels: 0, bytesIn: 1, milliseconds: 1 },
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workspace-files-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a file written durably', () => {
  it('is readable by its owner only, and nothing lies beside it', async () => {
    const path = join(root, 'x.json');
    await writeDurably(path, 'one');
    await writeDurably(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(root)).toEqual(['x.json']);
  });

  it('is whole after many writers at once', async () => {
    const path = join(root, 'x.json');
    const texts = Array.from({ length: 20 }, (_, index) =>
      JSON.stringify({ index, fill: 'x'.repeat(20_000) }),
    );
    await Promise.all(texts.map((text) => writeDurably(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(root)).toEqual(['x.json']);
  });

  it('leaves the old one and no leftovers when it cannot be put in place', async () => {
    const path = join(root, 'folder');
    await mkdir(join(path, 'in-the-way'), { recursive: true });
    await expect(writeDurably(path, 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(readdirSync(root)).toEqual(['folder']);
  });

  it('is not disturbed by what a crash left behind', async () => {
    const path = join(root, 'workspace.json');
    writeFileSync(`${path}.new`, 'half a');
    writeFileSync(`${path}.0badcafe.new`, 'half a');
    await writeDurably(path, JSON.stringify(file));
    expect(await readWorkspaceFile(path)).toMatchObject({ ok: true, value: { name: 'One' } });
  });
});

describe('a workspace', () => {
  it.each([
    ['', 'WORKSPACE_INVALID'],
    ['{"format":"bulwark-work', 'WORKSPACE_INVALID'],
    ['null', 'WORKSPACE_INVALID'],
    [JSON.stringify({ ...file, version: 2 }), 'WORKSPACE_INVALID'],
    [JSON.stringify({ ...file, hosts: [{ id: '../x' }] }), 'WORKSPACE_INVALID'],
  ])('whose file is damaged is said to be: %s', async (text, code) => {
    const path = join(root, 'workspace.json');
    writeFileSync(path, text);
    expect(await readWorkspaceFile(path)).toMatchObject({ ok: false, error: { code } });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('that is missing is not damaged', async () => {
    expect(await readWorkspaceFile(join(root, 'none'))).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('is listed with its posture; damaged and misplaced ones are left out', async () => {
    const paths = workspacePaths(join(root, 'one'));
    await makeWorkspaceFolders(paths);
    const host = {
      id: 'a',
      name: 'a',
      address: 'x',
      port: 22,
      user: 'u',
      roles: [],
      login: { method: 'agent' as const },
      sudo: 'none' as const,
    };
    await writeDurably(paths.file, JSON.stringify({ ...file, hosts: [host] }));
    await writeScan(paths, scan, 'latest');
    for (const [name, text] of [
      ['two', '{'],
      ['copy-of-one', JSON.stringify(file)],
    ] as const) {
      const other = workspacePaths(join(root, name));
      await makeWorkspaceFolders(other);
      writeFileSync(other.file, text);
    }
    writeFileSync(join(root, 'stray'), '');
    const recents = await listRecents(root);
    expect(recents).toMatchObject([{ id: 'one', hosts: 1, lastAssessed: scan.finishedAt }]);
    expect(await listRecents(join(root, 'none'))).toEqual([]);
    expect(statSync(paths.journal).mode & 0o777).toBe(0o700);
  });

  it('reads a damaged scan as none', async () => {
    const paths = workspacePaths(root);
    await makeWorkspaceFolders(paths);
    await writeScan(paths, scan, 'latest');
    expect(await readScan(paths, 'a', 'latest')).toEqual(scan);
    expect(await readScan(paths, 'a', 'baseline')).toBeUndefined();
    writeFileSync(join(paths.scans, 'a.latest.json'), '{"id":');
    expect(await readScan(paths, 'a', 'latest')).toBeUndefined();
  });
});

describe('settings', () => {
  it('fall back to safe ones, each by itself', async () => {
    const path = join(root, 'settings.json');
    expect(await readSettings(path)).toEqual({ theme: 'system', guardSeconds: 60, autoLockMinutes: 15 });
    writeFileSync(path, '{"theme":"dark","guardSeconds":1,"autoLockMinutes":0}');
    expect(await readSettings(path)).toEqual({ theme: 'dark', guardSeconds: 60, autoLockMinutes: 15 });
    await writeSettings(path, { theme: 'light', guardSeconds: 90, autoLockMinutes: 30 });
    expect(await readSettings(path)).toEqual({ theme: 'light', guardSeconds: 90, autoLockMinutes: 30 });
  });
});
