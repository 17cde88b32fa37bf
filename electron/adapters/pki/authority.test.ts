import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { makeAuthority } from '../../../test/support/authority.ts';
import { value } from '../../../test/support/change-harness.ts';
import { certificateChecker } from './certificate-checker.ts';
import { certificateIssuer } from './certificate-issuer.ts';

// RSA keys take long on a machine that does other work too.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'authority-'));
afterAll(() => rmSync(folder, { recursive: true }));
const openssl = (args: readonly string[], input = '') =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
const place = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(place(name), 'utf8');

const root = makeAuthority(folder, 'root');
const middle = root.authority('middle');
const leaf = middle.issue('leaf', { names: 'DNS:leaf.example' });
// Authorities are made while the tests run, on a machine that may be slow.
const now = Date.now() + 600_000;
const names = ['node-1.example', '10.1.0.11'];
const wish = { name: 'node-1', names, keyType: 'p-256', days: 90, now } as const;
const refused = { ok: false, error: { code: 'INPUT_INVALID', hostState: 'unchanged' } };
const pem = (certificatePem: string, keyPem: string, passphrase?: string) =>
  certificateIssuer.importAuthority(
    {
      form: 'pem',
      certificatePem,
      keyPem: new Secret(keyPem),
      ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
    },
    now,
  );

/** An authority made by openssl with another kind of key. */
function authorityWith(label: string, ...key: readonly string[]): void {
  openssl([
    'req',
    '-x509',
    '-newkey',
    ...key,
    '-nodes',
    '-keyout',
    place(`${label}.key`),
    '-out',
    place(`${label}.pem`),
    '-days',
    '30',
    '-subj',
    `/CN=${label}`,
  ]);
}

describe('an authority that the operator has', () => {
  it.each([
    ['rsa', ['rsa:2048']],
    ['p384', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1']],
    ['p521', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1']],
  ] as const)('issues what openssl accepts: %s', async (label, key) => {
    authorityWith(label, ...key);
    const taken = value(await pem(read(`${label}.pem`), read(`${label}.key`)));
    const node = value(await certificateIssuer.issueForNode(taken, wish));
    writeFileSync(place('node.pem'), node.certificatePem);
    expect(
      openssl(['verify', '-verify_ip', '10.1.0.11', '-CAfile', place(`${label}.pem`), place('node.pem')]),
    ).toContain(': OK');
  });

  it('is taken with what leads to its root, in whatever order, and with a passphrase', async () => {
    const locked = openssl(['pkey', '-aes256', '-passout', 'pass:a b', '-in', place('middle.key')]);
    const taken = value(await pem(root.caPem + middle.caPem, locked, 'a b'));
    expect(taken.certificatePem.trim()).toBe(`${middle.caPem.trim()}\n${root.caPem.trim()}`);
    const node = value(await certificateIssuer.issueForNode(taken, wish));
    const bundle = { ...node, caPem: taken.certificatePem };
    expect(certificateChecker.check(bundle, { names, use: 'transport', now })).toEqual([]);
    expect(await pem(middle.caPem, locked, 'wrong')).toMatchObject(refused);
    expect(await pem(middle.caPem, locked)).toMatchObject(refused);
  });

  it('is taken out of a PKCS#12 store', async () => {
    openssl(
      [
        'pkcs12',
        '-export',
        '-inkey',
        place('middle.key'),
        '-in',
        place('middle.pem'),
        '-certfile',
        place('root.pem'),
        '-passout',
        'stdin',
        '-out',
        place('middle.p12'),
      ],
      'a password\n',
    );
    const store = new Uint8Array(readFileSync(place('middle.p12')));
    const open = (password: string) =>
      certificateIssuer.importAuthority({ form: 'pkcs12', store, password: new Secret(password) }, now);
    const taken = value(await open('a password'));
    expect(certificateChecker.summary(taken.certificatePem)?.subject).toBe('CN=middle');
    expect((await certificateIssuer.issueForNode(taken, wish)).ok).toBe(true);
    expect(await open('another')).toMatchObject(refused);
  });

  it('is refused when it cannot sign', async () => {
    authorityWith('small', 'rsa:1024');
    authorityWith('ed', 'ed25519');
    const day = 86_400_000;
    for (const tried of [
      pem(leaf.certPem, leaf.keyPem),
      pem(root.caPem, read('middle.key')),
      pem(read('small.pem'), read('small.key')),
      pem(read('ed.pem'), read('ed.key')),
      pem('no certificate', read('root.key')),
      pem(root.caPem, 'no key'),
      certificateIssuer.importAuthority(
        { form: 'pem', certificatePem: root.caPem, keyPem: new Secret(read('root.key')) },
        now + 31 * day,
      ),
    ])
      expect(await tried).toMatchObject(refused);
  });
});

describe.each(['p-256', 'rsa-3072'] as const)('a request with %s', (keyType) => {
  it('is signed by openssl for the names and usages that it asks for', async () => {
    const made = value(await certificateIssuer.requestForNode({ name: 'node-1', names, keyType }));
    writeFileSync(place('request.pem'), made.requestPem);
    const text = openssl(['req', '-in', place('request.pem'), '-verify', '-noout', '-text']);
    expect(text).toContain('DNS:node-1.example, IP Address:10.1.0.11');
    expect(text).toContain('TLS Web Server Authentication, TLS Web Client Authentication');
    const certificatePem = openssl([
      'x509',
      '-req',
      '-in',
      place('request.pem'),
      '-CA',
      place('root.pem'),
      '-CAkey',
      place('root.key'),
      '-CAcreateserial',
      '-copy_extensions',
      'copy',
      '-days',
      '20',
    ]);
    const bundle = { keyPem: made.keyPem, certificatePem, caPem: root.caPem };
    for (const use of ['http', 'transport'] as const)
      expect(certificateChecker.check(bundle, { names, use, now: Date.now() + 1000 })).toEqual([]);
    expect(await certificateIssuer.requestForNode({ name: 'node-1', names: ['a b'], keyType })).toMatchObject(
      refused,
    );
  });
});
