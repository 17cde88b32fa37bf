/** What main tells the window without being asked. */
import { z } from 'zod';
import { appStateSchema, hostStateSchema } from './state.ts';

/**
 * Changed slices of the state. `sequence` grows by one; on a gap the window asks for a new snapshot. `host` carries single
 * hosts so that a fleet's progress does not resend the fleet.
 */
export const stateEventSchema = z.object({
  sequence: z.number(),
  slices: appStateSchema.omit({ sequence: true }).partial(),
  host: z.array(hostStateSchema),
});

/** Needs no decision: shown for a few seconds and announced. */
export const noticeEventSchema = z.object({ tone: z.enum(['success', 'info', 'warning']), text: z.string() });

export const events = { state: stateEventSchema, notice: noticeEventSchema } as const;
export type Events = { readonly [K in keyof typeof events]: z.infer<(typeof events)[K]> };
