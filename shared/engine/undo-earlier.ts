/** Takes back what a restart was for, when the service does not start with it. */
import type { Plan, Step } from '../domain/plan.ts';
import type { Progress } from './apply-progress.ts';
import { concernsRestart } from './concerns-restart.ts';
import type { HostWork } from './host-work.ts';
import { stepHistories } from './journal/history.ts';
import type { EngineEvents, EngineParts } from './parts.ts';
import { undoStep } from './undo-step.ts';

export interface EarlierSteps {
  readonly plan: Plan;
  /** The step that failed. */
  readonly restart: Step;
  readonly work: HostWork;
  readonly parts: EngineParts;
  readonly events: EngineEvents;
  readonly progress: Progress;
}

/** Newest first. What has nothing to do with the unit stays and is told to stay. False when something could not go back. */
export async function undoEarlier(run: EarlierSteps): Promise<boolean> {
  const { plan, restart, work, parts, events, progress } = run;
  const entries = await parts.journal.read(work.hostId);
  if (!entries.ok || restart.change.kind !== 'service-restart') {
    return false;
  }
  const { unit } = restart.change;
  const installs = plan.steps.flatMap(({ hostId, change }) =>
    hostId === work.hostId && 'install' in change && change.install?.unit === unit ? [change.install] : [],
  );
  const install = restart.change.install ?? installs[0];
  const applied = stepHistories(entries.value).filter(
    ({ intent, standing }) =>
      intent.planId === plan.id && intent.stepId !== restart.id && standing === 'applied',
  );
  let complete = true;
  for (const history of applied.toReversed()) {
    const step = plan.steps.find((one) => one.id === history.intent.stepId && one.hostId === work.hostId);
    if (step === undefined) {
      continue;
    }
    if (!concernsRestart(step, restart, unit, install)) {
      progress.set(step, { note: `Stays: ${unit} does not depend on it.` });
      continue;
    }
    const undone = await undoStep({
      history,
      work,
      parts,
      events,
      reason: `${restart.title} did not work`,
      force: false,
      restartLater: step.change.kind === 'service-restart',
    });
    complete &&= undone.result === 'undone';
    progress.set(step, {
      state: undone.result,
      note: undone.note,
      ...(undone.error === undefined ? {} : { error: undone.error }),
    });
  }
  return complete;
}
