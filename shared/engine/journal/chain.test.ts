import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testDigest } from '../../../test/support/memory-ports.ts';
import type { JournalDraft } from '../../domain/journal.ts';
import { type ChainHead, chainEntry, emptyHead, replayJournal } from './chain.ts';

const about = { at: '2030-01-01T00:00:00.000Z', operator: 'ada' };
const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const where = { hostId: 'host-a', planId: 'p', stepId: '01-x' };
const draft: fc.Arbitrary<JournalDraft> = fc.oneof(
  text.map((words): JournalDraft => ({ type: 'note', hostId: 'host-a', text: words })),
  text.map((reason): JournalDraft => ({ type: 'undo-intent', ...where, reason })),
  text.map(
    (note): JournalDraft => ({ type: 'outcome', ...where, result: 'done', mark: { file: note }, note }),
  ),
  text.map(
    (note): JournalDraft => ({
      type: 'restart-outcome',
      hostId: 'host-a',
      unit: 'a.service',
      result: 'done',
      note,
    }),
  ),
);

function written(drafts: readonly JournalDraft[]): {
  readonly lines: readonly Buffer[];
  readonly head: ChainHead;
} {
  const lines: Buffer[] = [];
  let head = emptyHead;
  for (const one of drafts) {
    const next = chainEntry(head, one, about, testDigest);
    lines.push(Buffer.from(`${next.line}\n`));
    head = next.head;
  }
  return { lines, head };
}

function placeOf(lines: readonly Buffer[], head: ChainHead): number | 'whole' {
  const replay = replayJournal(new Uint8Array(Buffer.concat([...lines])), 'host-a', testDigest, head);
  if (replay.ok) {
    return 'whole';
  }
  // A flipped digit of the version may read as a newer one.
  return Number(/at entry (\d+)/.exec(replay.error.message)?.[1] ?? Number.NaN);
}

describe('tampering', () => {
  it('is named at exactly the entry whose byte was flipped, newlines included', () => {
    fc.assert(
      fc.property(
        fc.array(draft, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (drafts, at, offset, flip) => {
          const { lines, head } = written(drafts);
          const index = at % lines.length;
          const bytes = Buffer.from(lines[index] ?? '');
          const place = offset % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ flip;
          expect(placeOf(lines.with(index, bytes), head)).toBe(index);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('is named where an entry was removed, also at the end', () => {
    fc.assert(
      fc.property(fc.array(draft, { minLength: 1, maxLength: 8 }), fc.nat(), (drafts, at) => {
        const { lines, head } = written(drafts);
        const index = at % lines.length;
        expect(placeOf(lines.toSpliced(index, 1), head)).toBe(index);
      }),
    );
  });

  it('is named where the first of two entries in the wrong order stands', () => {
    fc.assert(
      fc.property(fc.array(draft, { minLength: 2, maxLength: 8 }), fc.nat(), fc.nat(), (drafts, a, b) => {
        const { lines, head } = written(drafts);
        const first = Math.min(a % lines.length, b % lines.length);
        const second = Math.max(a % lines.length, b % lines.length);
        fc.pre(first !== second);
        const [one, other] = [lines[first], lines[second]];
        if (one !== undefined && other !== undefined) {
          expect(placeOf(lines.with(first, other).with(second, one), head)).toBe(first);
        }
      }),
    );
  });

  it('is named where an entry stands twice or was put in between', () => {
    const { lines, head } = written([1, 2, 3].map(() => ({ type: 'note', hostId: 'host-a', text: 'x' })));
    const second = lines[1];
    expect(second !== undefined && placeOf(lines.toSpliced(1, 0, second), head)).toBe(2);
  });

  it('is found where somebody wrote a whole chain anew after an entry', () => {
    const one = written(['a', 'b'].map((words) => ({ type: 'note', hostId: 'host-a', text: words })));
    const other = written(['a', 'c'].map((words) => ({ type: 'note', hostId: 'host-a', text: words })));
    expect(placeOf(other.lines, one.head)).toBe(1);
  });

  it('is not seen in what was only appended after the head was kept', () => {
    const { lines } = written(['a', 'b'].map((words) => ({ type: 'note', hostId: 'host-a', text: words })));
    expect(placeOf(lines, written([{ type: 'note', hostId: 'host-a', text: 'a' }]).head)).toBe('whole');
  });
});

describe('the versions of the format', () => {
  const old = readFileSync(new URL('version-1.fixture.jsonl', import.meta.url));
  const read = (bytes: Buffer) => replayJournal(new Uint8Array(bytes), 'host-a', testDigest);

  it('reads a journal of version 1 and goes on in the same chain', () => {
    const replay = read(old);
    expect(replay).toMatchObject({ ok: true, value: { tornBytes: 0 } });
    if (!replay.ok) return;
    expect(replay.value.entries.map(({ type, version }) => `${version} ${type}`)).toEqual([
      '1 opened',
      '1 intent',
      '1 outcome',
      '1 undo-intent',
      '1 undo-outcome',
      '1 note',
    ]);
    const next = chainEntry(
      replay.value.head,
      { type: 'note', hostId: 'host-a', text: 'later' },
      about,
      testDigest,
    );
    const both = Buffer.concat([old, Buffer.from(`${next.line}\n`)]);
    expect(read(both)).toMatchObject({ ok: true, value: { head: next.head } });
    expect(next.entry).toMatchObject({ version: 2, sequence: 6 });
  });

  it('still finds tampering in version 1', () => {
    const changed = Buffer.from(old.toString().replace('"content":"new"', '"content":"nEw"'));
    expect(read(changed)).toMatchObject({ error: { code: 'JOURNAL_BROKEN' } });
    const message = read(changed);
    expect(!message.ok && message.error.message).toContain('entry 1:');
  });

  it('names the entry of version 1 whose own link was changed, not the one before it', () => {
    const whole = read(old);
    const head = whole.ok ? whole.value.head : emptyHead;
    const lines = old.toString().trimEnd().split('\n');
    for (const place of lines.keys()) {
      const changed = lines.with(
        place,
        (lines[place] ?? '').replace(/"previous":"(.)/, (_, first: string) =>
          first === '0' ? '"previous":"1' : '"previous":"0',
        ),
      );
      expect(
        placeOf(
          changed.map((line) => Buffer.from(`${line}\n`)),
          head,
        ),
      ).toBe(place);
    }
  });

  it('refuses what a version did not have, and what a later one may have', () => {
    const entry = JSON.parse(old.toString().split('\n')[0] ?? '') as Record<string, unknown>;
    const line = (more: object) => Buffer.from(`${JSON.stringify({ ...entry, ...more })}\n`);
    expect(
      read(line({ type: 'restart-outcome', unit: 'a.service', result: 'done', note: '' })),
    ).toMatchObject({ error: { code: 'JOURNAL_BROKEN' } });
    expect(read(line({ version: 2 }))).toMatchObject({ error: { code: 'JOURNAL_BROKEN' } });
    expect(read(line({ version: 3 }))).toMatchObject({ error: { code: 'WORKSPACE_INVALID' } });
  });
});
