import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { makeAuthority } from '../../../test/support/authority.ts';
import { value } from '../../../test/support/change-harness.ts';
import { certificateChecker } from './certificate-checker.ts';
import { readPkcs12 } from './pkcs12-read.ts';

// Java and openssl take long on a machine that does other work too.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const authority = makeAuthority(folder, 'one');
const node = authority.issue('node', { names: 'DNS:localhost' });
const password = new Secret('a password 1');
const der = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');

function exported(name: string, ...more: readonly string[]): Uint8Array {
  const file = join(folder, name);
  writeFileSync(join(folder, 'ca.pem'), authority.caPem);
  execFileSync(
    'openssl',
    [
      'pkcs12',
      '-export',
      '-inkey',
      join(folder, 'node.key'),
      '-in',
      join(folder, 'node.pem'),
      '-certfile',
      join(folder, 'ca.pem'),
      '-passout',
      'stdin',
      '-out',
      file,
      ...more,
    ],
    { input: 'a password 1\n', stdio: ['pipe', 'pipe', 'pipe'] },
  );
  return readFileSync(file);
}

const stores = {
  'of OpenSSL': () => exported('plain.p12'),
  'of OpenSSL with SHA-512 and AES-128': () =>
    exported('other.p12', '-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha512'),
  'with a key in clear': () => exported('clear.p12', '-keypbe', 'NONE', '-certpbe', 'NONE'),
  'of our own': () =>
    value(
      certificateChecker.pkcs12(
        { keyPem: new Secret(node.keyPem), certificatePem: node.certPem, caPem: authority.caPem },
        password,
      ),
    ),
};

const noKeytool = spawnSync('keytool', ['-help']).error !== undefined;
if (noKeytool)
  process.stdout.write('stores and Java: skipped, no keytool here; they run where Java is installed\n');

describe('a store', () => {
  it.each(Object.entries(stores))('%s is opened', (_name, make) => {
    const found = value(readPkcs12(make(), password));
    expect(found.certificates.map((one) => one.toString('hex')).toSorted()).toEqual(
      [node.certPem, authority.caPem].map((pem) => der(pem).toString('hex')).toSorted(),
    );
    expect(found.keys).toHaveLength(1);
    const pub = (input: string | Buffer, form: string) =>
      execFileSync('openssl', ['pkey', '-inform', form, '-pubout'], { input }).toString();
    expect(pub(found.keys[0] ?? '', 'DER')).toBe(pub(node.keyPem, 'PEM'));
  });

  it.skipIf(noKeytool)(
    `of Java is opened${noKeytool ? ' (not asked: no keytool on this machine)' : ''}`,
    () => {
      const file = join(folder, 'java.p12');
      spawnSync(
        'keytool',
        [
          '-genkeypair',
          '-alias',
          'a',
          '-keyalg',
          'EC',
          '-dname',
          'CN=a',
          '-storetype',
          'PKCS12',
          '-keystore',
          file,
        ],
        {
          input: 'a password 1\na password 1\n',
        },
      );
      const found = value(readPkcs12(readFileSync(file), password));
      expect([found.keys.length, found.certificates.length]).toEqual([1, 1]);
    },
  );

  it('is refused with a wrong password, and when it is of an older program', () => {
    const bytes = exported('plain.p12');
    expect(readPkcs12(bytes, new Secret('another'))).toMatchObject({
      error: { code: 'INPUT_INVALID', message: expect.stringContaining('password') as string },
    });
    const old = spawnSync(
      'openssl',
      ['pkcs12', '-export', '-legacy', '-nokeys', '-in', join(folder, 'node.pem'), '-passout', 'stdin'],
      {
        input: 'a password 1\n',
      },
    );
    if (old.status === 0)
      expect(readPkcs12(old.stdout, password)).toMatchObject({
        error: { message: expect.stringContaining('older programs') as string },
      });
  });

  it('is refused before it costs more than a store ever needs', () => {
    const costly = (bytes: Uint8Array) =>
      expect(readPkcs12(bytes, password)).toMatchObject({
        error: { code: 'INPUT_INVALID', message: expect.stringContaining('more than 20 entries') as string },
      });
    // Two derivations, each within the limit.
    costly(exported('rounds.p12', '-iter', '1100000', '-nomaciter'));
    const more = join(folder, 'more.pem');
    writeFileSync(more, authority.caPem.repeat(25));
    costly(exported('bags.p12', '-certfile', more));
    writeFileSync(more, authority.caPem.repeat(10));
    value(readPkcs12(exported('chain.p12', '-certfile', more), password));
  });

  it('never opens once a byte of it was changed, and is never the end of the program', () => {
    const good = exported('plain.p12', '-iter', '1', '-maciter');
    const right = JSON.stringify(value(readPkcs12(good, password)));
    expect(right).not.toBe('');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const read = readPkcs12(bytes, password);
        return !read.ok || JSON.stringify(read.value) === right;
      }),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => !readPkcs12(bytes, password).ok));
  });
});
