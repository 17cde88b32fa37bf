/**
 * The change report as data: the primary evidence. Canonical JSON of this object is what is signed; the PDF is a rendering
 * of it and carries it as an attachment. It never claims more than it knows.
 */
import { z } from 'zod';
import { diffSchema } from './change.ts';
import { deploymentTypeSchema } from './deployment.ts';
import { exposureSchema, findingSchema } from './finding.ts';
import { waiverSchema } from './waiver.ts';

const countsSchema = z.object({
  pass: z.number(),
  fail: z.number(),
  unknown: z.number(),
  error: z.number(),
  'not-applicable': z.number(),
});
export type OutcomeCounts = z.infer<typeof countsSchema>;

export const reportSchema = z.object({
  format: z.literal('bulwark-report'),
  version: z.literal(1),
  workspace: z.object({ name: z.string(), deployment: deploymentTypeSchema }),
  createdAt: z.string(),
  operator: z.string(),
  tool: z.object({
    name: z.literal('bulwark'),
    version: z.string(),
    catalogVersion: z.string(),
    controls: z.number(),
  }),
  signer: z.object({ commonName: z.string(), certificateFingerprint256: z.string() }),
  hosts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      address: z.string(),
      hostKey: z.string(),
      operatingSystem: z.string(),
      elasticsearch: z.string(),
      before: z.object({
        scanId: z.string(),
        at: z.string(),
        counts: countsSchema,
        findings: z.array(findingSchema),
        exposure: z.array(exposureSchema),
      }),
      /** Absent when nothing was assessed again after the changes. */
      after: z
        .object({
          scanId: z.string(),
          at: z.string(),
          counts: countsSchema,
          findings: z.array(findingSchema),
          exposure: z.array(exposureSchema),
        })
        .optional(),
      changes: z.array(
        z.object({
          sequence: z.number(),
          at: z.string(),
          stepId: z.string(),
          title: z.string(),
          controls: z.array(z.string()),
          blast: z.string(),
          result: z.string(),
          undone: z.boolean(),
          diffs: z.array(diffSchema),
          /** Digests of what was left on the host. */
          mark: z.record(z.string(), z.string()),
        }),
      ),
      /** What was done besides changes: an account made in the cluster, a lock taken over, a removal that was confirmed. */
      notes: z
        .array(z.object({ sequence: z.number(), at: z.string(), operator: z.string(), text: z.string() }))
        .optional(),
      /** Things kept on the host on purpose (a data directory set aside), with their paths. */
      kept: z.array(z.string()),
      /** What root types on the host to take back what still stands, when nobody has the workspace any more. */
      byHand: z.string().optional(),
      journalHead: z.string(),
      journalEntries: z.number(),
    }),
  ),
  /** Accepted risks of these hosts, also those whose time was over when the report was made. */
  waivers: z.array(waiverSchema).optional(),
  /** Names of secrets that were set; never values. */
  secretsSet: z.array(z.object({ ref: z.string(), about: z.string(), at: z.string() })),
  certificates: z.array(
    z.object({
      host: z.string(),
      subject: z.string(),
      issuer: z.string(),
      fingerprint256: z.string(),
      notAfter: z.string(),
      seenOn: z.string(),
    }),
  ),
  /** What was not evaluated and why: every unknown, error and not-applicable, plus what this version does not look at. */
  notEvaluated: z.array(
    z.object({ host: z.string(), control: z.string(), outcome: z.string(), reason: z.string() }),
  ),
});
export type Report = z.infer<typeof reportSchema>;
