/**
 * The journal's hash chain, pure: a line is the entry's JSON, holds the digest of the line before it, and ends with a digest
 * of itself. What was written cannot be changed, removed, put in between or reordered without the chain naming the place;
 * entries cut off at the end are found by the head that is kept beside the journal and in reports.
 */
import { appError } from '../../domain/error.ts';
import {
  type JournalDraft,
  type JournalEntry,
  journalEntrySchema,
  journalVersion,
} from '../../domain/journal.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { Digest } from '../ports.ts';
import { readEntry } from './versions.ts';

export const firstPrevious = '0'.repeat(64);

export interface ChainHead {
  /** Sequence number that the next entry gets. */
  readonly sequence: number;
  /** The digest that the last entry ends with (version 1: SHA-256 of its line); 64 zeros when there is none. */
  readonly digest: string;
}

export const emptyHead: ChainHead = { sequence: 0, digest: firstPrevious };

const sealBegins = ',"digest":"';
const sealLength = sealBegins.length + 64 + '"}'.length;

/** The line (without newline) for a draft, and the head after it. */
export function chainEntry(
  head: ChainHead,
  draft: JournalDraft,
  about: { readonly at: string; readonly operator: string },
  digest: Digest,
): { readonly entry: JournalEntry; readonly line: string; readonly head: ChainHead } {
  const open = journalEntrySchema.parse({
    ...draft,
    version: journalVersion,
    sequence: head.sequence,
    at: about.at,
    operator: about.operator,
    previous: head.digest,
    digest: undefined,
  });
  const { digest: _none, ...content } = open;
  const body = JSON.stringify(content).slice(0, -1);
  const own = digest.sha256(body);
  const line = `${body}${sealBegins}${own}"}`;
  // Made from the line itself, so that its members stand in the same order when it is written again.
  const entry = { ...content, digest: own } as JournalEntry;
  return { entry, line, head: { sequence: head.sequence + 1, digest: own } };
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

const changedAfterwards = 'it was changed after it was written';

/** The digest that a line ends with; undefined for version 1, and for what is not a whole entry. */
function ownDigest(line: string): string | undefined {
  return line.startsWith(sealBegins, line.length - sealLength) ? line.slice(-66, -2) : undefined;
}

/** The digest that an entry names as that of the one before it; undefined where this is no entry. */
function previousOf(line: string | undefined): string | undefined {
  try {
    const value: unknown = JSON.parse(line ?? '');
    return typeof value === 'object' && value !== null && 'previous' in value
      ? String(value.previous)
      : undefined;
  } catch {
    return undefined;
  }
}

function digestKept(kept: ChainHead, sequence: number): string | undefined {
  return kept.sequence === sequence + 1 ? kept.digest : undefined;
}

/**
 * Reads a whole journal file. `kept` is the head that was kept elsewhere: the journal must hold at least so many entries.
 * Errors: JOURNAL_BROKEN, naming the first entry that does not hold; WORKSPACE_INVALID for entries of a newer version.
 */
export function replayJournal(
  bytes: Uint8Array,
  hostId: string,
  digest: Digest,
  kept: ChainHead = emptyHead,
): Result<Replay> {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  // One pass for all lines: decoding 100,000 of them one by one costs more than reading them.
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
  const entries: JournalEntry[] = [];
  let head = emptyHead;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const raw = bytes.subarray(start, end);
    start = end + 1;
    const line = lines[head.sequence] ?? '';
    const own = ownDigest(line);
    if (own !== undefined && digest.sha256(raw.subarray(0, raw.length - sealLength)) !== own) {
      return broken(hostId, head.sequence, changedAfterwards);
    }
    let value: unknown;
    try {
      value = JSON.parse(own === undefined ? strict.decode(raw) : line);
    } catch {
      return broken(hostId, head.sequence, 'it is not readable');
    }
    const read = readEntry(value);
    if ('problem' in read) {
      return read.problem === 'newer'
        ? fail(
            appError(
              'WORKSPACE_INVALID',
              `The journal of ${hostId} was written by a newer version of Bulwark (format ${read.version}).`,
              'Open this workspace with that version. Nothing was changed.',
            ),
          )
        : broken(hostId, head.sequence, 'it does not have the form of an entry');
    }
    const { entry } = read;
    if (entry.hostId !== hostId) {
      return broken(hostId, head.sequence, `it belongs to ${entry.hostId}`);
    }
    if (entry.sequence !== head.sequence) {
      return broken(hostId, head.sequence, `number ${entry.sequence} stands in its place`);
    }
    if (entry.previous !== head.digest) {
      // A line that vouches for itself, or for which the next one vouches, is whole: the one before it is the changed one.
      const vouched = previousOf(lines[head.sequence + 1]) ?? digestKept(kept, head.sequence);
      const whole = own !== undefined || vouched === undefined || vouched === digest.sha256(raw);
      return broken(hostId, whole ? Math.max(0, head.sequence - 1) : head.sequence, changedAfterwards);
    }
    entries.push(entry);
    head = { sequence: head.sequence + 1, digest: own ?? digest.sha256(raw) };
    if (head.sequence === kept.sequence && head.digest !== kept.digest) {
      return broken(hostId, head.sequence - 1, changedAfterwards);
    }
  }
  if (head.sequence < kept.sequence) {
    return broken(hostId, head.sequence, 'it is missing, and it was written');
  }
  return succeed({ entries, head, completeBytes: start, tornBytes: bytes.length - start });
}
