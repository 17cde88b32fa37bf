/** Which steps of a plan are carried out at the same time. */
import type { Change } from '../../domain/change.ts';
import type { Step } from '../../domain/plan.ts';
import type { ChangeKinds } from '../change-kind.ts';
import { kindOf } from '../parts.ts';

/** Tells which steps are carried out together; undefined for a step of its own. */
export function togetherKey(kinds: ChangeKinds, change: Change): string | undefined {
  const hosts = kindOf(kinds, change).together?.(change);
  return hosts === undefined ? undefined : `${change.kind} on ${hosts.toSorted().join(' ')}`;
}

/** The steps in their order; neighbours that belong together are one round. */
export function roundsOf(steps: readonly Step[], kinds: ChangeKinds): readonly (readonly Step[])[] {
  const rounds: Step[][] = [];
  let last: string | undefined;
  for (const step of steps) {
    const key = togetherKey(kinds, step.change);
    const round = rounds.at(-1);
    if (round === undefined || key === undefined || key !== last) rounds.push([step]);
    else round.push(step);
    last = key;
  }
  return rounds;
}
