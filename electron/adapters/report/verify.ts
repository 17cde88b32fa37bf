/** Verifies a report offline, whoever hands it over: trusts no byte of it, and says in sentences what holds and what does not. */
import { createHash, X509Certificate } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import type { Report } from '../../../shared/domain/report.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { type Check, concluded, type Verification } from '../../../shared/engine/report/verification.ts';
import { isIssuedBy } from './cms/check.ts';
import { commonName } from './common-name.ts';
import { readReport } from './read-report.ts';
import { checkJournals, checkStatement } from './verify-beside.ts';
import { type CheckedPdf, checkPdf } from './verify-pdf.ts';

export interface VerifyInput {
  readonly pdf?: Uint8Array;
  readonly json?: Uint8Array;
  readonly dsse?: Uint8Array;
  /** Certificates that the reader trusts: the signer's own or its authority's. PEM, at most 256 KiB. */
  readonly certificatePem?: string;
  /** Journal files as they lie in the workspace. */
  readonly journals?: readonly { readonly hostId: string; readonly bytes: Uint8Array }[];
}

export interface VerifiedReport extends Verification {
  /** What was verified; absent when it could not be read. Not to be relied on unless the verdict says so. */
  readonly report: Report | undefined;
  readonly signer: { readonly name: string; readonly fingerprint256: string } | undefined;
}

/** INPUT_INVALID when what was given cannot prove anything, however genuine it may be. A bad report is a verdict, not an error. */
export async function verifyReport(input: VerifyInput): Promise<Result<VerifiedReport>> {
  const pinned = readCertificates(input.certificatePem);
  if (pinned === undefined)
    return fail(unusable('The certificate file holds no certificate that can be read'));
  if (!input.pdf && !(input.json && input.dsse)) {
    return fail(unusable('A signed PDF, or a JSON file together with its signed statement, is needed'));
  }
  if (!input.pdf && pinned.length === 0) {
    return fail(unusable('Without the PDF the signer’s certificate is needed'));
  }
  const pdf = input.pdf ? checkPdf(Buffer.from(input.pdf)) : undefined;
  const checks: Check[] = [...(pdf?.checks ?? [])];
  const json = input.json ?? pdf?.attachment;
  const report = json ? readReport(json) : undefined;
  if (report)
    checks.push({ name: 'json-readable', ok: report.ok, detail: report.ok ? '' : report.error.message });
  if (input.json && pdf?.attachment) {
    checks.push({ name: 'json-same', ok: Buffer.from(input.json).equals(pdf.attachment) });
  }
  const read = report?.ok ? report.value : undefined;
  const ofPdf = pdf?.chain[0];
  const statement =
    input.dsse &&
    checkStatement(input.dsse, {
      json,
      pdf: input.pdf,
      report: read,
      signer: ofPdf,
      certificates: [...(pdf?.chain ?? []), ...pinned],
    });
  checks.push(...(statement?.checks ?? []));
  const signer = ofPdf ?? statement?.signer;
  if (read) checks.push(...checkSigner(read, signer), ...checkJournals(read, input.journals ?? []));
  const proven = pdf?.signatureHolds === true || (statement?.signer === signer && holds(statement?.checks));
  checks.push(trust(signer, pdf, pinned, proven));
  return succeed({
    ...concluded(checks),
    report: read,
    signer: signer && { name: commonName(signer), fingerprint256: fingerprint(signer) },
  });
}

/** The signature, whatever the statement then says. */
function holds(checks: readonly Check[] = []): boolean {
  return checks.some(({ name, ok }) => name === 'statement-signature' && ok);
}

function checkSigner(report: Report, signer: X509Certificate | undefined): readonly Check[] {
  if (!signer) return [];
  const made = Date.parse(report.createdAt);
  const from = Date.parse(signer.validFrom);
  const to = Date.parse(signer.validTo);
  return [
    {
      name: 'signer-period',
      ok: made >= from && made <= to,
      detail: `it is for ${signer.validFrom} to ${signer.validTo}`,
    },
    { name: 'signer-named', ok: report.signer.certificateFingerprint256 === fingerprint(signer) },
  ];
}

function trust(
  signer: X509Certificate | undefined,
  pdf: CheckedPdf | undefined,
  pinned: readonly X509Certificate[],
  /** A signature of theirs holds: that of the PDF or that of the statement. */
  proven: boolean,
): Check {
  const name = 'signer-trusted';
  if (!signer) return { name, ok: false, detail: 'no signer could be read' };
  if (pinned.length === 0) {
    return { name, ok: false, detail: `you gave no certificate to compare ${commonName(signer)} with` };
  }
  const vouched = pinned.some(
    (one) => one.raw.equals(signer.raw) || (one.ca && !one.raw.equals(signer.raw) && isIssuedBy(signer, one)),
  );
  if (!vouched)
    return { name, ok: false, detail: `the certificate you gave does not vouch for ${commonName(signer)}` };
  const damaged = pinned.find((one) => !isWhole(one, [signer, ...(pdf?.chain ?? [])], pinned));
  if (damaged)
    return {
      name,
      ok: false,
      detail: `the certificate of ${commonName(damaged)} that you gave is not whole`,
    };
  return !proven
    ? { name, ok: false, detail: 'the signature that would prove it does not hold' }
    : { name, ok: true, detail: commonName(signer) };
}

/**
 * Several certificates can vouch for one signer, so a changed byte in one of them would go unseen: each must be one that the
 * report carries, or be signed by itself or by another that was given.
 */
function isWhole(
  one: X509Certificate,
  carried: readonly X509Certificate[],
  pinned: readonly X509Certificate[],
): boolean {
  return (
    carried.some((certificate) => certificate.raw.equals(one.raw)) ||
    pinned.some((issuer) => isIssuedBy(one, issuer))
  );
}

function fingerprint(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('hex');
}

/** Undefined when a text was given and no certificate is in it. */
function readCertificates(pem: string | undefined): readonly X509Certificate[] | undefined {
  if (pem === undefined) return [];
  if (pem.length > 256 * 1024) return undefined;
  const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
  const blocks = pem.match(block) ?? [];
  // Notes between the blocks are common; half a block is not a note.
  if (/CERTIFICATE|-----/.test(pem.replaceAll(block, ''))) return undefined;
  try {
    const certificates = blocks.map((block) => new X509Certificate(block));
    return certificates.length === 0 ? undefined : certificates;
  } catch {
    return undefined;
  }
}

function unusable(what: string) {
  return appError(
    'INPUT_INVALID',
    `${what}.`,
    'Give the files as they were exported, and the certificate you trust.',
  );
}
