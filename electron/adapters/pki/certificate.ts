/** What a certificate says about itself. */
import { X509Certificate } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';

export interface CertificateDetails {
  readonly subject: string;
  readonly issuer: string;
  readonly fingerprint256: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly names: readonly string[];
}

const maxPemBytes = 256 * 1024;

/** Reads the first certificate of a PEM text or DER bytes of at most 256 KiB. INPUT_INVALID for anything else. */
export function readCertificate(source: string | Uint8Array): Result<CertificateDetails> {
  if (source.length > maxPemBytes) return fail(unreadable());
  try {
    const certificate = new X509Certificate(source);
    return succeed({
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      fingerprint256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      notBefore: new Date(certificate.validFrom).toISOString(),
      notAfter: new Date(certificate.validTo).toISOString(),
      names: (certificate.subjectAltName ?? '').split(', ').filter(Boolean),
    });
  } catch {
    return fail(unreadable());
  }
}

/** Node writes one attribute a line. */
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

function unreadable() {
  return appError(
    'INPUT_INVALID',
    'This is not a certificate that Bulwark can read.',
    'Choose a PEM file that begins with “BEGIN CERTIFICATE”.',
  );
}
