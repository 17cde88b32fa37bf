/**
 * The journal's hash chain, pure: a line is the entry's JSON, and holds the digest of the line before it. What was written
 * cannot be changed, removed or put in between without the chain naming the place; entries cut off at the end are found by
 * the journal head that reports and workspaces keep.
 */
import { appError } from '../../domain/error.ts';
import { type JournalDraft, type JournalEntry, journalEntrySchema } from '../../domain/journal.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { Digest } from '../ports.ts';

export const firstPrevious = '0'.repeat(64);

export interface ChainHead {
  /** Sequence number that the next entry gets. */
  readonly sequence: number;
  /** SHA-256 of the last line without its newline; 64 zeros when there is none. */
  readonly digest: string;
}

export const emptyHead: ChainHead = { sequence: 0, digest: firstPrevious };

/** The line (without newline) for a draft, and the head after it. */
export function chainEntry(
  head: ChainHead,
  draft: JournalDraft,
  about: { readonly at: string; readonly operator: string },
  digest: Digest,
): { readonly entry: JournalEntry; readonly line: string; readonly head: ChainHead } {
  const entry = journalEntrySchema.parse({
    version: 1,
    sequence: head.sequence,
    at: about.at,
    operator: about.operator,
    previous: head.digest,
    ...draft,
  });
  const line = JSON.stringify(entry);
  return { entry, line, head: { sequence: head.sequence + 1, digest: digest.sha256(line) } };
}

export interface Replay {
  readonly entries: readonly JournalEntry[];
  readonly head: ChainHead;
  /** Bytes up to and including the last complete line. */
  readonly completeBytes: number;
  /** Bytes after the last newline: a write that a crash cut short. Nobody was told that it succeeded, so it never happened. */
  readonly tornBytes: number;
}

function broken(hostId: string, sequence: number, why: string): Result<never> {
  return fail(
    appError(
      'JOURNAL_BROKEN',
      `The journal of ${hostId} does not hold at entry ${sequence}: ${why}.`,
      'Restore the workspace from a backup, or export what is there and start a new workspace; Bulwark does not write into a broken journal.',
    ),
  );
}

/** Reads a whole journal file. Errors: JOURNAL_BROKEN, naming the first entry that does not hold. */
export function replayJournal(bytes: Uint8Array, hostId: string, digest: Digest): Result<Replay> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const entries: JournalEntry[] = [];
  let head = emptyHead;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const raw = bytes.subarray(start, end);
    start = end + 1;
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(raw));
    } catch {
      return broken(hostId, head.sequence, 'it is not readable');
    }
    const parsed = journalEntrySchema.safeParse(value);
    if (!parsed.success) {
      return broken(hostId, head.sequence, 'it does not have the form of an entry');
    }
    const entry = parsed.data;
    if (entry.hostId !== hostId) {
      return broken(hostId, head.sequence, `it belongs to ${entry.hostId}`);
    }
    if (entry.sequence !== head.sequence) {
      return broken(hostId, head.sequence, `number ${entry.sequence} stands in its place`);
    }
    if (entry.previous !== head.digest) {
      // The digest covers the line before, so that one is the changed one; entry 0 has none before it.
      const place = Math.max(0, head.sequence - 1);
      return broken(hostId, place, 'it was changed after it was written');
    }
    entries.push(entry);
    head = { sequence: head.sequence + 1, digest: digest.sha256(raw) };
  }
  return succeed({ entries, head, completeBytes: start, tornBytes: bytes.length - start });
}
