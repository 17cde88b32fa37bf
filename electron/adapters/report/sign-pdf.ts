/** Signs a printed report: PAdES baseline B-B, the JSON attached before, so the signature covers it. */
import { createHash } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { ReportSigner } from '../../../shared/engine/report/ports.ts';
import { signedAttributes, signedData } from './cms/signed-data.ts';
import { type Attachment, type Prepared, prepareForSigning, signatureBytes } from './pdf/prepare.ts';
import { PdfProblem } from './pdf/value.ts';

export async function signPdf(
  pdf: Uint8Array,
  attachment: Attachment,
  signer: ReportSigner,
  at: Date,
): Promise<Result<Uint8Array>> {
  const prepared = prepare(pdf, attachment, signer, at);
  if (!prepared.ok) return prepared;
  const { bytes, gap } = prepared.value;
  const digest = createHash('sha256')
    .update(bytes.subarray(0, gap[0]))
    .update(bytes.subarray(gap[1]))
    .digest();
  const certificate = signer.chain[0] ?? new Uint8Array();
  const signature = await signer.sign(signedAttributes(digest, certificate));
  if (!signature.ok) return signature;
  const structure = signedData(digest, signer.chain, signature.value);
  if (!structure || structure.length > signatureBytes) {
    return fail(unsignable('the certificates of the signer do not fit into the signature'));
  }
  bytes.write(structure.toString('hex'), gap[0] + 1, 'latin1');
  return succeed(bytes);
}

function prepare(pdf: Uint8Array, attachment: Attachment, signer: ReportSigner, at: Date): Result<Prepared> {
  const about = { signer: signer.commonName, reason: 'Change report', at };
  try {
    return succeed(prepareForSigning(Buffer.from(pdf), attachment, about));
  } catch (error) {
    if (error instanceof PdfProblem) return fail(unsignable(error.message));
    throw error;
  }
}

function unsignable(detail: string) {
  return appError(
    'INTERNAL',
    'The printed report could not be signed.',
    'Export it again; if that fails, report this.',
    {
      detail,
    },
  );
}
