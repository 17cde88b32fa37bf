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
  /** Undone steps wait for it. */
  readonly undoing: boolean;
  /** Steps that stand, or may, and take effect only with it: newest last. */
  readonly changed: readonly StepName[];
};

interface StepName {
  readonly planId: string;
  readonly stepId: string;
}

const nameOf = ({ planId, stepId }: StepName) => `${planId}\n${stepId}`;

function settleOwed(owed: Map<string, OwedRestart>, { unit, result }: EntryOf<'restart-outcome'>): void {
  const known = owed.get(unit);
  if (known === undefined) return;
  if (result === 'failed') owed.set(unit, { ...known, tried: true });
  // Not needed for what was undone: what was changed and stands goes on waiting.
  else if (result === 'not-needed' && known.undoing && known.changed.length > 0) {
    owed.set(unit, { ...known, undoing: false });
  } else owed.delete(unit);
}

function owe(owed: Map<string, OwedRestart>, entry: EntryOf<'restart-owed'>): void {
  const { unit } = entry.restart;
  const there = owed.get(unit);
  if (entry.beforeImage !== undefined && there !== undefined) {
    // It is carried out now, and this is what there is to give back.
    owed.set(unit, { ...there, beforeImage: entry.beforeImage });
    return;
  }
  const known = there ?? { ...entry, tried: false, undoing: false, changed: [] };
  const { planId, stepId } = entry;
  owed.set(
    unit,
    entry.applying === true
      ? { ...known, changed: [...known.changed, { planId, stepId }] }
      : // What is undone now is what it is owed for first.
        { ...(known.undoing ? known : entry), tried: known.tried, undoing: true, changed: known.changed },
  );
}

/** Without the steps of which nothing is left, and without those of a plan that has begun the restart: that is a step of its own. */
function stillOwed(
  owed: OwedRestart,
  histories: readonly StepHistory[],
  begun: ReadonlyMap<string, string>,
): readonly OwedRestart[] {
  const restarting = histories.filter(
    ({ intent, standing }) => standing === 'open' && begun.get(nameOf(intent)) === owed.restart.unit,
  );
  const changed = owed.changed.filter(
    (name) =>
      histories.findLast(({ intent }) => nameOf(intent) === nameOf(name))?.standing !== 'undone' &&
      !restarting.some(({ intent }) => intent.planId === name.planId),
  );
  return owed.undoing || changed.length > 0 ? [{ ...owed, changed }] : [];
}

/**
 * Restarts that steps still wait for, one per unit, oldest first: written before the change or the undoing, and with no success
 * since. Restarting the unit in a later plan is one, too.
 */
export function owedRestarts(entries: readonly JournalEntry[]): readonly OwedRestart[] {
  const owed = new Map<string, OwedRestart>();
  const restarting = new Map<string, string>();
  for (const entry of entries) {
    switch (entry.type) {
      case 'restart-owed':
        owe(owed, entry);
        break;
      case 'restart-outcome':
        settleOwed(owed, entry);
        break;
      case 'intent':
        if (entry.change.kind === 'service-restart') {
          restarting.set(nameOf(entry), entry.change.unit);
        }
        break;
      case 'outcome': {
        const unit = restarting.get(nameOf(entry)) ?? '';
        const known = owed.get(unit);
        if (entry.result === 'done') owed.delete(unit);
        // The service was started as it was, and the steps of the plan were taken back with it.
        else if (entry.result === 'undone-after-failure' && known !== undefined) {
          const changed = known.changed.filter(({ planId }) => planId !== entry.planId);
          owed.set(unit, { ...known, changed });
        }
        break;
      }
      case 'opened':
      case 'undo-intent':
      case 'undo-outcome':
      case 'note':
        break;
    }
  }
  if (owed.size === 0) {
    return [];
  }
  const histories = stepHistories(entries);
  return [...owed.values()].flatMap((one) => stillOwed(one, histories, restarting));
}
