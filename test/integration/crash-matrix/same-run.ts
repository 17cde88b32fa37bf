/**
 * Which boundaries a fault cannot tell apart: when nothing that it acts on happens between two of them, the run after it
 * is the same, and one of them stands for both. Seen in the runs without a fault, never assumed.
 */
import type { Boundary, Done, FaultName, Passed } from './contract.ts';
import { faultTable } from './faults.ts';

/** The boundary whose cell is tried in the place of this one; mostly itself. */
export type StandsFor = (fault: FaultName, boundary: Boundary) => Boundary;

export const eachForItself: StandsFor = (_fault, boundary) => boundary;

const undone = (boundary: Boundary | undefined) => boundary?.startsWith('undo:') === true;

function nothingBetween(
  run: readonly Passed[],
  earlier: Boundary,
  later: Boundary,
  what: readonly (keyof Done)[],
): boolean {
  const place = run.findIndex(({ boundary }) => boundary === later);
  const [before, after] = [run[place - 1], run[place]];
  if (before?.boundary !== earlier || after === undefined) return false;
  return what.every((one) => before.done[one] === after.done[one]);
}

/**
 * @param runs what runs without a fault passed: the first that came to both boundaries tells; where more did, they must agree.
 * What they did not both pass, one right after the other, is apart.
 */
export function standsFor(boundaries: readonly Boundary[], runs: readonly (readonly Passed[])[]): StandsFor {
  const firsts = new Map<FaultName, Map<Boundary, Boundary>>();
  function learn(fault: FaultName): Map<Boundary, Boundary> {
    const what = faultTable[fault].noticed;
    const found = new Map<Boundary, Boundary>();
    for (const [place, boundary] of boundaries.entries()) {
      const earlier = boundaries[place - 1];
      const witnesses = runs.filter((run) => run.some((passed) => passed.boundary === boundary));
      // An undoing that has begun goes on otherwise than a run that was about to end.
      const same =
        what !== 'everything' &&
        earlier !== undefined &&
        undone(earlier) === undone(boundary) &&
        witnesses.length > 0 &&
        witnesses.every((run) => nothingBetween(run, earlier, boundary, what));
      found.set(boundary, same ? (found.get(earlier) ?? earlier) : boundary);
    }
    firsts.set(fault, found);
    return found;
  }
  return (fault, boundary) => (firsts.get(fault) ?? learn(fault)).get(boundary) ?? boundary;
}
