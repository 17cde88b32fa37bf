/** What was observed and how. Redacted before it is made: evidence may be shown, stored and reported as it is. */
import { z } from 'zod';

export const evidenceSchema = z.object({
  /** What was read, e.g. "effective user of the Elasticsearch process". */
  what: z.string(),
  /** The value that was seen, in words or as text; redacted. */
  value: z.string(),
  /** Where: file and line, process, rule set, API request, or "from outside". */
  where: z.string(),
  /** ISO 8601 time of the reading (the operator's machine's clock). */
  at: z.string(),
  /** Bytes as they were, redacted and capped at 8 KiB; shown folded. */
  raw: z.string().optional(),
  vantage: z.enum(['inside', 'outside']).default('inside'),
});
export type Evidence = Readonly<z.infer<typeof evidenceSchema>>;
