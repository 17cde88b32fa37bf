/**
 * A risk that somebody accepted for a while: with a reason, a name that stands for it, and an end. It changes no outcome: what
 * fails goes on failing, and the report names both.
 */
import { z } from 'zod';
import { controlIdSchema } from './control.ts';
import { hostIdSchema } from './host.ts';

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

/** What is wrong with an end, in words; undefined when nothing is. @param now milliseconds since 1970 */
export function endProblem(until: string, now: number): string | undefined {
  if (!waiverTermsSchema.shape.until.safeParse(until).success) return 'Enter a date.';
  if (until < dayOf(now)) return 'This day is over.';
  return until > dayOf(now + longestWaiver * 86_400_000)
    ? 'Two years at most: whoever answers for it then should look again.'
    : undefined;
}
