/** Makes the two certificates of a signing identity: an authority that others can pin for long, and the signer under it. */

import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from './x509.ts';

export const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const year = 366 * 24 * 3_600_000;
export const authorityYears = 20;
export const signerYears = 5;

export type KeyPair = Awaited<ReturnType<typeof makeKeys>>;

/** Extractable, because the private half is kept in the vault. */
export async function makeKeys() {
  return await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
}

export async function issueAuthority(keys: KeyPair, operator: string, now: number): Promise<X509Certificate> {
  return await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [`${operator}, report signing authority`] }, { O: ['Bulwark'] }],
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + authorityYears * year),
    keys,
    signingAlgorithm: p256,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

export async function issueSigner(
  keys: KeyPair,
  operator: string,
  authority: { readonly certificate: X509Certificate; readonly keys: KeyPair },
  now: number,
): Promise<X509Certificate> {
  return await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [operator] }, { O: ['Bulwark'] }],
    issuer: authority.certificate.subject,
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(Math.min(now + signerYears * year, authority.certificate.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: p256,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true),
      // NSS, on which many PDF readers rest, accepts a signer only for e-mail protection; the last one is RFC 9336's.
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.emailProtection, '1.3.6.1.5.5.7.3.36']),
      await AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** 16 random bytes whose top bit is clear: positive and never longer than RFC 5280 allows. */
export function serial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}
