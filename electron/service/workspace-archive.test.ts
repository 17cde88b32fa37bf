import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { FakeClock, testDigest } from '../../test/support/memory-ports.ts';
import { openFileJournal } from '../adapters/journal-files/journal-files.ts';
import { packTar, unpackTar } from './tar.ts';
import { exportWorkspace, importWorkspace } from './workspace-archive.ts';
import { listRecents, type WorkspaceFile } from './workspace-files.ts';

let folder: string;
let root: string;
const archive = () => join(folder, 'out.tar');
const into = () => join(folder, 'other', 'orders-1');

const file: WorkspaceFile = {
  format: 'bulwark-workspace',
  version: 1,
  id: 'orders-1',
  name: 'orders',
  deployment: 'self-managed',
  createdAt: '2030-01-01T00:00:00.000Z',
  hosts: [
    {
      id: 'host-a',
      name: 'a',
      address: '192.0.2.1',
      port: 22,
      user: 'operator',
      roles: ['elasticsearch'],
      login: { method: 'key-file', path: '/home/ada/.ssh/id' },
      sudo: 'passwordless',
    },
  ],
  hostKeys: {},
  basket: [],
  waivers: [],
  plan: null,
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
  root = join(folder, 'workspace');
  for (const name of ['journal', 'blobs', 'scans', 'reports/r1'])
    mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'workspace.json'), JSON.stringify(file));
  writeFileSync(join(root, 'vault.bwv'), Buffer.from([1, 2, 0, 255]));
  writeFileSync(join(root, 'blobs', `${'ab'.repeat(16)}.blob`), 'sealed');
  writeFileSync(join(root, 'reports/r1/report.json'), '{}');
  writeFileSync(join(root, 'somebody-elses.txt'), 'not ours');
  const journal = openFileJournal({
    folder: join(root, 'journal'),
    operator: 'ada',
    clock: new FakeClock(),
    digest: testDigest,
  });
  for (const text of ['one', 'two']) value(await journal.append({ type: 'note', hostId: 'host-a', text }));
  await journal.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const listed = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(path, name)).isFile())
    .sort();

/** The archive with its files changed by somebody, its list made to fit again. */
function forged(change: (files: { name: string; bytes: Buffer }[]) => void): void {
  const [first, ...files] = unpackTar(readFileSync(archive())) ?? [];
  const mine = files.map((one) => ({ ...one }));
  change(mine);
  const manifest = JSON.parse(first?.bytes.toString() ?? '{}') as object;
  const list = mine.map(({ name, bytes }) => ({
    name,
    bytes: bytes.length,
    sha256: testDigest.sha256(new Uint8Array(bytes)),
  }));
  const head = Buffer.from(JSON.stringify({ ...manifest, files: list }));
  writeFileSync(archive(), packTar([{ name: first?.name ?? '', bytes: head }, ...mine]));
}

async function refused(): Promise<string> {
  const made = await importWorkspace(archive(), into());
  expect(listed(folder).some((name) => name.startsWith('other'))).toBe(false);
  return made.ok ? 'made' : made.error.code;
}

describe('a workspace in one file', () => {
  it('comes out byte for byte, readable by the operator only', async () => {
    const written = value(await exportWorkspace(root, archive()));
    expect(written.leftOut).toEqual(['somebody-elses.txt']);
    expect(statSync(archive()).mode & 0o777).toBe(0o600);
    value(await importWorkspace(archive(), into()));
    expect(listed(into())).toEqual(listed(root).filter((name) => name !== 'somebody-elses.txt'));
    for (const name of listed(into())) {
      expect(readFileSync(join(into(), name)).equals(readFileSync(join(root, name)))).toBe(true);
      expect(statSync(join(into(), name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(into()).mode & 0o777).toBe(0o700);
  });

  it('takes the key file of the other machine', async () => {
    value(await exportWorkspace(root, archive()));
    value(await importWorkspace(archive(), into(), '/home/bob/.ssh/key'));
    expect(JSON.parse(readFileSync(join(into(), 'workspace.json'), 'utf8'))).toMatchObject({
      hosts: [{ login: { path: '/home/bob/.ssh/key' } }],
    });
  });

  it('is found in a folder of any name', async () => {
    value(await exportWorkspace(root, archive()));
    value(await importWorkspace(archive(), join(folder, 'other', 'rescued')));
    expect(await listRecents(join(folder, 'other'))).toMatchObject([{ id: 'rescued', name: 'orders' }]);
  });

  it('overwrites nothing, on either way', async () => {
    writeFileSync(archive(), 'mine');
    expect(await exportWorkspace(root, archive())).toMatchObject({ error: { code: 'INPUT_INVALID' } });
    expect(readFileSync(archive(), 'utf8')).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual(['out.tar', 'workspace']);
    rmSync(archive());
    value(await exportWorkspace(root, archive()));
    expect(await importWorkspace(archive(), root)).toMatchObject({ error: { code: 'INPUT_INVALID' } });
  });

  it.each([
    '../evil',
    '/etc/evil',
    'journal/../../evil',
    'blobs/x',
    'a/b',
    'reports/.hidden',
    'WORKSPACE.JSON',
  ])('refuses the name %s', async (name) => {
    value(await exportWorkspace(root, archive()));
    forged((files) => files.push({ name, bytes: Buffer.from('x') }));
    expect(await refused()).toBe('WORKSPACE_INVALID');
  });

  it('refuses a journal that was changed or cut, although the list fits', async () => {
    value(await exportWorkspace(root, archive()));
    const journal = (files: { name: string; bytes: Buffer }[]) =>
      files.find((one) => one.name.endsWith('.jsonl')) ?? { name: '', bytes: Buffer.alloc(0) };
    forged((files) => {
      const one = journal(files);
      one.bytes = Buffer.from(one.bytes.toString().replace('"two"', '"tWo"'));
    });
    expect(await refused()).toBe('JOURNAL_BROKEN');
    rmSync(archive());
    value(await exportWorkspace(root, archive()));
    forged((files) => {
      const one = journal(files);
      one.bytes = one.bytes.subarray(0, one.bytes.indexOf(10) + 1);
    });
    expect(await refused()).toBe('JOURNAL_BROKEN');
  });

  it('refuses a link, a missing list, a missing workspace.json', async () => {
    value(await exportWorkspace(root, archive()));
    const good = readFileSync(archive());
    const linked = Buffer.from(good);
    linked[156] = 0x32;
    writeFileSync(archive(), linked);
    expect(await refused()).toBe('WORKSPACE_INVALID');
    writeFileSync(archive(), packTar((unpackTar(good) ?? []).slice(1)));
    expect(await refused()).toBe('WORKSPACE_INVALID');
    writeFileSync(archive(), good);
    forged((files) =>
      files.splice(
        files.findIndex(({ name }) => name === 'workspace.json'),
        1,
      ),
    );
    expect(await refused()).toBe('WORKSPACE_INVALID');
  });

  it('refuses any flipped byte of a listed file, and never throws', async () => {
    value(await exportWorkspace(root, archive()));
    const good = readFileSync(archive());
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ flip;
        writeFileSync(archive(), bad);
        const made = await importWorkspace(archive(), into());
        if (made.ok) {
          // Only padding and the date of the export are no part of what is checked.
          for (const name of listed(into()))
            expect(readFileSync(join(into(), name)).equals(readFileSync(join(root, name)))).toBe(true);
        }
        rmSync(into(), { recursive: true, force: true });
      }),
      { numRuns: 200 },
    );
  });
});
