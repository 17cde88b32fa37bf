import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appError } from '../../../shared/domain/error.ts';
import { fail, succeed } from '../../../shared/domain/result.ts';
import { chainEntry, emptyHead } from '../../../shared/engine/journal/chain.ts';
import { blobConformance, journalConformance, note } from '../../../test/ports/journal-conformance.ts';
import { FakeClock, testDigest } from '../../../test/support/memory-ports.ts';
import { openFileBlobStore } from './blob-files.ts';
import { type FileJournal, openFileJournal } from './journal-files.ts';

let folder: string;
const opened: FileJournal[] = [];

function openJournal(): FileJournal {
  const journal = openFileJournal({
    folder: join(folder, 'journal'),
    operator: 'tester',
    clock: new FakeClock(),
    digest: testDigest,
  });
  opened.push(journal);
  return journal;
}
const file = () => join(folder, 'journal', 'host-a.jsonl');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  for (const journal of opened.splice(0)) {
    await journal.close();
  }
  rmSync(folder, { recursive: true });
});

describe('the journal in files', () => {
  journalConformance(() => Promise.resolve(openJournal()));

  it('is private and goes on after it was closed', async () => {
    const first = openJournal();
    await first.append(note('host-a', 'one'));
    await first.close();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const second = openJournal();
    await second.append(note('host-a', 'two'));
    expect(await second.read('host-a')).toMatchObject({
      value: [{ text: 'one' }, { text: 'two', sequence: 1 }],
    });
  });

  it('finds tampering at the exact entry and does not write any more', async () => {
    const first = openJournal();
    for (const text of ['zero', 'one', 'two', 'three']) {
      await first.append(note('host-a', text));
    }
    await first.close();
    const good = readFileSync(file(), 'utf8');
    const lines = good.split('\n');
    const cases: readonly (readonly [string, number])[] = [
      [good.replace('"one"', '"oNe"'), 1],
      [[lines[0], lines[2], lines[3], ''].join('\n'), 1],
      [[lines[0], lines[1], lines[2], ''].join('\n'), 3],
      [good.replace('"three"', '"thrEe"'), 3],
      [[lines[0], lines[2], lines[1], lines[3], ''].join('\n'), 1],
      [good.replace('"text":"two"', '"txt":"two"'), 2],
      [good.replace(lines[2] ?? '', '{'), 2],
    ];
    for (const [content, place] of cases) {
      writeFileSync(file(), content);
      const journal = openJournal();
      const read = await journal.read('host-a');
      expect(read).toMatchObject({ ok: false, error: { code: 'JOURNAL_BROKEN' } });
      expect(!read.ok && read.error.message).toContain(`entry ${place}`);
      expect(await journal.append(note('host-a', 'more'))).toMatchObject({
        error: { code: 'JOURNAL_BROKEN' },
      });
      await journal.close();
      expect(readFileSync(file(), 'utf8')).toBe(content);
    }
  });

  it('drops a line that a crash cut short', async () => {
    const first = openJournal();
    await first.append(note('host-a', 'one'));
    await first.close();
    appendFileSync(file(), '{"version":1,"seq');
    const second = openJournal();
    expect(await second.read('host-a')).toMatchObject({ value: [{ text: 'one' }] });
    await second.append(note('host-a', 'two'));
    await second.close();
    expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(3);
  });

  it('notices a write from outside', async () => {
    const journal = openJournal();
    await journal.append(note('host-a', 'one'));
    appendFileSync(file(), 'x\n');
    expect(await journal.append(note('host-a', 'two'))).toMatchObject({ error: { code: 'JOURNAL_BROKEN' } });
  });

  it('lets one writer in, and takes over from a dead one', async () => {
    const first = openJournal();
    await first.append(note('host-a', 'one'));
    expect(await openJournal().append(note('host-a', 'two'))).toMatchObject({
      error: { code: 'JOURNAL_IN_USE' },
    });
    expect(await openJournal().read('host-a')).toMatchObject({ ok: true });
    await first.close();
    const gone = spawnSync('true').pid;
    writeFileSync(join(folder, 'journal', 'writer.lock'), `${gone} \n`);
    expect(await openJournal().append(note('host-a', 'three'))).toMatchObject({ ok: true });
  });

  it('takes over when the number belongs to another process by now', async () => {
    const first = openJournal();
    await first.append(note('host-a', 'one'));
    await first.close();
    writeFileSync(join(folder, 'journal', 'writer.lock'), `${process.pid} another-boot/1\n`);
    expect(await openJournal().append(note('host-a', 'two'))).toMatchObject({ ok: true });
    expect(readdirSync(join(folder, 'journal')).sort()).toEqual([
      'host-a.head',
      'host-a.jsonl',
      'writer.lock',
    ]);
  });

  it('opens a hundred thousand entries in under a second', async () => {
    const count = 100_000;
    const lines: string[] = [];
    let head = emptyHead;
    const about = { at: '2030-01-01T00:00:00.000Z', operator: 'tester' };
    for (let index = 0; index < count; index += 1) {
      const next = chainEntry(head, note('host-a', `entry ${index}`), about, testDigest);
      lines.push(next.line);
      head = next.head;
    }
    const journal = openJournal();
    await journal.claim();
    writeFileSync(file(), `${lines.join('\n')}\n`);
    // Processor time of the best of three: other programs on this machine do not count.
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const reader = openJournal();
      const started = process.cpuUsage();
      const read = await reader.read('host-a');
      times.push(process.cpuUsage(started).user / 1000);
      expect(read.ok && read.value.length).toBe(count);
    }
    expect(Math.min(...times)).toBeLessThan(1000);
  }, 120_000);
});

describe('the blobs in files', () => {
  const key = new Uint8Array(32).fill(7);
  const open = (bytes = key) =>
    openFileBlobStore({ folder: join(folder, 'blobs'), key: () => succeed(bytes) });
  blobConformance(() => Promise.resolve(open()));

  it('shows nothing of the content and is private', async () => {
    const put = await open().put(new TextEncoder().encode('canary-secret'.repeat(20)));
    const path = join(folder, 'blobs', `${put.ok ? put.value : ''}.blob`);
    expect(readFileSync(path).includes('canary')).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'blobs')).mode & 0o777).toBe(0o700);
  });

  it('refuses another key, a flipped bit and a swapped name', async () => {
    const blobs = open();
    const one = await blobs.put(new TextEncoder().encode('one'));
    const two = await blobs.put(new TextEncoder().encode('two'));
    if (!one.ok || !two.ok) {
      throw new Error('put failed');
    }
    const path = (id: string) => join(folder, 'blobs', `${id}.blob`);
    expect(await open(new Uint8Array(32)).get(one.value)).toMatchObject({
      error: { code: 'WORKSPACE_INVALID' },
    });
    const bytes = readFileSync(path(one.value));
    writeFileSync(path(two.value), bytes);
    expect(await blobs.get(two.value)).toMatchObject({ error: { code: 'WORKSPACE_INVALID' } });
    bytes.writeUInt8(bytes.readUInt8(18) ^ 1, 18);
    writeFileSync(path(one.value), bytes);
    expect(await blobs.get(one.value)).toMatchObject({ error: { code: 'WORKSPACE_INVALID' } });
  });

  it('does not work with a locked vault', async () => {
    const blobs = openFileBlobStore({
      folder: join(folder, 'blobs'),
      key: () => fail(appError('VAULT_LOCKED', 'The vault is locked.', 'Unlock it.')),
    });
    expect(await blobs.put(new Uint8Array(1))).toMatchObject({ error: { code: 'VAULT_LOCKED' } });
  });
});
