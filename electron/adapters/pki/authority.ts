/** Authorities that can sign: opened for use, and taken over from files of the operator's. */
import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type {
  CertificateIssuer,
  GivenAuthority,
  Identity,
} from '../../../shared/engine/certificates/ports.ts';
import { readCertificates, readPrivateKey } from './certificate-checker.ts';
import type { KeyPair } from './issue.ts';
import { readPkcs12 } from './pkcs12-read.ts';
import { KeyUsageFlags, KeyUsagesExtension, PemConverter, X509Certificate } from './x509.ts';

const { subtle } = webcrypto;

interface Algorithm {
  readonly name: 'ECDSA' | 'RSASSA-PKCS1-v1_5';
  readonly namedCurve?: string;
  readonly hash: string;
}

interface Opened {
  readonly certificate: X509Certificate;
  readonly keys: KeyPair;
  readonly algorithm: Algorithm;
}

const curves: Readonly<Record<string, Algorithm>> = {
  prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
};

/** RSA below 2048 bits is refused by current clients. */
function algorithmOf(key: KeyObject): Algorithm | undefined {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'ec') return curves[details?.namedCurve ?? ''];
  return key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= 2048
    ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    : undefined;
}

function maySign(certificate: X509Certificate): boolean {
  const usages = certificate.getExtension(KeyUsagesExtension)?.usages;
  return usages === undefined || (usages & KeyUsageFlags.keyCertSign) !== 0;
}

/** Undefined for what is no authority, whose key is another's, or of a kind that clients do not accept. */
export async function openAuthority(authority: Identity): Promise<Opened | undefined> {
  const read = readCertificates(authority.certificatePem)?.[0];
  const key = readPrivateKey(authority.keyPem);
  if (read === undefined || key === undefined || !read.ca || !read.checkPrivateKey(key)) return undefined;
  const algorithm = algorithmOf(key);
  const certificate = new X509Certificate(read.raw);
  if (algorithm === undefined || !maySign(certificate)) return undefined;
  const bytes = key.export({ format: 'der', type: 'pkcs8' });
  try {
    const privateKey = await subtle.importKey('pkcs8', bytes, algorithm, true, ['sign']);
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    const publicKey = await subtle.importKey('spki', spki, algorithm, true, ['verify']);
    return { certificate, keys: { privateKey, publicKey }, algorithm };
  } catch {
    return undefined;
  } finally {
    bytes.fill(0);
  }
}

/** Of id-ce-nameConstraints, RFC 5280, 4.2.1.10. */
function constrained(pem: string): boolean {
  return new X509Certificate(pem).getExtension('2.5.29.30') !== null;
}

interface Parts {
  readonly key: KeyObject;
  readonly certificates: readonly string[];
}

function invalid(sentence: string, next: string): Result<never> {
  return fail(appError('INPUT_INVALID', sentence, next, { hostState: 'unchanged' }));
}

function partsOf(given: GivenAuthority): Result<Parts> {
  const noKey = () =>
    invalid(
      'The private key of the authority cannot be read, or its passphrase is another.',
      'Give the key in PEM form, with its passphrase where it has one.',
    );
  if (given.form === 'pem') {
    const certificates = readCertificates(given.certificatePem);
    if (certificates === undefined)
      return invalid(
        'The certificate of the authority cannot be read.',
        'Choose a PEM file with certificates.',
      );
    try {
      const key = createPrivateKey({
        key: given.keyPem.reveal(),
        format: 'pem',
        ...(given.passphrase === undefined ? {} : { passphrase: given.passphrase.reveal() }),
      });
      return succeed({ key, certificates: certificates.map((one) => one.toString()) });
    } catch {
      return noKey();
    }
  }
  const store = readPkcs12(given.store, given.password);
  if (!store.ok) return store;
  const [only, ...others] = store.value.keys;
  if (only === undefined || others.length > 0)
    return invalid(
      `The store holds ${others.length === 0 ? 'no private key' : 'several private keys'}.`,
      'Choose a store with the authority alone.',
    );
  try {
    const key = createPrivateKey({ key: only, format: 'der', type: 'pkcs8' });
    const certificates = store.value.certificates.map((one) =>
      PemConverter.encode(new Uint8Array(one), 'CERTIFICATE'),
    );
    return readCertificates(certificates.join('\n')) === undefined
      ? invalid('The store holds a certificate that cannot be read.', 'Choose another store.')
      : succeed({ key, certificates });
  } catch {
    return noKey();
  } finally {
    only.fill(0);
  }
}

/** See `CertificateIssuer.importAuthority`. */
export const importAuthority: CertificateIssuer['importAuthority'] = async (given, now) => {
  const parts = partsOf(given);
  if (!parts.ok) return parts;
  const { key, certificates } = parts.value;
  const own = certificates.find((pem) => readCertificates(pem)?.[0]?.checkPrivateKey(key) === true);
  if (own === undefined)
    return invalid(
      'The private key does not belong to any of the certificates.',
      'Choose the key of this authority.',
    );
  const ordered = [own, ...certificates.filter((pem) => pem !== own)];
  const identity: Identity = {
    certificatePem: ordered.map((pem) => `${pem.trim()}\n`).join(''),
    keyPem: new Secret(key.export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
  const opened = await openAuthority(identity);
  if (opened === undefined)
    return invalid(
      'This certificate may not sign others, or its key is of a kind that clients do not accept.',
      'Choose an authority with a key of RSA (2048 bits or more) or of P-256, P-384 or P-521.',
    );
  if (ordered.some(constrained))
    return invalid(
      'This authority may sign for certain names only (name constraints), which is not supported: clients would refuse a certificate for another name.',
      'Choose an authority without name constraints, or have it sign a request of the node.',
    );
  const { notBefore, notAfter } = opened.certificate;
  return notBefore.getTime() <= now && now < notAfter.getTime()
    ? succeed(identity)
    : invalid(
        `The certificate of the authority is valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}, and not now.`,
        'Choose an authority whose time is now.',
      );
};
