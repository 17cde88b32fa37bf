/** A control's words: the stated security condition and what a reader needs to judge it. */
import { z } from 'zod';
import { blastSchema } from './change.ts';
import { severitySchema } from './severity.ts';

export const areas = [
  'os',
  'network',
  'auth',
  'tls',
  'keystore',
  'kibana',
  'audit',
  'cluster',
  'fips',
  'clients',
  'orchestrators',
] as const;
export const areaSchema = z.enum(areas);
export type Area = (typeof areas)[number];

export const controlIdSchema = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
export type ControlId = string;

export const controlWordsSchema = z.object({
  id: controlIdSchema,
  area: areaSchema,
  /** The compliant state as a sentence without full stop, at most 90 characters. */
  title: z.string().min(10).max(90),
  severity: severitySchema,
  /** What is looked at, one paragraph. */
  description: z.string(),
  /** The concrete harm if unmet, at most three sentences. */
  risk: z.string(),
  references: z.array(z.object({ title: z.string(), publisher: z.string() })),
  fix: z.enum(['auto', 'guided', 'manual']),
  blast: blastSchema,
});
export type ControlWords = Readonly<z.infer<typeof controlWordsSchema>>;
