/** The signed statement beside the report: an in-toto Statement v1 in a DSSE envelope, as their specifications publish them. */
import { z } from 'zod';
import type { Report } from '../../domain/report.ts';
import { canonicalJson } from '../canonical-json.ts';

export const payloadType = 'application/vnd.in-toto+json';
export const statementType = 'https://in-toto.io/Statement/v1';
export const predicateType = 'urn:bulwark:change-report:1';

export const reportFileNames = {
  json: 'report.json',
  pdf: 'report.pdf',
  dsse: 'report.dsse.json',
  certificate: 'signer.pem',
} as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const statementSchema = z.strictObject({
  _type: z.literal(statementType),
  subject: z
    .array(z.strictObject({ name: z.string().max(300), digest: z.strictObject({ sha256 }) }))
    .min(1)
    .max(2000),
  predicateType: z.literal(predicateType),
  predicate: z.strictObject({
    workspace: z.string(),
    createdAt: z.string(),
    operator: z.string(),
    tool: z.strictObject({ name: z.string(), version: z.string(), catalogVersion: z.string() }),
  }),
});
export type Statement = z.infer<typeof statementSchema>;

export const envelopeSchema = z.strictObject({
  payloadType: z.literal(payloadType),
  payload: z.base64(),
  signatures: z.array(z.strictObject({ keyid: sha256, sig: z.base64() })).length(1),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** A host without a journal has nothing to name. */
const emptyJournal = '0'.repeat(64);

export function journalSubject(hostId: string): string {
  return `journal/${hostId}`;
}

/** Canonical text of the statement over the report's files and the last line of every journal. `pdf` is absent without a PDF. */
export function statementText(
  report: Report,
  digests: { readonly json: string; readonly pdf?: string },
): string {
  const files = [
    { name: reportFileNames.json, digest: { sha256: digests.json } },
    ...(digests.pdf === undefined ? [] : [{ name: reportFileNames.pdf, digest: { sha256: digests.pdf } }]),
  ];
  const journals = report.hosts
    .filter((host) => host.journalHead !== emptyJournal)
    .map((host) => ({ name: journalSubject(host.id), digest: { sha256: host.journalHead } }));
  const statement: Statement = {
    _type: statementType,
    subject: [...files, ...journals],
    predicateType,
    predicate: {
      workspace: report.workspace.name,
      createdAt: report.createdAt,
      operator: report.operator,
      tool: {
        name: report.tool.name,
        version: report.tool.version,
        catalogVersion: report.tool.catalogVersion,
      },
    },
  };
  return canonicalJson(statement);
}

/** What is signed: type and payload with their lengths before them, so that neither can be read as the other. */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const prefix = encoder.encode(`DSSEv1 ${encoder.encode(type).length} ${type} ${payload.length} `);
  const bytes = new Uint8Array(prefix.length + payload.length);
  bytes.set(prefix);
  bytes.set(payload, prefix.length);
  return bytes;
}
