/** Checks a report's CMS signature by building it again from its parts and comparing every bit. */
import { verify, X509Certificate } from 'node:crypto';
import { partsOf, signedAttributes, signedData } from './signed-data.ts';

export interface CheckedSignature {
  /** Undefined when the signature holds. */
  readonly problem: string | undefined;
  /** Signer first; present whenever they could be read. */
  readonly chain: readonly X509Certificate[];
}

/** @param digits what stands in the PDF: lower-case hexadecimal, filled up with zeros */
export function checkSignature(digits: string, contentDigest: Buffer): CheckedSignature {
  const bytes = Buffer.from(digits, 'hex');
  const parts = partsOf(bytes);
  if (!parts) return { problem: 'its signature cannot be read', chain: [] };
  const certificates = parts.certificates.flatMap(readable);
  const padding = bytes.subarray(parts.length);
  for (const signer of certificates) {
    const chain = [signer, ...certificates.filter((other) => other !== signer)];
    const rebuilt = signedData(
      parts.messageDigest ?? Buffer.alloc(0),
      chain.map((one) => one.raw),
      parts.signature,
    );
    if (!rebuilt?.equals(bytes.subarray(0, parts.length))) continue;
    if (!parts.messageDigest?.equals(contentDigest)) return { problem: 'its contents were changed', chain };
    if (digits !== bytes.toString('hex') || padding.some((byte) => byte !== 0)) break;
    const holds =
      isP256(signer) &&
      verify('sha256', signedAttributes(contentDigest, signer.raw), signer.publicKey, parts.signature);
    return { problem: holds ? undefined : 'the key of its signer did not make this signature', chain };
  }
  return { problem: 'its signature is not spelled the way Bulwark writes it', chain: certificates };
}

function readable(bytes: Buffer): readonly X509Certificate[] {
  try {
    return [new X509Certificate(bytes)];
  } catch {
    return [];
  }
}

export function isP256(certificate: X509Certificate): boolean {
  try {
    const key = certificate.publicKey;
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/** The signer is no authority itself, and each certificate was issued by the next one, the last by itself. */
export function chainHolds(chain: readonly X509Certificate[]): boolean {
  return (
    chain.length > 1 &&
    chain[0]?.ca === false &&
    chain.every((one, index) => {
      const issuer = chain[index + 1] ?? one;
      return issuer.ca && isP256(issuer) && isIssuedBy(one, issuer);
    })
  );
}

export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
