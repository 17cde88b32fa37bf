import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CertificateDetail } from '../domain/certificate-detail.ts';
import { sha256 } from './sha256.ts';
import { readCertificateDer, readCertificatesPem } from './x509.ts';

const folder = mkdtempSync(join(tmpdir(), 'x509-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** Self-signed by openssl, with what the test asks for. */
function made(
  key: readonly string[],
  more: readonly string[] = [],
  subject = '/CN=node-1/O=Example',
): string {
  count += 1;
  const file = join(folder, `${count}.pem`);
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      ...key,
      '-nodes',
      '-keyout',
      join(folder, 'key'),
      '-out',
      file,
      '-subj',
      subject,
      ...more,
    ],
    { stdio: 'pipe' },
  );
  return readFileSync(file, 'utf8');
}

const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
const names = [
  '-addext',
  'subjectAltName=DNS:Node-1.example,DNS:*.example,IP:10.1.0.11,IP:::1,IP:2001:db8::5:0:1,email:a@b',
];

function only(pem: string): CertificateDetail {
  const read = readCertificatesPem(pem);
  const [first] = read.certificates;
  if (first === undefined || read.unreadable > 0) throw new Error('not read');
  return first;
}

it('digests as the standard has it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }),
  );
});

describe('a certificate', () => {
  it('says the same as to another library', () => {
    const pem = made(ec, names);
    const other = new X509Certificate(pem);
    const read = only(pem);
    expect(read).toMatchObject({
      subject: 'CN=node-1, O=Example',
      issuer: 'CN=node-1, O=Example',
      serial: other.serialNumber.toLowerCase().replace(/^0+/, ''),
      notBefore: new Date(other.validFrom).toISOString(),
      notAfter: new Date(other.validTo).toISOString(),
      dnsNames: ['node-1.example', '*.example'],
      addresses: ['10.1.0.11', '::1', '2001:db8::5:0:1'],
      otherNames: 1,
      key: { type: 'ec', bits: 256, words: 'EC P-256' },
      hash: 'sha256',
      authority: true,
      fingerprint256: other.fingerprint256.replaceAll(':', '').toLowerCase(),
    });
    expect(read.subjectHash).toBe(read.issuerHash);
    const key = other.publicKey.export({ format: 'der', type: 'spki' });
    expect(read.keyHash).toBe(createHash('sha256').update(key).digest('hex'));
  });

  it.each([
    [['-newkey', 'rsa:1024'], ['-sha1'], 'RSA 1024', 'sha1'],
    [['-newkey', 'rsa:2048'], ['-md5'], 'RSA 2048', 'md5'],
    [['-newkey', 'rsa:2048'], ['-sha512', '-sigopt', 'rsa_padding_mode:pss'], 'RSA 2048', 'sha512'],
    [['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'], ['-sha384'], 'EC P-384', 'sha384'],
    [['-newkey', 'ed25519'], [], 'Ed25519', 'own'],
  ])('%s %s', (key, more, words, hash) => {
    expect(only(made(key, more))).toMatchObject({ key: { words }, hash });
  });

  it('shows no control characters and hides no name behind one', () => {
    const read = only(made([...ec, '-utf8'], [], '/CN=a\u202eb\u0007c'));
    expect(read.subject).toBe('CN=a?b?c');
    const far = only(made(ec, ['-days', '2000000']));
    expect(far.notAfter > '7000').toBe(true);
  });

  it('is not read where a byte more or less is there', () => {
    const der = new X509Certificate(made(ec)).raw;
    expect(readCertificateDer(der)).toBeDefined();
    expect(readCertificateDer(Buffer.concat([der, Buffer.from([0])]))).toBeUndefined();
    expect(readCertificateDer(der.subarray(0, -1))).toBeUndefined();
    expect(readCertificateDer(new Uint8Array(70_000).fill(0x30))).toBeUndefined();
    expect(readCertificateDer(new Uint8Array())).toBeUndefined();
  });

  it('misleads nobody when bytes were changed: what is read of it is what another library reads', () => {
    const der = new X509Certificate(made(ec, names)).raw;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 3,
        }),
        (edits) => {
          const bytes = Buffer.from(der);
          for (const [at, to] of edits) bytes[at] = to;
          const read = readCertificateDer(bytes);
          if (read === undefined) return;
          expect(read.fingerprint256).toBe(createHash('sha256').update(bytes).digest('hex'));
          expect(Number.isNaN(Date.parse(read.notAfter))).toBe(false);
          const other = libraryReads(bytes);
          // A name of another kind that is broken inside makes that library drop the whole list.
          if (other === undefined || other.names === '') return;
          expect(read.notAfter).toBe(other.notAfter);
          expect(read.dnsNames.filter((name) => !other.names.toLowerCase().includes(name))).toEqual([]);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('is counted in a text with others, and what is broken is counted apart', () => {
    const one = made(ec);
    const cut = one.replace(/\n.{20}/, '\n');
    expect(readCertificatesPem(`# remark\r\n${one}${cut}${one}`)).toMatchObject({ unreadable: 1 });
    expect(readCertificatesPem(one.replaceAll('\n', '\r\n')).certificates).toHaveLength(1);
    expect(readCertificatesPem('-----BEGIN CERTIFICATE-----\nMII')).toEqual({
      certificates: [],
      unreadable: 1,
    });
    expect(readCertificatesPem('x'.repeat(2_000_000)).unreadable).toBe(1);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          readCertificatesPem(`-----BEGIN CERTIFICATE-----${text}-----END CERTIFICATE-----`).unreadable,
        ).toBeGreaterThan(0);
      }),
    );
  });

  it('has dates that a calendar has', () => {
    const der = new X509Certificate(made(ec)).raw;
    const at = der.indexOf('Z', der.indexOf(Buffer.from([0x17, 0x0d]))) - 12;
    for (const wrong of ['251301000000', '250230000000', '250101250000', '25010100000x']) {
      const bytes = Buffer.from(der);
      bytes.write(wrong, at, 'latin1');
      expect(readCertificateDer(bytes)).toBeUndefined();
    }
  });
});

function libraryReads(bytes: Buffer): { readonly notAfter: string; readonly names: string } | undefined {
  try {
    const other = new X509Certificate(bytes);
    return { notAfter: new Date(other.validTo).toISOString(), names: other.subjectAltName ?? '' };
  } catch {
    return undefined;
  }
}
