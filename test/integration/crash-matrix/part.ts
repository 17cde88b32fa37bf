/**
 * The chosen part of the matrix. Cells are dealt by a rule that knows kinds, faults and estimated seconds, and
 * never an outcome: in each round every kind gets its next fault, each kind beginning at another one, until the time is spent.
 */
import { type AnyKind, type FaultName, faults, labelOf } from './contract.ts';
import { senselessFault } from './faults.ts';

/** Seconds of an idle machine with two processors, two kinds at a time. */
export const part = { seconds: 360, workers: 2 } as const;

/** Seconds of a case without its fault, where the kind says nothing; learning a kind takes as long as some cases. */
const caseSeconds = 3;
const casesToLearn = 4;

/** What a fault adds: the link is down for a while and found dead, a host starts, a second host is needed. */
const more: Partial<Readonly<Record<FaultName, number>>> = {
  'link-cut': 8,
  'host-rebooted': 3,
  'disk-full': 3,
  'operator-disk-full': 1,
  'sudo-revoked': 1,
  'service-fails': 1,
};

/** Interrupt most: they come once more, at other boundaries, when every fault had its turn. */
const usual: readonly FaultName[] = ['app-killed', 'link-cut', 'host-rebooted'];

/** What one kind is tried with, in this order over its boundaries. */
export interface Share {
  readonly kind: AnyKind;
  readonly faults: readonly FaultName[];
  /** Estimated, with learning the kind. */
  readonly seconds: number;
}

export function estimate(kind: AnyKind, fault: FaultName): number {
  // A guarded host is left alone until it must have helped itself.
  const guard = fault === 'link-cut' ? (kind.guardSeconds ?? 0) : 0;
  return (kind.caseSeconds ?? caseSeconds) + (more[fault] ?? 0) + guard;
}

export function learning(kind: AnyKind): number {
  return casesToLearn * (kind.caseSeconds ?? caseSeconds);
}

function turnsOf(kind: AnyKind, place: number): readonly FaultName[] {
  const sensible = faults.filter((fault) => senselessFault(kind, fault) === undefined);
  const first = (place * 3) % sensible.length;
  return [...sensible.slice(first), ...sensible.slice(0, first), ...usual, ...usual];
}

/** @param seconds that all of it together may take, estimated, when it were done one after the other */
export function deal(kinds: readonly AnyKind[], seconds: number): readonly Share[] {
  const hands = kinds.map((kind, place) => ({ kind, turns: turnsOf(kind, place), seconds: learning(kind) }));
  const given = new Map<AnyKind, FaultName[]>(kinds.map((kind) => [kind, []]));
  let left = seconds - hands.reduce((sum, hand) => sum + hand.seconds, 0);
  const rounds = Math.max(0, ...hands.map((hand) => hand.turns.length));
  for (const [kind, fault] of Array.from({ length: rounds }, (_, round) =>
    hands.flatMap((hand) => {
      const turn = hand.turns[round];
      return turn === undefined ? [] : [[hand.kind, turn] as const];
    }),
  ).flat()) {
    left -= estimate(kind, fault);
    // The first that does not fit ends it: going on with cheaper ones would favour them.
    if (left < 0) break;
    given.get(kind)?.push(fault);
  }
  return hands.map((hand) => {
    const mine = given.get(hand.kind) ?? [];
    const cost = mine.reduce((sum, fault) => sum + estimate(hand.kind, fault), hand.seconds);
    return { kind: hand.kind, faults: mine, seconds: cost };
  });
}

/** What was chosen and why, for people. */
export function dealWords(shares: readonly Share[]): readonly string[] {
  const seconds = shares.reduce((sum, share) => sum + share.seconds, 0);
  const cells = shares.reduce((sum, share) => sum + share.faults.length, 0);
  return [
    `Chosen: ${cells} cells of ${shares.length} kinds, about ${Math.ceil(seconds / part.workers)} s on an idle machine with two processors (at most ${part.seconds}). In each round every kind gets its next fault, each kind beginning at another one, until the time is spent; spread over its boundaries. No outcome is looked at.`,
    ...shares.map(
      (share) => `  ${labelOf(share.kind)}, about ${share.seconds} s: ${share.faults.join(', ')}`,
    ),
  ];
}
