/**
 * Reads entries of every version that was ever written. A version is frozen when it was released: what it allows stands here,
 * and a later version brings a step that turns the one before it into its own form.
 */
import { type JournalEntry, journalEntrySchema, journalVersion } from '../../domain/journal.ts';

/** Entry types of version 1. */
const firstTypes: ReadonlySet<string> = new Set([
  'opened',
  'intent',
  'outcome',
  'undo-intent',
  'undo-outcome',
  'note',
]);

type Raw = Readonly<Record<string, unknown>>;

/** From the version of its number to the next one; undefined when the entry is none of that version. */
const migrations: Readonly<Record<number, (entry: Raw) => Raw | undefined>> = {
  // Everything that version 1 says, version 2 says in the same words; it only knows less.
  1: (entry) =>
    typeof entry['type'] === 'string' && firstTypes.has(entry['type']) && entry['digest'] === undefined
      ? { ...entry, version: 2 }
      : undefined,
};

export type Reading =
  | { readonly entry: JournalEntry }
  | { readonly problem: 'newer' | 'malformed'; readonly version?: number };

/** The entry in today's form, its `version` still the one that was written. */
export function readEntry(value: unknown): Reading {
  if (typeof value !== 'object' || value === null || !('version' in value)) {
    return { problem: 'malformed' };
  }
  const written = value.version;
  if (typeof written !== 'number' || !Number.isInteger(written) || written < 1) {
    return { problem: 'malformed' };
  }
  if (written > journalVersion) {
    return { problem: 'newer', version: written };
  }
  let entry: Raw | undefined = value as Raw;
  for (let version = written; version < journalVersion && entry !== undefined; version += 1) {
    entry = migrations[version]?.(entry);
  }
  const parsed = journalEntrySchema.safeParse(entry);
  if (!parsed.success || (written >= 2 && parsed.data.digest === undefined)) {
    return { problem: 'malformed' };
  }
  return { entry: written === 1 ? { ...parsed.data, version: 1 } : parsed.data };
}
