/** Signs and checks the statement beside the report. */
import { createHash, verify, type X509Certificate } from 'node:crypto';
import { type Result, succeed } from '../../../shared/domain/result.ts';
import { canonicalJson } from '../../../shared/engine/canonical-json.ts';
import type { ReportSigner } from '../../../shared/engine/report/ports.ts';
import {
  type Envelope,
  envelopeSchema,
  payloadType,
  preAuthenticationEncoding,
  type Statement,
  statementSchema,
} from '../../../shared/engine/report/statement.ts';

export async function signStatement(statement: string, signer: ReportSigner): Promise<Result<Uint8Array>> {
  const payload = Buffer.from(statement, 'utf8');
  const signature = await signer.sign(preAuthenticationEncoding(payloadType, payload));
  if (!signature.ok) return signature;
  const envelope: Envelope = {
    payloadType,
    payload: payload.toString('base64'),
    signatures: [
      { keyid: signer.certificateFingerprint256, sig: Buffer.from(signature.value).toString('base64') },
    ],
  };
  return succeed(Buffer.from(canonicalJson(envelope), 'utf8'));
}

export interface OpenedEnvelope {
  readonly statement: Statement;
  readonly keyId: string;
  readonly isSignedBy: (certificate: X509Certificate) => boolean;
}

const maxBytes = 4 * 1024 * 1024;

/** A text says why it is no envelope. Only the one spelling that is written here is read, so that no byte can differ unnoticed. */
export function openEnvelope(bytes: Uint8Array): OpenedEnvelope | string {
  if (bytes.length > maxBytes) return 'it is larger than 4 MiB';
  const text = Buffer.from(bytes).toString('utf8');
  const envelope = envelopeSchema.safeParse(parseJson(text));
  if (!envelope.success) return 'it does not have the form of a signed statement';
  if (canonicalJson(envelope.data) !== text) return 'it is not spelled the way it was written';
  const payload = Buffer.from(envelope.data.payload, 'base64');
  const statement = statementSchema.safeParse(parseJson(payload.toString('utf8')));
  const signature = envelope.data.signatures[0];
  if (!statement.success || !signature) return 'what it signs is not a statement about a report';
  const sig = Buffer.from(signature.sig, 'base64');
  if (payload.toString('base64') !== envelope.data.payload || sig.toString('base64') !== signature.sig) {
    return 'it is not spelled the way it was written';
  }
  const signed = preAuthenticationEncoding(envelope.data.payloadType, payload);
  return {
    statement: statement.data,
    keyId: signature.keyid,
    isSignedBy: (certificate) =>
      createHash('sha256').update(certificate.raw).digest('hex') === signature.keyid &&
      verify('sha256', signed, certificate.publicKey, sig),
  };
}

/** Undefined for anything that is no JSON, and for what is nested so deeply that only an attack explains it. */
export function parseJson(text: string): unknown {
  if (deepest(text) > 200) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How deeply brackets outside of strings are nested. */
function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) most = Math.max(most, (depth += 1));
    else if (code === 93 || code === 125) depth -= 1;
  }
  return most;
}
