/**
 * A PKCS#12 store (RFC 7292) as Java and OpenSSL read it: PBES2 with AES-256 and PBKDF2-SHA-256 (10,000 rounds, what
 * Elasticsearch's own tool uses), integrity by HMAC-SHA-256. Authorities carry the attribute by which Java takes them as
 * trusted entries: without it Elasticsearch finds no authority in the store (seen on 8.19.21).
 */
import {
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  type KeyObject,
  pbkdf2Sync,
  X509Certificate,
} from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import type { CertificateBundle } from '../../../shared/engine/ports.ts';
import { encode, octets, objectIdentifier as oid, sequence, smallInteger } from '../der.ts';

const rounds = 10_000;
const data = oid('1.2.840.113549.1.7.1');
const encryptedData = oid('1.2.840.113549.1.7.6');
const shroudedKeyBag = oid('1.2.840.113549.1.12.10.1.2');
const certificateBag = oid('1.2.840.113549.1.12.10.1.3');
const x509Certificate = oid('1.2.840.113549.1.9.22.1');
const friendlyName = oid('1.2.840.113549.1.9.20');
const localKeyId = oid('1.2.840.113549.1.9.21');
/** Java's mark of a trusted entry; its value is "any usage". */
const trustedKeyUsage = oid('2.16.840.1.113894.746875.1.1');
const anyUsage = oid('2.5.29.37.0');
const nothing = encode(0x05);
const inside = (content: Uint8Array) => encode(0xa0, content);
const roundsInteger = encode(0x02, Buffer.from([rounds >> 8, rounds & 0xff]));

/** Salts come from the content under the password: the same store twice is the same file, and another one has others. */
function derived(password: string, label: string, content: Uint8Array, length: number): Buffer {
  return createHmac('sha256', password).update(`${label}\n`).update(content).digest().subarray(0, length);
}

interface Encrypted {
  readonly algorithm: Buffer;
  readonly bytes: Buffer;
}

function encrypt(password: string, label: string, content: Uint8Array): Encrypted {
  const salt = derived(password, `${label} salt`, content, 20);
  const vector = derived(password, `${label} vector`, content, 16);
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, rounds, 32, 'sha256'), vector);
  const keyFrom = sequence(
    oid('1.2.840.113549.1.5.12'),
    sequence(octets(salt), roundsInteger, sequence(oid('1.2.840.113549.2.9'), nothing)),
  );
  const how = sequence(oid('2.16.840.1.101.3.4.1.42'), octets(vector));
  return {
    algorithm: sequence(oid('1.2.840.113549.1.5.13'), sequence(keyFrom, how)),
    bytes: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

/** Two bytes for each letter, big-endian. */
function wide(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Key of the integrity check by appendix B.2 of RFC 7292: one block of SHA-256 is enough. */
function macKey(password: string, salt: Buffer): Buffer {
  const block = 64;
  const fill = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
  let digest: Buffer = Buffer.concat([Buffer.alloc(block, 3), fill(salt), fill(wide(`${password}\0`))]);
  for (let round = 0; round < rounds; round += 1) digest = createHash('sha256').update(digest).digest();
  return digest;
}

const attribute = (id: Buffer, value: Uint8Array) => sequence(id, encode(0x31, value));
const named = (name: string) => attribute(friendlyName, encode(0x1e, wide(name)));

function bag(kind: Buffer, content: Buffer, attributes: readonly Buffer[]): Buffer {
  const set = attributes.toSorted((left, right) => Buffer.compare(left, right));
  return sequence(kind, inside(content), ...(set.length === 0 ? [] : [encode(0x31, ...set)]));
}

function certificateIn(certificate: X509Certificate, attributes: readonly Buffer[]): Buffer {
  return bag(certificateBag, sequence(x509Certificate, inside(octets(certificate.raw))), attributes);
}

/** Names of the entries; further authorities are numbered. */
export interface EntryNames {
  readonly key: string;
  readonly authority: string;
}

/** @param password 1 to 128 characters of plain ASCII. @param served the certificate of the key first */
export function storeOf(
  password: string,
  key: KeyObject,
  served: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  names: EntryNames = { key: 'instance', authority: 'ca' },
): Uint8Array {
  const id = attribute(
    localKeyId,
    octets(
      createHash('sha256')
        .update(served[0]?.raw ?? '')
        .digest()
        .subarray(0, 20),
    ),
  );
  const certificates = sequence(
    ...served.map((one, index) => certificateIn(one, index === 0 ? [named(names.key), id] : [])),
    ...authorities.map((one, index) =>
      certificateIn(one, [
        named(index === 0 ? names.authority : `${names.authority}-${index + 1}`),
        attribute(trustedKeyUsage, anyUsage),
      ]),
    ),
  );
  const hidden = encrypt(password, 'certificates', certificates);
  const keyBytes = encrypt(password, 'key', key.export({ type: 'pkcs8', format: 'der' }));
  const keys = sequence(
    bag(shroudedKeyBag, sequence(keyBytes.algorithm, octets(keyBytes.bytes)), [named(names.key), id]),
  );
  const safe = sequence(
    sequence(data, inside(octets(keys))),
    sequence(
      encryptedData,
      inside(sequence(smallInteger(0), sequence(data, hidden.algorithm, encode(0x80, hidden.bytes)))),
    ),
  );
  const salt = derived(password, 'mac salt', safe, 20);
  const mac = createHmac('sha256', macKey(password, salt)).update(safe).digest();
  const digest = sequence(sequence(oid('2.16.840.1.101.3.4.2.1'), nothing), octets(mac));
  return new Uint8Array(
    sequence(
      smallInteger(3),
      sequence(data, inside(octets(safe))),
      sequence(digest, octets(salt), roundsInteger),
    ),
  );
}

const onePem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Of a store: what every program reads alike. */
export const usablePassword = /^[\x20-\x7e]{1,128}$/;

/** See `CertificateChecker.pkcs12`. */
export function makePkcs12(bundle: CertificateBundle, password: Secret): Result<Uint8Array> {
  const text = password.reveal();
  if (!usablePassword.test(text))
    return fail(
      appError(
        'INPUT_INVALID',
        'The password of a PKCS#12 store must have 1 to 128 letters, digits and signs of plain ASCII.',
        'Choose another password.',
        { hostState: 'unchanged' },
      ),
    );
  try {
    const read = (pem: string) => (pem.match(onePem) ?? []).map((one) => new X509Certificate(one));
    const key = createPrivateKey({ key: bundle.keyPem.reveal(), format: 'pem' });
    return succeed(storeOf(text, key, read(bundle.certificatePem), read(bundle.caPem)));
  } catch {
    return fail(
      appError(
        'INPUT_INVALID',
        'The key or a certificate cannot be read, so no store can be made of them.',
        'Give the key and the certificates in PEM form, the key without a passphrase.',
        { hostState: 'unchanged' },
      ),
    );
  }
}
