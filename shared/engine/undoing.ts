/** Undoes steps of one host, one after the other, with the restarts that this needs: the same for rolling back and recovering. */
import { wasStopped } from './changes/service-restart/was-stopped.ts';
import { concernsNode } from './concerns-node.ts';
import type { HostWork } from './host-work.ts';
import type { OwedRestart, StepHistory } from './journal/history.ts';
import type { EngineEvents, EngineParts } from './parts.ts';
import { OwedRestarts, type Restart, restartFor } from './restarts-owed.ts';
import type { Together } from './together/meeting.ts';
import { type RollbackItem, undoStep } from './undo-step.ts';

export interface UndoingOptions {
  /** All steps of the host: they tell which unit reads which file. */
  readonly histories: readonly StepHistory[];
  /** Restarts that an interruption left owed: those for what was undone are carried out as well. */
  readonly owed: readonly OwedRestart[];
  /** Why, for the journal. */
  readonly reason: string;
  readonly force: boolean;
  /** A step that is itself a restart: `once` at the end with all others, or `now` because it was interrupted. */
  readonly restartSteps: 'once' | 'now';
}

/** A restart that started what did not run before: the unit is stopped again, not restarted on the old files. */
async function startedByStep({ intent }: StepHistory, parts: EngineParts): Promise<boolean> {
  if (intent.change.kind !== 'service-restart') {
    return false;
  }
  const before = await parts.blobs.get(intent.beforeImage);
  return before.ok && wasStopped(intent.change.unit, before.value);
}

export class Undoing {
  readonly #work: HostWork;
  readonly #parts: EngineParts;
  readonly #events: EngineEvents;
  readonly #options: UndoingOptions;
  readonly #restarts: OwedRestarts;
  readonly #stopped = new Set<string>();
  readonly #items: RollbackItem[] = [];
  // What could not be undone and must not lose the ground it stands on: an account is not removed under a running node.
  #standing: string | undefined;

  constructor(work: HostWork, parts: EngineParts, events: EngineEvents, options: UndoingOptions) {
    this.#work = work;
    this.#parts = parts;
    this.#events = events;
    this.#options = options;
    this.#restarts = new OwedRestarts(work, parts, events, options.owed);
  }

  #add(history: StepHistory, end: Pick<RollbackItem, 'result' | 'note' | 'error' | 'stays'>): void {
    const { planId, stepId, title } = history.intent;
    this.#items.push({ planId, stepId, title, ...end });
  }

  /** Newest first. Never throws. True when nothing of the step is left. */
  async undo(history: StepHistory, together?: Together): Promise<boolean> {
    const { change, title } = history.intent;
    if (this.#standing !== undefined && concernsNode(change)) {
      this.leave(history, `Left in place, because a later step still rests on it: ${this.#standing}.`);
      return false;
    }
    const held = await this.#work.stillOurs();
    if (!held.ok) {
      this.#add(history, { result: 'skipped', note: held.error.message, error: held.error });
      return false;
    }
    if (change.kind === 'account') {
      // An account cannot go while its service still runs under it.
      await this.settleRestarts();
    }
    const started = await startedByStep(history, this.#parts);
    const isRestart = change.kind === 'service-restart' && !started;
    const restart =
      started || (isRestart && this.#options.restartSteps === 'now' && !this.#restarts.isNeeded(change.unit))
        ? undefined
        : this.#runs(
            restartFor(
              change,
              this.#options.histories.map(({ intent }) => intent.change),
              this.#parts,
            ),
          );
    if (restart !== undefined) {
      const owed = await this.#restarts.owe(history, restart);
      if (!owed.ok) {
        this.#add(history, { result: 'failed', note: owed.error.message, error: owed.error });
        return false;
      }
    }
    const undone = await undoStep({
      history,
      work: this.#work,
      parts: this.#parts,
      events: this.#events,
      reason: this.#options.reason,
      force: this.#options.force,
      restartLater: isRestart && restart !== undefined,
      together,
    });
    this.#add(history, undone);
    if (undone.result === 'undone') {
      if (started && change.kind === 'service-restart') {
        this.#stopped.add(change.unit);
        this.#restarts.waive(change.unit);
      }
      if (restart !== undefined) {
        this.#restarts.confirm(restart.unit);
      }
      return true;
    }
    if (concernsNode(change)) {
      this.#standing ??= title;
    }
    return false;
  }

  /** The restart, unless its unit was stopped here: it reads the old files whenever it is started. */
  #runs(restart: Restart | undefined): Restart | undefined {
    return restart !== undefined && this.#stopped.has(restart.unit) ? undefined : restart;
  }

  /** An interrupted restart, with what it was for: the service is restarted once, on what was there before. */
  async undoRestart(history: StepHistory, changed: readonly StepHistory[]): Promise<void> {
    if (history.intent.change.kind === 'service-restart') {
      this.#restarts.mayBeDown(history.intent.change.unit);
    }
    for (const step of changed) await this.undo(step);
    await this.undo(history);
  }

  /** The restart that a plan owed for steps that stand. */
  async restartNow(owed: OwedRestart): Promise<RollbackItem> {
    return await this.#restarts.now(owed);
  }

  leave(history: StepHistory, note: string): void {
    this.#add(history, { result: 'skipped', note });
  }

  async settleRestarts(): Promise<void> {
    this.#items.push(...(await this.#restarts.settle()));
  }

  /** Carries out the restarts; everything that was done, in its order. */
  async finish(): Promise<readonly RollbackItem[]> {
    await this.settleRestarts();
    return this.#items;
  }
}
