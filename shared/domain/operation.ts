/** A long-running task with an id, progress, a result and cancel. */
import { z } from 'zod';
import { appErrorSchema } from './error.ts';
import { hostIdSchema } from './host.ts';
import { stepStateSchema } from './plan.ts';

export const operationSchema = z.object({
  id: z.string(),
  kind: z.enum([
    'connect',
    'assess',
    'plan',
    'apply',
    'rollback',
    'report',
    'verify-report',
    'recover',
    'node-login',
  ]),
  state: z.enum(['running', 'cancelling', 'succeeded', 'failed', 'cancelled']),
  title: z.string(),
  hostId: hostIdSchema.optional(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  /** What is being done right now, one short sentence. */
  doing: z.string(),
  /** Finished and all units, when countable. */
  progress: z.object({ done: z.number(), all: z.number() }).optional(),
  error: appErrorSchema.optional(),
  cancellable: z.boolean(),
  /** Can be held between two steps. */
  pausable: z.boolean().optional(),
  /** `asked`: it stands still after the step that runs; `paused`: it does. */
  pause: z.enum(['asked', 'paused']).optional(),
});
export type Operation = Readonly<z.infer<typeof operationSchema>>;

/** How one step of a running plan stands. */
export const stepProgressSchema = z.object({
  planId: z.string(),
  stepId: z.string(),
  state: stepStateSchema,
  /** The decisive line, redacted. */
  note: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  error: appErrorSchema.optional(),
});
export type StepProgress = Readonly<z.infer<typeof stepProgressSchema>>;

export const guardStateSchema = z.object({
  hostId: hostIdSchema,
  /** `proven`: access is, and the guard stays armed until what was changed lasts. */
  state: z.enum(['armed', 'proving', 'proven', 'disarmed', 'fired']),
  /** ISO 8601: when the host puts the old state back by itself. */
  firesAt: z.string(),
  seconds: z.number(),
});
export type GuardState = Readonly<z.infer<typeof guardStateSchema>>;
