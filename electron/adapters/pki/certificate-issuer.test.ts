import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import type { Identity } from '../../../shared/engine/certificates/ports.ts';
import { value } from '../../../test/support/change-harness.ts';
import { certificateChecker } from './certificate-checker.ts';
import { certificateIssuer } from './certificate-issuer.ts';

// RSA keys take long on a machine that does other work too.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'issuer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const now = Date.now();
const openssl = (args: readonly string[], input = '') =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const names = [
  'node-1.example',
  'localhost',
  '10.1.0.11',
  '127.0.0.1',
  '::1',
  'fd00::1:2',
  '*.search.example',
];
const wish = { now, days: 730, name: 'node-1', names, keyType: 'p-256' } as const;
const makeCa = async (keyType: 'p-256' | 'rsa-3072' = 'p-256', more: { now?: number; days?: number } = {}) =>
  value(await certificateIssuer.makeAuthority({ now, days: 3650, name: 'Authority 1', keyType, ...more }));

describe.each(['p-256', 'rsa-3072'] as const)('an authority with %s', (keyType) => {
  it('issues what openssl accepts for server, client and every name', async () => {
    const ca = await makeCa(keyType);
    const node = value(await certificateIssuer.issueForNode(ca, { ...wish, keyType }));
    const caFile = file(`${keyType}-ca.pem`, ca.certificatePem);
    const nodeFile = file(`${keyType}-node.pem`, node.certificatePem);
    for (const purpose of ['sslserver', 'sslclient'])
      expect(openssl(['verify', '-x509_strict', '-purpose', purpose, '-CAfile', caFile, nodeFile])).toContain(
        ': OK',
      );
    for (const name of ['node-1.example', 'localhost', 'a.search.example'])
      expect(openssl(['verify', '-verify_hostname', name, '-CAfile', caFile, nodeFile])).toContain(': OK');
    for (const address of ['10.1.0.11', '127.0.0.1', '::1', 'fd00::1:2'])
      expect(openssl(['verify', '-verify_ip', address, '-CAfile', caFile, nodeFile])).toContain(': OK');
    expect(
      spawnSync('openssl', ['verify', '-verify_ip', '10.1.0.12', '-CAfile', caFile, nodeFile]).status,
    ).not.toBe(0);
    const text = openssl(['x509', '-in', nodeFile, '-noout', '-text']);
    expect(text).toMatch(keyType === 'p-256' ? /NIST CURVE: P-256/ : /Public-Key: \(3072 bit\)/);
    expect(text).toContain('TLS Web Server Authentication, TLS Web Client Authentication');
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
    expect(openssl(['x509', '-in', caFile, '-noout', '-text'])).toMatch(
      /X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0[\s\S]*X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/,
    );
    const bundle = { keyPem: node.keyPem, certificatePem: node.certificatePem, caPem: ca.certificatePem };
    for (const use of ['http', 'transport'] as const)
      expect(certificateChecker.check(bundle, { names, use, now })).toEqual([]);
  });

  it('fills a store that openssl opens', async () => {
    const ca = await makeCa(keyType);
    const node = value(await certificateIssuer.issueForNode(ca, { ...wish, keyType }));
    const bundle = { keyPem: node.keyPem, certificatePem: node.certificatePem, caPem: ca.certificatePem };
    const store = join(folder, `${keyType}.p12`);
    writeFileSync(store, value(certificateChecker.pkcs12(bundle, new Secret('a password'))));
    expect(
      openssl(['pkcs12', '-in', store, '-passin', 'stdin', '-nokeys', '-clcerts'], 'a password\n'),
    ).toContain(node.certificatePem.trim());
  });
});

const noKeytool = spawnSync('keytool', ['-help']).error !== undefined;
if (noKeytool)
  process.stdout.write('stores and Java: skipped, no keytool here; they run where Java is installed\n');
it.skipIf(noKeytool)(
  `a store is opened by Java${noKeytool ? ' (not asked: no keytool on this machine; the lab asks the one of a node)' : ''}`,
  async () => {
    const ca = await makeCa();
    const node = value(await certificateIssuer.issueForNode(ca, wish));
    const store = join(folder, 'java.p12');
    const bundle = { ...node, caPem: ca.certificatePem };
    writeFileSync(store, value(certificateChecker.pkcs12(bundle, new Secret('a password'))));
    const listed = spawnSync('keytool', ['-list', '-keystore', store], { input: 'a password\n' });
    expect(listed.stdout.toString()).toContain('PrivateKeyEntry');
    expect(listed.stdout.toString()).toContain('trustedCertEntry');
  },
);

describe('an authority', () => {
  it('gives every node a key and a serial number of its own', async () => {
    const ca = await makeCa();
    const [one, two] = [
      await certificateIssuer.issueForNode(ca, wish),
      await certificateIssuer.issueForNode(ca, wish),
    ].map(value);
    expect(one?.keyPem.reveal()).not.toBe(two?.keyPem.reveal());
    const serialOf = (pem = '') => openssl(['x509', '-noout', '-serial'], pem);
    expect(serialOf(one?.certificatePem)).not.toBe(serialOf(two?.certificatePem));
    expect(String(one?.keyPem)).not.toContain('PRIVATE');
  });

  it('never issues beyond its own time, nor when that is over', async () => {
    const short = await makeCa('p-256', { days: 10 });
    const node = value(await certificateIssuer.issueForNode(short, wish));
    const end = (identity: Identity) => certificateChecker.summary(identity.certificatePem)?.notAfter;
    expect(end(node)).toBe(end(short));
    expect(
      await certificateIssuer.issueForNode(short, { ...wish, now: now + 11 * 86_400_000 }),
    ).toMatchObject({
      ok: false,
      error: { code: 'INPUT_INVALID' },
    });
  });

  it('refuses names that are none, and authorities that are none', async () => {
    const ca = await makeCa();
    const refused = { ok: false, error: { code: 'INPUT_INVALID', hostState: 'unchanged' } };
    for (const bad of ['', 'a b', 'a..b', '-a', 'a/24', '10.0.0.0/8', 'a\nb', 'x'.repeat(64)])
      expect(await certificateIssuer.issueForNode(ca, { ...wish, names: [bad] })).toMatchObject(refused);
    expect(await certificateIssuer.issueForNode(ca, { ...wish, names: [] })).toMatchObject(refused);
    expect(await certificateIssuer.issueForNode(ca, { ...wish, name: '' })).toMatchObject(refused);
    expect(await certificateIssuer.issueForNode(ca, { ...wish, days: 0 })).toMatchObject(refused);
    const other = await makeCa();
    const leaf = value(await certificateIssuer.issueForNode(ca, wish));
    for (const wrong of [leaf, { ...ca, keyPem: other.keyPem }, { ...ca, keyPem: new Secret('x') }])
      expect(await certificateIssuer.issueForNode(wrong, wish)).toMatchObject(refused);
  });
});
