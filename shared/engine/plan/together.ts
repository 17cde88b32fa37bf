/** Steps of several hosts that are carried out together stand next to each other in the plan, and all of them or none. */
import type { Change } from '../../domain/change.ts';

export interface OnHost {
  readonly hostId: string;
  readonly change: Change;
}

/**
 * What goes before a step that several hosts take together stays before it on every host, what follows it stays behind; each
 * part goes host after host as before.
 * @param keyOf the same word for steps that are carried out together; undefined for a step of its own
 */
export function besideEachOther<S extends OnHost>(
  steps: readonly S[],
  keyOf: (change: Change) => string | undefined,
): readonly S[] {
  const key = steps.map((step) => keyOf(step.change)).find((one) => one !== undefined);
  if (key === undefined) {
    return steps;
  }
  const isOne = (step: S) => keyOf(step.change) === key;
  const before: S[] = [];
  const after: S[] = [];
  const passed = new Set<string>();
  const hosts = new Set(steps.filter(isOne).map((step) => step.hostId));
  for (const step of steps) {
    if (isOne(step)) passed.add(step.hostId);
    else if (passed.has(step.hostId) || !hosts.has(step.hostId)) after.push(step);
    else before.push(step);
  }
  return [...before, ...steps.filter(isOne), ...besideEachOther(after, keyOf)];
}

/** Rounds are finished on all hosts before the next one begins; what is of no round keeps its place among itself, before them. */
export function roundAfterRound<S extends OnHost>(steps: readonly S[]): readonly S[] {
  const roundOf = ({ change }: S): number =>
    change.kind === 'authority-trust' || change.kind === 'certificate-install'
      ? (change.rollOver?.round ?? 0)
      : 0;
  return steps.toSorted((left, right) => roundOf(left) - roundOf(right));
}

/** Hosts that the step needs and for which it is not in the plan. */
export function missingHosts<S extends OnHost>(
  { change }: S,
  steps: readonly S[],
  hostsOf: (change: Change) => readonly string[] | undefined,
  keyOf: (change: Change) => string | undefined,
): readonly string[] {
  const key = keyOf(change);
  const there = steps.filter((one) => keyOf(one.change) === key).map(({ hostId }) => hostId);
  return (hostsOf(change) ?? []).filter((hostId) => !there.includes(hostId));
}
