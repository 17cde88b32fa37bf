/** What an evaluation can end in (the words are XCCDF's). Not evaluated never reads as pass. */
import { z } from 'zod';

/**
 * pass: the condition holds. fail: it does not. not-applicable: it makes no sense here, with the reason.
 * unknown: looked, could not decide. error: could not look.
 */
export const outcomes = ['pass', 'fail', 'unknown', 'error', 'not-applicable'] as const;
export const outcomeSchema = z.enum(outcomes);
export type Outcome = (typeof outcomes)[number];
