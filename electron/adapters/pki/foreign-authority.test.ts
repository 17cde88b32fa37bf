import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { value } from '../../../test/support/change-harness.ts';
import { certificateIssuer } from './certificate-issuer.ts';
import { X509Certificate } from './x509.ts';

const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, name);
const openssl = (...args: readonly string[]) =>
  execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
const now = Date.now() + 600_000;

/** An authority as others make them: its name in UTF-8, its own word for its key or none. */
function foreign(label: string, subject: string, ...extensions: readonly string[]): string {
  writeFileSync(
    place(`${label}.cnf`),
    `[req]\ndistinguished_name = dn\nx509_extensions = ext\nstring_mask = utf8only\n[dn]\n[ext]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\n${extensions.map((one) => `${one}\n`).join('')}`,
  );
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', place(`${label}.key`), '-out', place(`${label}.pem`)];
  const about = ['-config', place(`${label}.cnf`), '-days', '30', '-subj', subject];
  openssl('req', '-x509', '-utf8', ...about, ...key, ...files);
  return readFileSync(place(`${label}.pem`), 'utf8');
}

const take = (label: string) =>
  certificateIssuer.importAuthority(
    {
      form: 'pem',
      certificatePem: readFileSync(place(`${label}.pem`), 'utf8'),
      keyPem: new Secret(readFileSync(place(`${label}.key`), 'utf8')),
    },
    now,
  );

it.each([
  ['plain', '/O=Example/CN=Authority', ['subjectKeyIdentifier = hash']],
  ['special', '/O=B\u00fccher + S\u00f6hne, #1/OU= two/CN=Authority', ['subjectKeyIdentifier = hash']],
  ['own-word', '/CN=Authority', ['subjectKeyIdentifier = 0102030405']],
  ['no-word', '/CN=Authority', ['subjectKeyIdentifier = none']],
] as const)('is named as it names itself, byte for byte: %s', async (label, subject, extensions) => {
  const ca = new X509Certificate(foreign(label, subject, ...extensions));
  const taken = value(await take(label));
  const node = value(
    await certificateIssuer.issueForNode(taken, {
      name: 'node-1',
      names: ['node-1.example'],
      keyType: 'p-256',
      days: 20,
      now,
    }),
  );
  writeFileSync(place('node.pem'), node.certificatePem);
  const issued = new X509Certificate(node.certificatePem);
  expect(Buffer.from(issued.issuerName.toArrayBuffer())).toEqual(Buffer.from(ca.subjectName.toArrayBuffer()));
  // Past the library: the authority's name as it stands in its file occurs in the certificate.
  const text = openssl(
    'x509',
    '-in',
    place('node.pem'),
    '-noout',
    '-issuer',
    '-nameopt',
    'show_type,oneline',
  );
  expect(text).not.toContain('PRINTABLESTRING');
  const key = openssl('x509', '-in', place('node.pem'), '-noout', '-text').includes(
    'Authority Key Identifier',
  );
  expect(key).toBe(label !== 'no-word');
  expect(
    openssl(
      'verify',
      '-verify_hostname',
      'node-1.example',
      '-CAfile',
      place(`${label}.pem`),
      place('node.pem'),
    ),
  ).toContain(': OK');
  // A client that holds several authorities of one name tells them apart by the key identifier.
  expect(openssl('verify', '-partial_chain', '-trusted', place(`${label}.pem`), place('node.pem'))).toContain(
    ': OK',
  );
});

it('is refused with name constraints', async () => {
  foreign('constrained', '/CN=Authority', 'nameConstraints = critical,permitted;DNS:other.example');
  const taken = await take('constrained');
  expect(taken).toMatchObject({ ok: false, error: { code: 'INPUT_INVALID', hostState: 'unchanged' } });
  expect(taken.ok ? '' : taken.error.message).toContain('name constraints');
});
