/**
 * The journal: append-only, hash-chained, one file per host, intent before the host is touched. Entries hold digests and
 * words, never secrets or file contents; before-images lie beside it, encrypted, named by the digest of their clear bytes.
 */
import { z } from 'zod';
import { changeSchema, diffSchema } from './change.ts';
import { controlIdSchema } from './control.ts';
import { hostIdSchema } from './host.ts';

const common = {
  version: z.literal(1),
  sequence: z.number().int().nonnegative(),
  /** ISO 8601, the operator's machine's clock. */
  at: z.string(),
  operator: z.string(),
  hostId: hostIdSchema,
  /** SHA-256 of the previous line's bytes without its newline; 64 zeros for the first. */
  previous: z.string(),
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
  }),
  z.object({ ...common, type: z.literal('note'), text: z.string() }),
]);
export type JournalEntry = Readonly<z.infer<typeof journalEntrySchema>>;
/** An entry as its author gives it; the journal adds version, sequence, chain, time and operator. */
export type JournalDraft = JournalEntry extends infer E
  ? E extends JournalEntry
    ? Omit<E, 'version' | 'sequence' | 'previous' | 'at' | 'operator'>
    : never
  : never;
