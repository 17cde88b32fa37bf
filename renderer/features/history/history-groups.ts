/** The history as it is read: changes under the plan that they came from, and notes in between, newest first. */
import type { HistoryItem, HistoryNote, HostState } from '../../../shared/contract/state.ts';

export type Standing = 'standing' | 'undone' | 'open';

/** What stands, what was taken back, and what somebody has to look at. */
export function standingOf({ result }: Pick<HistoryItem, 'result'>): Standing {
  switch (result) {
    case 'done':
    case 'not-reversible':
      return 'standing';
    case 'undone':
    case 'undone-after-failure':
      return 'undone';
    case 'drifted':
    case 'failed':
    case 'unknown':
      return 'open';
  }
}

export type HistoryEntry =
  | {
      readonly type: 'plan';
      readonly planId: string;
      readonly digest: string;
      readonly operator: string;
      readonly at: string;
      readonly sequence: number;
      readonly items: readonly HistoryItem[];
    }
  | { readonly type: 'note'; readonly sequence: number; readonly note: HistoryNote };

export interface HistoryFilter {
  readonly standing: Standing | 'all';
  readonly words: string;
}

export const wholeHistory: HistoryFilter = { standing: 'all', words: '' };

function mentions(words: string, texts: readonly string[]): boolean {
  const wanted = words.trim().toLowerCase();
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted));
}

/** @param titleOf a control's title, so that a finding's words find its changes */
export function historyEntries(
  { history, notes }: Pick<HostState, 'history' | 'notes'>,
  filter: HistoryFilter,
  titleOf: (controlId: string) => string,
): readonly HistoryEntry[] {
  const plans = new Map<string, HistoryItem[]>();
  for (const item of history.toSorted((a, b) => b.sequence - a.sequence)) {
    if (filter.standing !== 'all' && standingOf(item) !== filter.standing) continue;
    const texts = [
      item.title,
      item.note,
      item.operator,
      item.planDigest,
      ...item.controls.map(titleOf),
      ...item.diffs.map((diff) => diff.subject),
    ];
    if (!mentions(filter.words, texts)) continue;
    plans.set(item.planId, [...(plans.get(item.planId) ?? []), item]);
  }
  const groups = [...plans].flatMap(([planId, items]): HistoryEntry[] => {
    const newest = items[0];
    if (newest === undefined) return [];
    const { planDigest: digest, operator, at, sequence } = newest;
    return [{ type: 'plan', planId, digest, operator, at, sequence, items }];
  });
  // A note is neither standing nor undone.
  const between = notes
    .filter((note) => filter.standing === 'all' && mentions(filter.words, [note.text, note.operator]))
    .map((note): HistoryEntry => ({ type: 'note', sequence: note.sequence, note }));
  return [...groups, ...between].toSorted((a, b) => b.sequence - a.sequence);
}
