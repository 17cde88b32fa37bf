/** How each step of a running plan stands, with its times; every change is told at once. */
import type { StepProgress } from '../domain/operation.ts';
import type { Plan, Step } from '../domain/plan.ts';
import type { EngineEvents, EngineParts } from './parts.ts';

export class Progress {
  readonly #states = new Map<string, StepProgress>();
  readonly #parts: EngineParts;
  readonly #events: EngineEvents;

  constructor(plan: Plan, parts: EngineParts, events: EngineEvents) {
    this.#parts = parts;
    this.#events = events;
    for (const step of plan.steps) {
      this.#states.set(step.id, { planId: plan.id, stepId: step.id, state: 'waiting', note: '' });
    }
  }

  set(step: Step, change: Partial<StepProgress>): void {
    const known = this.#states.get(step.id);
    if (known === undefined) {
      return;
    }
    const at = new Date(this.#parts.clock.now()).toISOString();
    const next: StepProgress = {
      ...known,
      ...change,
      ...(known.startedAt === undefined && change.state !== 'skipped' ? { startedAt: at } : {}),
      ...(['done', 'nothing-to-do', 'failed', 'skipped'].includes(change.state ?? '')
        ? { finishedAt: at }
        : {}),
    };
    this.#states.set(step.id, next);
    this.#events.step(next);
  }

  of(step: Step): StepProgress | undefined {
    return this.#states.get(step.id);
  }

  all(): readonly StepProgress[] {
    return [...this.#states.values()];
  }
}
