/** What every Journal and every BlobStore promises; run on the real adapters and on the ones in memory alike. */
import { expect, it } from 'vitest';
import type { JournalDraft } from '../../shared/domain/journal.ts';
import type { BlobStore, Journal } from '../../shared/engine/ports.ts';
import { testDigest } from '../support/memory-ports.ts';

export function note(hostId: string, text: string): JournalDraft {
  return { type: 'note', hostId, text };
}

export function journalConformance(make: () => Promise<Journal>): void {
  it('gives back what was appended, in order, numbered and chained', async () => {
    const journal = await make();
    for (const text of ['one', 'two', 'drei ä']) {
      expect(await journal.append(note('host-a', text))).toMatchObject({ ok: true });
    }
    await journal.append(note('host-b', 'other'));
    const read = await journal.read('host-a');
    expect(read).toMatchObject({
      ok: true,
      value: [
        { sequence: 0, text: 'one', previous: '0'.repeat(64) },
        { sequence: 1, text: 'two' },
        { sequence: 2, text: 'drei ä' },
      ],
    });
    const entries = read.ok ? read.value : [];
    const last = JSON.stringify(entries[2]);
    expect(entries[2]?.previous).toBe(entries[1]?.digest);
    expect(entries[2]?.digest).toBe(testDigest.sha256(last.slice(0, last.indexOf(',"digest":"'))));
    const heads = await journal.heads();
    expect(heads.ok && heads.value['host-a']).toBe(entries[2]?.digest);
    expect(heads.ok && Object.keys(heads.value).sort()).toEqual(['host-a', 'host-b']);
  });

  it('has nothing to say about a host that it does not know', async () => {
    expect(await (await make()).read('stranger')).toEqual({ ok: true, value: [] });
  });

  it('keeps the chain when many append at once', async () => {
    const journal = await make();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => journal.append(note('host-a', String(index)))),
    );
    const read = await journal.read('host-a');
    expect(read.ok && read.value.map((entry) => entry.sequence)).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
  });
}

export function blobConformance(make: () => Promise<BlobStore>): void {
  it('gives back the same bytes and names them without a pattern', async () => {
    const blobs = await make();
    const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 256);
    const first = await blobs.put(bytes);
    const second = await blobs.put(bytes);
    expect(first.ok && second.ok && first.value !== second.value).toBe(true);
    const read = first.ok ? await blobs.get(first.value) : undefined;
    expect(read?.ok === true && [...read.value]).toEqual([...bytes]);
    const empty = await blobs.put(new Uint8Array());
    expect(empty.ok && (await blobs.get(empty.value))).toMatchObject({ ok: true });
  });

  it('says when there is no such image', async () => {
    expect(await (await make()).get('0'.repeat(32))).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
  });
}
