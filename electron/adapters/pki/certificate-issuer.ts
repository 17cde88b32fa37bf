/**
 * Makes authorities and the certificates of nodes by RFC 5280. Keys come from the operating system's random source and leave
 * this file as `Secret` only.
 */
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { KeyType } from '../../../shared/domain/changes/certificates.ts';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { CertificateIssuer, Identity, Period } from '../../../shared/engine/certificates/ports.ts';
import { readCertificates, readPrivateKey } from './certificate-checker.ts';
import { type KeyPair, p256, serial } from './issue.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from './x509.ts';

const day = 86_400_000;
/** A clock that is behind by less does not make a new certificate "not yet valid". */
const beforehand = 3_600_000;
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const { subtle } = webcrypto;

function makeKeys(type: KeyType): Promise<KeyPair> {
  return type === 'p-256'
    ? subtle.generateKey(p256, true, ['sign', 'verify'])
    : subtle.generateKey({ ...rsa, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) }, true, [
        'sign',
        'verify',
      ]);
}

const signing = (type: KeyType) => (type === 'p-256' ? p256 : rsa);

async function asIdentity(certificate: X509Certificate, keys: KeyPair): Promise<Identity> {
  const der = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return {
    certificatePem: `${PemConverter.encode(certificate.rawData, 'CERTIFICATE')}\n`,
    keyPem: new Secret(key.export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
}

interface Opened {
  readonly certificate: X509Certificate;
  readonly keys: KeyPair;
  readonly type: KeyType;
}

/** Undefined for what is no authority, or whose key is another's, or of a kind that is not made here. */
async function open(authority: Identity): Promise<Opened | undefined> {
  const read = readCertificates(authority.certificatePem)?.[0];
  const key = readPrivateKey(authority.keyPem);
  if (read === undefined || key === undefined || !read.ca || !read.checkPrivateKey(key)) return undefined;
  const ec = key.asymmetricKeyType === 'ec';
  if (ec ? key.asymmetricKeyDetails?.namedCurve !== 'prime256v1' : key.asymmetricKeyType !== 'rsa')
    return undefined;
  const type: KeyType = ec ? 'p-256' : 'rsa-3072';
  const bytes = key.export({ format: 'der', type: 'pkcs8' });
  const privateKey = await subtle.importKey('pkcs8', bytes, signing(type), true, ['sign']);
  bytes.fill(0);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = await subtle.importKey('spki', spki, signing(type), true, ['verify']);
  return { certificate: new X509Certificate(read.raw), keys: { privateKey, publicKey }, type };
}

/** RFC 1123 host names, also with a leading `*.`; underscores occur in names of containers. */
const hostName =
  /^(?=.{1,253}$)(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

function invalid(sentence: string, next: string): Result<never> {
  return fail(appError('INPUT_INVALID', sentence, next, { hostState: 'unchanged' }));
}

function problem(wish: Period & { readonly name: string }): string | undefined {
  if (!/^[^\p{Cc}]{1,64}$/u.test(wish.name)) return 'The name of a certificate must have 1 to 64 characters.';
  return Number.isInteger(wish.days) && wish.days >= 1 && wish.days <= 3650
    ? undefined
    : 'A certificate may be valid for 1 to 3650 days.';
}

const makeAuthority: CertificateIssuer['makeAuthority'] = async (wish) => {
  const wrong = problem(wish);
  if (wrong !== undefined) return invalid(wrong, 'Give another name or time.');
  const keys = await makeKeys(wish.keyType);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [wish.name] }, { O: ['Bulwark'] }],
    notBefore: new Date(wish.now - beforehand),
    notAfter: new Date(wish.now + wish.days * day),
    keys,
    signingAlgorithm: signing(wish.keyType),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return succeed(await asIdentity(certificate, keys));
};

const issueForNode: CertificateIssuer['issueForNode'] = async (authority, wish) => {
  const wrong = problem(wish);
  if (wrong !== undefined) return invalid(wrong, 'Give another name or time.');
  const bad = wish.names.filter((name) => isIP(name) === 0 && !hostName.test(name));
  if (wish.names.length === 0 || wish.names.length > 100 || bad.length > 0)
    return invalid(
      bad.length > 0
        ? `${bad.slice(0, 3).join(', ')} is neither a host name nor an address.`
        : 'A certificate needs 1 to 100 names.',
      'Correct the names of the certificate.',
    );
  const opened = await open(authority).catch(() => undefined);
  if (opened === undefined)
    return invalid(
      'The authority cannot sign: its certificate or key cannot be read, or do not belong together.',
      'Choose another authority.',
    );
  const end = Math.min(wish.now + wish.days * day, opened.certificate.notAfter.getTime());
  if (end <= wish.now)
    return invalid('The certificate of the authority has expired.', 'Make or choose another authority.');
  const keys = await makeKeys(wish.keyType);
  // Key exchange by RSA is what clients older than TLS 1.3 may ask of an RSA key.
  const usages =
    wish.keyType === 'p-256'
      ? KeyUsageFlags.digitalSignature
      : KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [wish.name] }, { O: ['Bulwark'] }],
    issuer: opened.certificate.subject,
    notBefore: new Date(Math.max(wish.now - beforehand, opened.certificate.notBefore.getTime())),
    notAfter: new Date(end),
    publicKey: keys.publicKey,
    signingKey: opened.keys.privateKey,
    signingAlgorithm: signing(opened.type),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(usages, true),
      // Nodes are server and client of one another on the transport port.
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(
        wish.names.map((name) =>
          isIP(name) === 0
            ? { type: 'dns' as const, value: name.toLowerCase() }
            : { type: 'ip' as const, value: name },
        ),
      ),
      await AuthorityKeyIdentifierExtension.create(opened.keys.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return succeed(await asIdentity(certificate, keys));
};

export const certificateIssuer: CertificateIssuer = { makeAuthority, issueForNode };
