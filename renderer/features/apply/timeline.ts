/** The plan as lanes: one per host, steps in the order they run, with their progress. */
import type { AppState } from '../../../shared/contract/state.ts';
import { type Blast, blasts } from '../../../shared/domain/change.ts';
import type { StepProgress } from '../../../shared/domain/operation.ts';
import type { Plan, Step, StepState } from '../../../shared/domain/plan.ts';

export interface LaneStep {
  readonly step: Step;
  readonly number: number;
  readonly state: StepState;
  readonly progress: StepProgress | undefined;
}

export interface Lane {
  readonly hostId: string;
  readonly hostName: string;
  readonly steps: readonly LaneStep[];
}

export function lanesOf(plan: Plan, { hosts, steps }: Pick<AppState, 'hosts' | 'steps'>): readonly Lane[] {
  const progressOf = new Map(
    steps.filter((entry) => entry.planId === plan.id).map((entry) => [entry.stepId, entry]),
  );
  const byHost = new Map<string, LaneStep[]>();
  plan.steps.forEach((step, index) => {
    const progress = progressOf.get(step.id);
    const state = progress?.state ?? (step.nothingToDo ? 'nothing-to-do' : 'waiting');
    const lane = byHost.get(step.hostId) ?? [];
    lane.push({ step, number: index + 1, state, progress });
    byHost.set(step.hostId, lane);
  });
  return [...byHost.entries()].map(([hostId, lane]) => ({
    hostId,
    hostName: hosts.find((host) => host.host.id === hostId)?.host.name ?? hostId,
    steps: lane,
  }));
}

/** The heaviest of all steps that have something to do. */
export function worstBlast(steps: readonly Step[]): Blast {
  return steps
    .filter((step) => !step.nothingToDo)
    .reduce<Blast>(
      (worst, step) => (blasts.indexOf(step.blast) > blasts.indexOf(worst) ? step.blast : worst),
      'none',
    );
}

/** Seconds without the node, one step after the other; what several hosts do at the same time counts once. */
export function outageOf(steps: readonly Step[]): number {
  const together = new Map<string, number>();
  let alone = 0;
  for (const { together: key, outageSeconds } of steps) {
    if (key === undefined) alone += outageSeconds;
    else together.set(key, Math.max(together.get(key) ?? 0, outageSeconds));
  }
  return [...together.values()].reduce((sum, seconds) => sum + seconds, alone);
}

export const settledStates: readonly StepState[] = [
  'done',
  'nothing-to-do',
  'undone',
  'failed',
  'drifted',
  'skipped',
];

export type Phase = 'empty' | 'planning' | 'ready' | 'running' | 'undoing' | 'finished';

export function phaseOf({ plan, steps, operations }: Pick<AppState, 'plan' | 'steps' | 'operations'>): Phase {
  const running = operations.filter((work) => work.state === 'running' || work.state === 'cancelling');
  if (running.some((work) => work.kind === 'apply')) return 'running';
  if (running.some((work) => work.kind === 'rollback' || work.kind === 'recover')) return 'undoing';
  if (running.some((work) => work.kind === 'plan')) return 'planning';
  if (plan === null) return 'empty';
  const touched = steps.some(
    (entry) =>
      entry.planId === plan.id &&
      entry.state !== 'waiting' &&
      entry.state !== 'nothing-to-do' &&
      plan.steps.some((step) => step.id === entry.stepId),
  );
  const nothing = plan.steps.every((step) => step.nothingToDo);
  return touched || (nothing && steps.some((entry) => entry.planId === plan.id)) ? 'finished' : 'ready';
}
