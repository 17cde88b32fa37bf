/**
 * Makes authorities and the certificates of nodes by RFC 5280. Keys come from the operating system's random source and leave
 * this file as `Secret` only.
 */
import { createPrivateKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { KeyType } from '../../../shared/domain/changes/certificates.ts';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { CertificateIssuer, Identity, Period } from '../../../shared/engine/certificates/ports.ts';
import { importAuthority, openAuthority } from './authority.ts';
import { type KeyPair, p256, serial } from './issue.ts';
import * as x509 from './x509.ts';

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

async function asPem(keys: KeyPair): Promise<Secret> {
  const der = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return new Secret(key.export({ format: 'pem', type: 'pkcs8' }).toString());
}

async function asIdentity(certificate: x509.X509Certificate, keys: KeyPair): Promise<Identity> {
  return {
    certificatePem: `${x509.PemConverter.encode(certificate.rawData, 'CERTIFICATE')}\n`,
    keyPem: await asPem(keys),
  };
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

function namesProblem(names: readonly string[]): string | undefined {
  const bad = names.filter((name) => isIP(name) === 0 && !hostName.test(name));
  if (bad.length > 0) return `${bad.slice(0, 3).join(', ')} is neither a host name nor an address.`;
  return names.length === 0 || names.length > 100 ? 'A certificate needs 1 to 100 names.' : undefined;
}

/** What a node's certificate says besides names of subject and issuer; the same where another authority signs. */
function nodeExtensions(names: readonly string[], keyType: KeyType) {
  // Key exchange by RSA is what clients older than TLS 1.3 may ask of an RSA key.
  const usages =
    keyType === 'p-256'
      ? x509.KeyUsageFlags.digitalSignature
      : x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment;
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(usages, true),
    // Nodes are server and client of one another on the transport port.
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    new x509.SubjectAlternativeNameExtension(
      names.map((name) =>
        isIP(name) === 0
          ? { type: 'dns' as const, value: name.toLowerCase() }
          : { type: 'ip' as const, value: name },
      ),
    ),
  ];
}

/** What the authority calls its key (RFC 5280, 4.2.1.1); another value than its own makes clients pass it over. */
function authorityKey(authority: x509.X509Certificate) {
  const own = authority.getExtension(x509.SubjectKeyIdentifierExtension);
  return own === null ? [] : [new x509.AuthorityKeyIdentifierExtension(own.keyId)];
}

const makeAuthority: CertificateIssuer['makeAuthority'] = async (wish) => {
  const wrong = problem(wish);
  if (wrong !== undefined) return invalid(wrong, 'Give another name or time.');
  const keys = await makeKeys(wish.keyType);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [wish.name] }, { O: ['Bulwark'] }],
    notBefore: new Date(wish.now - beforehand),
    notAfter: new Date(wish.now + wish.days * day),
    keys,
    signingAlgorithm: signing(wish.keyType),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return succeed(await asIdentity(certificate, keys));
};

const issueForNode: CertificateIssuer['issueForNode'] = async (authority, wish) => {
  const wrong = problem(wish);
  if (wrong !== undefined) return invalid(wrong, 'Give another name or time.');
  const nameless = namesProblem(wish.names);
  if (nameless !== undefined) return invalid(nameless, 'Correct the names of the certificate.');
  const opened = await openAuthority(authority);
  if (opened === undefined)
    return invalid(
      'The authority cannot sign: its certificate or key cannot be read, or do not belong together.',
      'Choose another authority.',
    );
  const end = Math.min(wish.now + wish.days * day, opened.certificate.notAfter.getTime());
  if (end <= wish.now)
    return invalid('The certificate of the authority has expired.', 'Make or choose another authority.');
  const keys = await makeKeys(wish.keyType);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [wish.name] }, { O: ['Bulwark'] }],
    // The name itself and not its text, from which it would be written anew: clients compare the bytes (RFC 5280, 7.1).
    issuer: opened.certificate.subjectName,
    notBefore: new Date(Math.max(wish.now - beforehand, opened.certificate.notBefore.getTime())),
    notAfter: new Date(end),
    publicKey: keys.publicKey,
    signingKey: opened.keys.privateKey,
    signingAlgorithm: opened.algorithm,
    extensions: [
      ...nodeExtensions(wish.names, wish.keyType),
      ...authorityKey(opened.certificate),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return succeed(await asIdentity(certificate, keys));
};

const requestForNode: CertificateIssuer['requestForNode'] = async (wish) => {
  const wrong = problem({ ...wish, now: 0, days: 1 }) ?? namesProblem(wish.names);
  if (wrong !== undefined) return invalid(wrong, 'Correct the names of the certificate.');
  const keys = await makeKeys(wish.keyType);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [wish.name] }],
    keys,
    signingAlgorithm: signing(wish.keyType),
    extensions: nodeExtensions(wish.names, wish.keyType),
  });
  return succeed({
    requestPem: `${x509.PemConverter.encode(request.rawData, 'CERTIFICATE REQUEST')}\n`,
    keyPem: await asPem(keys),
  });
};

export const certificateIssuer: CertificateIssuer = {
  makeAuthority,
  issueForNode,
  requestForNode,
  importAuthority,
};
