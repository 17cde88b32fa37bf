/**
 * Reads certificates (RFC 5280) that strangers wrote. A certificate of which any part is odd is not read at all: half of one
 * would mislead. Nothing is verified; who signed it is for others to prove.
 */

import type { CertificateDetail, CertificateKey, SignatureHash } from '../domain/certificate-detail.ts';
import {
  type Element,
  elementsOf,
  expectTag,
  NotDer,
  readBits,
  readOid,
  readTime,
  soleElement,
  tags,
} from './der.ts';
import { sha256 } from './sha256.ts';

const maxBytes = 65_536;

const attributes: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.25': 'DC',
};

const hashes: Readonly<Record<string, SignatureHash>> = {
  '1.2.840.113549.1.1.4': 'md5',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10040.4.3': 'sha1',
  '2.16.840.1.101.3.4.3.2': 'sha256',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': 'own',
  '1.3.101.113': 'own',
};
const digests: Readonly<Record<string, SignatureHash>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
};
const pss = '1.2.840.113549.1.1.10';

const curves: Readonly<Record<string, readonly [name: string, bits: number]>> = {
  '1.2.840.10045.3.1.1': ['P-192', 192],
  '1.3.132.0.33': ['P-224', 224],
  '1.2.840.10045.3.1.7': ['P-256', 256],
  '1.3.132.0.34': ['P-384', 384],
  '1.3.132.0.35': ['P-521', 521],
  '1.3.132.0.10': ['secp256k1', 256],
};

/** Undefined for anything that is not exactly one certificate of at most 64 KiB. */
export function readCertificateDer(der: Uint8Array): CertificateDetail | undefined {
  if (der.length > maxBytes) return undefined;
  try {
    return certificateOf(der);
  } catch (error) {
    if (error instanceof NotDer) return undefined;
    throw error;
  }
}

function certificateOf(der: Uint8Array): CertificateDetail {
  const [body, outer, signature, ...more] = elementsOf(soleElement(der, tags.sequence).content);
  const parts = [...elementsOf(expectTag(body, tags.sequence).content)];
  readBits(signature);
  if (more.length > 0) throw new NotDer();
  if (parts[0]?.tag === 0xa0) parts.shift();
  const [serial, inner, issuer, validity, subject, key, ...rest] = parts;
  const algorithm = expectTag(inner, tags.sequence);
  // What was signed says by which algorithm; another one outside of it is a forgery or a defect.
  if (!sameBytes(algorithm.whole, expectTag(outer, tags.sequence).whole)) throw new NotDer();
  const times = elementsOf(expectTag(validity, tags.sequence).content);
  if (times.length !== 2) throw new NotDer();
  const extensions = extensionsOf(rest);
  const publicKey = expectTag(key, tags.sequence);
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    subjectHash: sha256(expectTag(subject, tags.sequence).whole),
    issuerHash: sha256(expectTag(issuer, tags.sequence).whole),
    serial: hexOf(expectTag(serial, tags.integer).content).replace(/^0+(?=.)/, ''),
    notBefore: new Date(readTime(times[0])).toISOString(),
    notAfter: new Date(readTime(times[1])).toISOString(),
    ...namesOf(extensions.get('2.5.29.17')),
    key: keyOf(publicKey),
    hash: hashOf(algorithm),
    authority: isAuthority(extensions.get('2.5.29.19')),
    fingerprint256: sha256(der),
    keyHash: sha256(publicKey.whole),
  };
}

const sameBytes = (left: Uint8Array, right: Uint8Array) =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** By their number; each may occur once (RFC 5280, 4.2). */
function extensionsOf(rest: readonly Element[]): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [index, part] of rest.entries()) {
    if (part.tag !== 0xa3) {
      if (![0x81, 0x82, 0xa1, 0xa2].includes(part.tag)) throw new NotDer();
      continue;
    }
    if (index !== rest.length - 1) throw new NotDer();
    for (const extension of elementsOf(soleElement(part.content, tags.sequence).content)) {
      const fields = elementsOf(expectTag(extension, tags.sequence).content);
      const oid = readOid(fields[0]);
      if (fields.length < 2 || fields.length > 3 || found.has(oid)) throw new NotDer();
      if (fields.length === 3) expectTag(fields[1], tags.boolean, 3);
      found.set(oid, expectTag(fields.at(-1), tags.octetString).content);
    }
  }
  return found;
}

function isAuthority(extension: Uint8Array | undefined): boolean {
  if (extension === undefined) return false;
  const [first] = elementsOf(soleElement(extension, tags.sequence).content);
  return first?.tag === tags.boolean && first.content.length === 1 && first.content[0] !== 0;
}

const mostNames = 500;
/** RFC 5280, 4.2.1.6. */
const nameTags: ReadonlySet<number> = new Set([0xa0, 0x81, 0x82, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88]);
/** Letters of host names only: what a name shows and what a client compares must be the same (no NUL, no comma). */
const usableName = /^[a-z0-9_.*-]{1,253}$/;

function namesOf(extension: Uint8Array | undefined) {
  const dnsNames: string[] = [];
  const addresses: string[] = [];
  let otherNames = 0;
  const all = extension === undefined ? [] : elementsOf(soleElement(extension, tags.sequence).content);
  // One name of a kind that there is not makes libraries drop the whole list.
  if (all.length > mostNames || all.some(({ tag }) => !nameTags.has(tag))) throw new NotDer();
  for (const { tag, content } of all) {
    const name = tag === 0x82 ? String.fromCharCode(...content.subarray(0, 300)).toLowerCase() : '';
    const address = tag === 0x87 ? addressOf(content) : undefined;
    if (usableName.test(name)) dnsNames.push(name);
    else if (address !== undefined) addresses.push(address);
    else otherNames += 1;
  }
  return { dnsNames, addresses, otherNames };
}

function addressOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  const text = groups.map((group) => group.toString(16)).join(':');
  const zeros = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const longest = zeros.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest === '' ? text : text.replace(longest, '::').replace(/:{3,}/, '::');
}

function nameOf(element: Element | undefined): string {
  const parts: string[] = [];
  for (const set of elementsOf(expectTag(element, tags.sequence).content))
    for (const pair of elementsOf(expectTag(set, tags.set).content)) {
      const [type, value] = elementsOf(expectTag(pair, tags.sequence).content);
      const oid = readOid(type);
      if (value === undefined) throw new NotDer();
      parts.push(`${attributes[oid] ?? oid}=${textOf(value)}`);
    }
  return parts.join(', ').slice(0, 300);
}

function textOf({ tag, content }: Element): string {
  const short = content.subarray(0, 400);
  const text =
    tag === 0x1e
      ? String.fromCharCode(
          ...Array.from(
            { length: short.length >> 1 },
            (_, at) => ((short[2 * at] ?? 0) << 8) | (short[2 * at + 1] ?? 0),
          ),
        )
      : new TextDecoder().decode(short);
  return text.replace(/[\p{C}\u2028\u2029]/gu, '?');
}

function keyOf(publicKey: Element): CertificateKey {
  const [algorithm, bits] = elementsOf(publicKey.content);
  const [type, parameters] = elementsOf(expectTag(algorithm, tags.sequence).content);
  const oid = readOid(type);
  const raw = readBits(bits);
  switch (oid) {
    case '1.2.840.113549.1.1.1':
    case pss: {
      const [modulus] = elementsOf(soleElement(raw, tags.sequence).content);
      const length = bitLength(expectTag(modulus, tags.integer).content);
      return { type: 'rsa', bits: length, words: `RSA ${length}` };
    }
    case '1.2.840.10045.2.1': {
      const curve = parameters?.tag === tags.oid ? curves[readOid(parameters)] : undefined;
      return curve === undefined
        ? { type: 'ec', bits: undefined, words: 'EC of an unknown curve' }
        : { type: 'ec', bits: curve[1], words: `EC ${curve[0]}` };
    }
    case '1.3.101.112':
      return { type: 'ed25519', bits: 256, words: 'Ed25519' };
    case '1.3.101.113':
      return { type: 'ed448', bits: 456, words: 'Ed448' };
    case '1.2.840.10040.4.1':
      return { type: 'dsa', bits: undefined, words: 'DSA' };
    default:
      return { type: 'other', bits: undefined, words: `algorithm ${oid}` };
  }
}

function bitLength(integer: Uint8Array): number {
  const from = integer.findIndex((byte) => byte !== 0);
  if (from < 0 || (integer[0] ?? 0) >= 0x80) throw new NotDer();
  return (integer.length - from) * 8 - Math.clz32(integer[from] ?? 0) + 24;
}

function hashOf(algorithm: Element): SignatureHash {
  const [type, parameters] = elementsOf(algorithm.content);
  const oid = readOid(type);
  if (oid !== pss) return hashes[oid] ?? 'unknown';
  // RFC 4055: without a named hash it is SHA-1.
  const named = parameters?.tag === tags.sequence ? elementsOf(parameters.content)[0] : undefined;
  if (named?.tag !== 0xa0) return 'sha1';
  const [digest] = elementsOf(soleElement(named.content, tags.sequence).content);
  return digests[readOid(digest)] ?? 'unknown';
}

const onePem =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]*?)-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

export interface PemCertificates {
  readonly certificates: readonly CertificateDetail[];
  /** Blocks that are begun and cannot be read. */
  readonly unreadable: number;
}

/** Every certificate of a text of at most 1 MiB, in its order; at most 400 of them, the rest counts as unreadable. */
export function readCertificatesPem(text: string): PemCertificates {
  const begun = text.split(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/).length - 1;
  if (text.length > 1_048_576) return { certificates: [], unreadable: Math.max(1, begun) };
  const certificates: CertificateDetail[] = [];
  for (const [, base64 = ''] of text.matchAll(onePem)) {
    const der = bytesOf(base64);
    const read = der === undefined || certificates.length >= 400 ? undefined : readCertificateDer(der);
    if (read !== undefined) certificates.push(read);
  }
  return { certificates, unreadable: begun - certificates.length };
}

function bytesOf(base64: string): Uint8Array | undefined {
  const text = base64.replace(/\s/g, '');
  if (text.length % 4 !== 0 || text.length > 2 * maxBytes || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    return undefined;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const found = new Uint8Array(Math.floor((text.replaceAll('=', '').length * 6) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text) {
    if (letter === '=') break;
    held = ((held << 6) | letters.indexOf(letter)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    found[at] = (held >> bits) & 0xff;
    at += 1;
  }
  return found;
}
