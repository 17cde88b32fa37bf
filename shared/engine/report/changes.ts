/** The journal of one host as the report tells it. */
import type { Blast, Change } from '../../domain/change.ts';
import type { JournalEntry } from '../../domain/journal.ts';
import type { Report } from '../../domain/report.ts';
import { stepHistories } from '../journal/history.ts';

type ReportChange = Report['hosts'][number]['changes'][number];

/** Oldest first. A step without outcome was interrupted and counts as unknown. */
export function changesOf(
  entries: readonly JournalEntry[],
  blastOf: (change: Change) => Blast,
): readonly ReportChange[] {
  return stepHistories(entries).map(({ intent, outcome, standing }) => ({
    sequence: intent.sequence,
    at: intent.at,
    stepId: intent.stepId,
    title: intent.title,
    controls: [...intent.controls],
    blast: blastOf(intent.change),
    result: outcome?.result ?? 'unknown',
    undone: standing === 'undone',
    diffs: intent.diffs.map((diff) => ({ ...diff })),
    mark: { ...outcome?.mark },
  }));
}

/** Oldest first: what the journal says besides changes. */
export function notesOf(entries: readonly JournalEntry[]): NonNullable<Report['hosts'][number]['notes']> {
  const owed = new Map<string, 'undoing' | 'an interruption'>();
  return entries.flatMap((entry) => {
    const { sequence, at, operator } = entry;
    if (entry.type === 'note') return [{ sequence, at, operator, text: entry.text }];
    if (entry.type === 'restart-owed')
      owed.set(entry.restart.unit, entry.applying === true ? 'an interruption' : 'undoing');
    return entry.type === 'restart-outcome' && entry.result !== 'not-needed'
      ? [{ sequence, at, operator, text: `After ${owed.get(entry.unit) ?? 'undoing'}: ${entry.note}` }]
      : [];
  });
}

/** What steps that still stand left aside on the host: paths that a mark names as kept or set aside. */
export function keptOf(entries: readonly JournalEntry[]): readonly string[] {
  return stepHistories(entries)
    .filter(({ standing }) => standing !== 'undone')
    .flatMap(({ outcome }) => Object.entries(outcome?.mark ?? {}))
    .filter(([name, value]) => (name.startsWith('kept') || name === 'setAside') && value !== '')
    .flatMap(([, value]) => value.split(', '));
}

/** Milliseconds since 1970 of the last moment at which a host may have been changed. */
export function lastTouched(entries: readonly JournalEntry[]): number | undefined {
  const times = entries
    .filter(({ type }) => type !== 'opened' && type !== 'note')
    .map(({ at }) => Date.parse(at));
  return times.length === 0 ? undefined : Math.max(...times);
}
