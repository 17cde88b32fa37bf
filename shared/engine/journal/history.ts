/** What the journal says about each step of a host: applied, undone, or left open by an interruption. */
import type { JournalEntry } from '../../domain/journal.ts';

type EntryOf<T extends JournalEntry['type']> = Extract<JournalEntry, { type: T }>;

/**
 * applied: done and still to be undone when asked, also where that was tried and cannot be. undone: nothing of it is left.
 * open: an intent (or an undoing) without outcome, or an outcome that says unknown or failed; the host has to be asked.
 */
export type StepStanding = 'applied' | 'undone' | 'open';

export interface StepHistory {
  readonly intent: EntryOf<'intent'>;
  readonly outcome: EntryOf<'outcome'> | undefined;
  readonly undoIntent: EntryOf<'undo-intent'> | undefined;
  readonly undoOutcome: EntryOf<'undo-outcome'> | undefined;
  readonly standing: StepStanding;
}

interface Draft {
  intent: EntryOf<'intent'>;
  outcome?: EntryOf<'outcome'> | undefined;
  undoIntent?: EntryOf<'undo-intent'> | undefined;
  undoOutcome?: EntryOf<'undo-outcome'> | undefined;
}

function standingOf(draft: Draft): StepStanding {
  if (draft.undoIntent !== undefined) {
    switch (draft.undoOutcome?.result) {
      case 'undone':
        return 'undone';
      case undefined:
        return 'open';
      case 'failed':
        return draft.undoOutcome.stays === true ? 'applied' : 'open';
      case 'drifted':
        // Nothing was restored: the step stands as it stood.
        break;
    }
  }
  switch (draft.outcome?.result) {
    case 'done':
      return 'applied';
    case 'undone-after-failure':
      return 'undone';
    case 'failed':
    case 'unknown':
    case undefined:
      return 'open';
  }
}

/** Every step that was begun, oldest first. A step that was begun twice is listed twice. */
export function stepHistories(entries: readonly JournalEntry[]): readonly StepHistory[] {
  const drafts: Draft[] = [];
  const latest = new Map<string, Draft>();
  for (const entry of entries) {
    if (
      entry.type === 'opened' ||
      entry.type === 'note' ||
      entry.type === 'restart-owed' ||
      entry.type === 'restart-outcome'
    ) {
      continue;
    }
    const key = `${entry.planId}\n${entry.stepId}`;
    if (entry.type === 'intent') {
      const draft: Draft = { intent: entry };
      drafts.push(draft);
      latest.set(key, draft);
      continue;
    }
    const draft = latest.get(key);
    if (draft === undefined) {
      continue;
    }
    switch (entry.type) {
      case 'outcome':
        draft.outcome = entry;
        break;
      case 'undo-intent':
        draft.undoIntent = entry;
        draft.undoOutcome = undefined;
        break;
      case 'undo-outcome':
        draft.undoOutcome = entry;
        break;
    }
  }
  return drafts.map((draft) => ({
    intent: draft.intent,
    outcome: draft.outcome,
    undoIntent: draft.undoIntent,
    undoOutcome: draft.undoOutcome,
    standing: standingOf(draft),
  }));
}

/** Whether the host keeps something by which root takes a step back there; what was undone in the app is kept no more. */
export function keptByHand(histories: readonly StepHistory[]): boolean {
  return histories.some(({ outcome, standing }) => outcome?.byHand === true && standing !== 'undone');
}

export type OwedRestart = EntryOf<'restart-owed'> & {
  /** It was carried out and failed: the unit may be down because of it. */
  readonly tried: boolean;
};

function settleOwed(owed: Map<string, OwedRestart>, { unit, result }: EntryOf<'restart-outcome'>): void {
  const known = owed.get(unit);
  if (result !== 'failed') owed.delete(unit);
  else if (known !== undefined) owed.set(unit, { ...known, tried: true });
}

/**
 * Restarts that undone steps still wait for, one per unit, oldest first: written before the undoing, and with no success
 * since. Restarting the unit in a later plan is one, too.
 */
export function owedRestarts(entries: readonly JournalEntry[]): readonly OwedRestart[] {
  const owed = new Map<string, OwedRestart>();
  const restarting = new Map<string, string>();
  for (const entry of entries) {
    switch (entry.type) {
      case 'restart-owed':
        owed.set(entry.restart.unit, owed.get(entry.restart.unit) ?? { ...entry, tried: false });
        break;
      case 'restart-outcome':
        settleOwed(owed, entry);
        break;
      case 'intent':
        if (entry.change.kind === 'service-restart') {
          restarting.set(`${entry.planId}\n${entry.stepId}`, entry.change.unit);
        }
        break;
      case 'outcome':
        if (entry.result === 'done') {
          owed.delete(restarting.get(`${entry.planId}\n${entry.stepId}`) ?? '');
        }
        break;
      case 'opened':
      case 'undo-intent':
      case 'undo-outcome':
      case 'note':
        break;
    }
  }
  return [...owed.values()];
}
