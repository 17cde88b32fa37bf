/** The ordered, reviewed set of changes for hosts; identified by its digest; expires when facts move. */
import { z } from 'zod';
import { blastSchema, changeSchema, diffSchema } from './change.ts';
import { controlIdSchema } from './control.ts';
import { choiceSchema } from './finding.ts';
import { hostIdSchema } from './host.ts';

export const stepSchema = z.object({
  /** Position and kind, e.g. `03-file-mode`; unique in the plan. */
  id: z.string(),
  hostId: hostIdSchema,
  change: changeSchema,
  /** Controls whose findings this step serves. */
  controls: z.array(controlIdSchema),
  /** "Bulwark will …", one sentence. */
  title: z.string(),
  words: z.array(z.string()),
  diffs: z.array(diffSchema),
  blast: blastSchema,
  /** Expected outage of the node in seconds; 0 for none. */
  outageSeconds: z.number(),
  guarded: z.boolean(),
  /** True when the host already is as the change wants it. */
  nothingToDo: z.boolean(),
  /** Steps with the same word are carried out at the same time, and go back together; absent for a step of its own. */
  together: z.string().optional(),
});
export type Step = Readonly<z.infer<typeof stepSchema>>;

export const planSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  /** SHA-256 over the canonical JSON of steps' hosts, changes and order; what is applied is what was shown. */
  digest: z.string(),
  /** Per host: the facts digest of the scan that the plan rests on. */
  basis: z.array(z.object({ hostId: hostIdSchema, scanId: z.string(), factsDigest: z.string() })),
  steps: z.array(stepSchema),
  /** Findings asked for that could not be planned, with the reason. */
  leftOut: z.array(
    z.object({
      findingId: z.string(),
      reason: z.string(),
      /** What must be chosen first, where that is the reason. */
      choices: z.array(choiceSchema).optional(),
      /** A control of the same host whose steps, in this plan, make the finding go away too. */
      settledBy: controlIdSchema.optional(),
    }),
  ),
});
export type Plan = Readonly<z.infer<typeof planSchema>>;

export const stepStates = [
  'waiting',
  'rehearsing',
  'applying',
  'verifying',
  'done',
  'nothing-to-do',
  'undoing',
  'undone',
  'failed',
  'drifted',
  'skipped',
] as const;
export const stepStateSchema = z.enum(stepStates);
export type StepState = (typeof stepStates)[number];
