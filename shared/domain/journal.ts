/**
 * The journal: append-only, hash-chained, one file per host, intent before the host is touched. Entries hold digests and
 * words, never secrets or file contents; before-images lie beside it, encrypted, under names that reveal nothing of them.
 *
 * Two versions exist. Version 1 has neither `digest` nor the two restart entries. What stands in a journal is never
 * rewritten: `engine/journal/versions.ts` reads old lines as they are, and new ones are appended in the current version.
 */
import { z } from 'zod';
import { changeSchema, diffSchema } from './change.ts';
import { serviceRestartChangeSchema } from './changes/system.ts';
import { controlIdSchema } from './control.ts';
import { hostIdSchema } from './host.ts';

export const journalVersion = 2;

const common = {
  version: z.literal([1, journalVersion]),
  sequence: z.number().int().nonnegative(),
  /** ISO 8601, the operator's machine's clock. */
  at: z.string(),
  operator: z.string(),
  hostId: hostIdSchema,
  /** Digest of the previous entry, or of its whole line where it is of version 1; 64 zeros for the first. */
  previous: z.string(),
  /** SHA-256 of this line's bytes up to where this member begins; stands last. Version 1 has none. */
  digest: z.string().optional(),
};

export const journalEntrySchema = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('opened'),
    address: z.string(),
    hostKey: z.string(),
    tool: z.string(),
  }),
  z.object({
    ...common,
    type: z.literal('intent'),
    planId: z.string(),
    planDigest: z.string(),
    stepId: z.string(),
    controls: z.array(controlIdSchema),
    change: changeSchema,
    title: z.string(),
    diffs: z.array(diffSchema),
    /** Name of the encrypted before-image; captured and stored before this entry is written. */
    beforeImage: z.string(),
  }),
  z.object({
    ...common,
    type: z.literal('outcome'),
    planId: z.string(),
    stepId: z.string(),
    result: z.enum(['done', 'failed', 'undone-after-failure', 'unknown']),
    /** What the host was left with: kind-specific digests by which ownership is recognised. */
    mark: z.record(z.string(), z.string()),
    note: z.string(),
    /** The host keeps what takes this step back there by hand; absent where it does not, and in entries of before that was kept. */
    byHand: z.literal(true).optional(),
  }),
  z.object({
    ...common,
    type: z.literal('undo-intent'),
    planId: z.string(),
    stepId: z.string(),
    reason: z.string(),
  }),
  z.object({
    ...common,
    type: z.literal('undo-outcome'),
    planId: z.string(),
    stepId: z.string(),
    result: z.enum(['undone', 'drifted', 'failed']),
    note: z.string(),
    /** With `failed`: it cannot be taken back and nothing was touched, so the step stands and needs no settling. */
    stays: z.literal(true).optional(),
  }),
  /** Before something is changed or undone whose unit must be restarted for it; owed until an outcome says that it was done. */
  z.object({
    ...common,
    type: z.literal('restart-owed'),
    /** The first step whose undoing needs it, or the one that is applied. */
    planId: z.string(),
    stepId: z.string(),
    restart: serviceRestartChangeSchema,
    /** Its plan restarts the unit afterwards, so that what the step changed takes effect: owed as long as the step stands. */
    applying: z.literal(true).optional(),
    /** Written once more right before a restart that has something to give back: what its cluster was. */
    beforeImage: z.string().optional(),
  }),
  z.object({
    ...common,
    type: z.literal('restart-outcome'),
    unit: z.string(),
    /** `not-needed`: what it was owed for was not undone after all. */
    result: z.enum(['done', 'failed', 'not-needed']),
    note: z.string(),
  }),
  z.object({ ...common, type: z.literal('note'), text: z.string() }),
]);
export type JournalEntry = Readonly<z.infer<typeof journalEntrySchema>>;
/** An entry as its author gives it; the journal adds version, sequence, chain, digest, time and operator. */
export type JournalDraft = JournalEntry extends infer E
  ? E extends JournalEntry
    ? Omit<E, 'version' | 'sequence' | 'previous' | 'digest' | 'at' | 'operator'>
    : never
  : never;
