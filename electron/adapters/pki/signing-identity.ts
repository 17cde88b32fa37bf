/**
 * Who signs reports: made by the app for one operator, keys kept in the vault, certificates public. A signature by it proves
 * that whoever could open this vault signed, and nothing more.
 */

import { createHash, createPrivateKey, type KeyObject, sign, webcrypto } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { SecretStore } from '../../../shared/engine/ports.ts';
import type { ReportSigner } from '../../../shared/engine/report/ports.ts';
import { issueAuthority, issueSigner, type KeyPair, makeKeys, p256 } from './issue.ts';
import { PemConverter, X509Certificate } from './x509.ts';

export const authorityRef = 'report-signing/authority';
export const signerRef = 'report-signing/signer';
const { subtle } = webcrypto;
const renewBefore = 90 * 24 * 3_600_000;

interface Stored {
  readonly key: string;
  readonly certificate: string;
}

/**
 * The operator's identity, made when there is none and renewed under the same authority when it ends within 90 days.
 *
 * @param operator what the certificate calls the signer, 1 to 64 characters
 * @param now milliseconds since 1970
 * Errors: those of the secret store, VAULT_CORRUPT, INPUT_INVALID.
 */
export async function signingIdentity(
  secrets: SecretStore,
  operator: string,
  now: number,
): Promise<Result<ReportSigner>> {
  const name = operator.trim();
  if (name.length < 1 || name.length > 64) return fail(nameInvalid());
  const authority = await findOrMake(secrets, authorityRef, 'Authority that vouches for who signs reports', {
    isCurrent: (certificate) => certificate.notAfter.getTime() - now > renewBefore,
    make: async (keys) => await issueAuthority(keys, name, now),
  });
  if (!authority.ok) return authority;
  const signer = await findOrMake(secrets, signerRef, 'Key that signs reports', {
    isCurrent: (certificate) =>
      certificate.issuer === authority.value.certificate.subject &&
      certificate.subjectName.getField('CN').includes(name) &&
      certificate.notAfter.getTime() - now > renewBefore,
    make: async (keys) => await issueSigner(keys, name, authority.value, now),
  });
  if (!signer.ok) return signer;
  return succeed(await asSigner(name, signer.value, authority.value.certificate));
}

interface Identity {
  readonly certificate: X509Certificate;
  readonly keys: KeyPair;
}

async function findOrMake(
  secrets: SecretStore,
  ref: string,
  about: string,
  wish: {
    readonly isCurrent: (certificate: X509Certificate) => boolean;
    readonly make: (keys: KeyPair) => Promise<X509Certificate>;
  },
): Promise<Result<Identity>> {
  const found = await secrets.get(ref);
  if (!found.ok && found.error.code !== 'SECRET_MISSING') return found;
  if (found.ok) {
    const identity = await unpack(found.value);
    if (!identity) return fail(storedUnreadable());
    if (wish.isCurrent(identity.certificate)) return succeed(identity);
  }
  const keys = await makeKeys();
  const certificate = await wish.make(keys);
  const kept = await secrets.put(ref, await pack({ certificate, keys }), about);
  return kept.ok ? succeed({ certificate, keys }) : kept;
}

async function pack(identity: Identity): Promise<Secret> {
  const key = Buffer.from(await subtle.exportKey('pkcs8', identity.keys.privateKey));
  const stored: Stored = {
    key: key.toString('base64'),
    certificate: Buffer.from(identity.certificate.rawData).toString('base64'),
  };
  key.fill(0);
  return new Secret(JSON.stringify(stored));
}

async function unpack(secret: Secret): Promise<Identity | undefined> {
  try {
    const stored: unknown = JSON.parse(secret.reveal());
    if (!isStored(stored)) return undefined;
    const certificate = new X509Certificate(Buffer.from(stored.certificate, 'base64'));
    const bytes = Buffer.from(stored.key, 'base64');
    const privateKey = await subtle.importKey('pkcs8', bytes, p256, true, ['sign']);
    bytes.fill(0);
    const publicKey = await subtle.importKey('spki', certificate.publicKey.rawData, p256, true, ['verify']);
    return { certificate, keys: { privateKey, publicKey } };
  } catch {
    return undefined;
  }
}

function isStored(value: unknown): value is Stored {
  return (
    typeof value === 'object' &&
    value !== null &&
    'key' in value &&
    typeof value.key === 'string' &&
    'certificate' in value &&
    typeof value.certificate === 'string'
  );
}

async function asSigner(
  commonName: string,
  signer: Identity,
  authority: X509Certificate,
): Promise<ReportSigner> {
  const der = Buffer.from(await subtle.exportKey('pkcs8', signer.keys.privateKey));
  const key: KeyObject = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const chain = [signer.certificate.rawData, authority.rawData].map((raw) => new Uint8Array(raw));
  return {
    commonName,
    certificateFingerprint256: createHash('sha256')
      .update(new Uint8Array(signer.certificate.rawData))
      .digest('hex'),
    chain,
    chainPem: chain.map((raw) => `${PemConverter.encode(raw, 'CERTIFICATE')}\n`).join(''),
    sign: async (data) => succeed(new Uint8Array(sign('sha256', data, key))),
  };
}

function nameInvalid() {
  return appError(
    'INPUT_INVALID',
    'The name of who signs must have 1 to 64 characters.',
    'Give your name or the name of your team.',
  );
}

function storedUnreadable() {
  return appError(
    'VAULT_CORRUPT',
    'The vault holds a signing key that cannot be read. Nothing was changed.',
    'Put a copy of the vault from a backup in its place.',
  );
}
