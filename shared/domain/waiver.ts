/**
 * A risk that somebody accepted for a while: with a reason, a name that stands for it, and an end. It changes no outcome: what
 * fails goes on failing, and the report names both.
 */
import { z } from 'zod';
import { controlIdSchema } from './control.ts';
import type { Finding } from './finding.ts';
import { hostIdSchema } from './host.ts';
import { type Outcome, outcomeSchema } from './outcome.ts';

/** Longest time for which a risk can be accepted. Days. */
export const longestWaiver = 730;

/** One line without control characters: it is printed in the report and written into the journal. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);

export const waiverTermsSchema = z.strictObject({
  reason: line(500),
  /** Who answers for it; need not be the operator. */
  approver: line(120),
  /** Last day on which it holds, `YYYY-MM-DD`, by UTC. */
  until: z.iso.date(),
});
export type WaiverTerms = Readonly<z.infer<typeof waiverTermsSchema>>;

export const waiverSchema = waiverTermsSchema.extend({
  findingId: z.string().min(1).max(200),
  hostId: hostIdSchema,
  controlId: controlIdSchema,
  /** What the finding was when it was accepted; absent in files written before it was kept, where it means fail. */
  outcome: outcomeSchema.optional(),
  /** ISO 8601 and the operator who entered it. */
  at: z.string(),
  operator: z.string(),
});
export type Waiver = Readonly<z.infer<typeof waiverSchema>>;

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** @param now milliseconds since 1970 */
export function holds(waiver: Pick<Waiver, 'until'>, now: number): boolean {
  return waiver.until >= dayOf(now);
}

/** The outcome that was accepted. */
export function acceptedOutcome({ outcome }: Pick<Waiver, 'outcome'>): Outcome {
  return outcome ?? 'fail';
}

/**
 * Whether it counts for a finding of this outcome: who accepts not to know has not accepted that it fails.
 * @param now milliseconds since 1970
 */
export function covers(waiver: Pick<Waiver, 'until' | 'outcome'>, outcome: Outcome, now: number): boolean {
  return acceptedOutcome(waiver) === outcome && holds(waiver, now);
}

/** @param now milliseconds since 1970 */
export function waiverOf(
  { id, hostId, controlId, outcome }: Pick<Finding, 'id' | 'hostId' | 'controlId' | 'outcome'>,
  { reason, approver, until }: WaiverTerms,
  operator: string,
  now: number,
): Waiver {
  const at = new Date(now).toISOString();
  return { findingId: id, hostId, controlId, outcome, reason, approver, until, at, operator };
}

/** What is wrong with an end, in words; undefined when nothing is. @param now milliseconds since 1970 */
export function endProblem(until: string, now: number): string | undefined {
  if (!waiverTermsSchema.shape.until.safeParse(until).success) return 'Enter a date.';
  if (until < dayOf(now)) return 'This day is over.';
  return until > dayOf(now + longestWaiver * 86_400_000)
    ? 'Two years at most: whoever answers for it then should look again.'
    : undefined;
}
