/** The restart of a plan without which a step of it has no effect. */
import type { Plan, Step } from '../domain/plan.ts';
import { concernsRestart } from './concerns-restart.ts';
import type { EngineParts } from './parts.ts';
import { type Restart, restartFor } from './restarts-owed.ts';

/** Undefined for a step that takes effect at once, restarts by itself, or whose plan restarts nothing for it. */
export function restartAfter(plan: Plan, step: Step, parts: Pick<EngineParts, 'kinds'>): Restart | undefined {
  if (step.change.kind === 'service-restart') {
    return undefined;
  }
  const mine = plan.steps.filter(({ hostId }) => hostId === step.hostId);
  const changes = mine.map(({ change }) => change);
  const needed = restartFor(step.change, changes, parts)?.unit;
  const isFile = step.change.kind === 'yaml-setting' || step.change.kind === 'file-content';
  for (const later of mine.slice(mine.indexOf(step) + 1)) {
    const { change } = later;
    if (change.kind !== 'service-restart') {
      continue;
    }
    const { unit } = change;
    const known = changes.flatMap((one) =>
      'install' in one && one.install?.unit === unit ? [one.install] : [],
    );
    const install = change.install ?? known[0];
    if (needed === unit || (isFile && concernsRestart(step, later, unit, install))) {
      return change;
    }
  }
  return undefined;
}
