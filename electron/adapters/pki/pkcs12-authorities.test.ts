/** A store as Elasticsearch's set-up makes it, with the key of its authority taken out: seen by Java and OpenSSL. */
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { makeAuthority } from '../../../test/support/authority.ts';
import { value } from '../../../test/support/change-harness.ts';
import { storeOfSetUp } from '../../../test/support/store-of-set-up.ts';
import { certificateChecker } from './certificate-checker.ts';
import { withoutAuthorityKeys } from './pkcs12-authorities.ts';
import { readPkcs12, keyNamesIn as storeKeys } from './pkcs12-read.ts';

// Java and openssl take long on a machine that does other work too.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const authority = makeAuthority(folder, 'one');
const between = authority.authority('between');
const node = authority.issue('node', { names: 'DNS:localhost' });
const password = new Secret('a password 1');
const caKey = readFileSync(join(folder, 'one.key'), 'utf8');
const pem = (text: string) => text.replaceAll(/\s/g, '');
const setUp = storeOfSetUp({ ...node, caPem: authority.caPem, caKeyPem: caKey }, password);

function run(program: string, args: readonly string[], bytes: Uint8Array): string {
  const file = join(folder, 'looked-at.p12');
  writeFileSync(file, bytes);
  return execFileSync(program, [...args, file], { input: 'a password 1\n', stdio: 'pipe' }).toString();
}

const noKeytool = spawnSync('keytool', ['-help']).error !== undefined;
if (noKeytool)
  process.stdout.write('stores and Java: skipped, no keytool here; they run where Java is installed\n');

describe('a store with the key of its authority', () => {
  it('tells its keys without the password', () => {
    expect(storeKeys(setUp)).toEqual(['http', 'http_ca']);
    expect(storeKeys(value(withoutAuthorityKeys(setUp, password)).store)).toEqual(['http']);
    expect(storeKeys(new TextEncoder().encode('no store'))).toBeUndefined();
    expect(storeKeys(setUp.subarray(0, -200))).toBeUndefined();
  });

  it('keeps key, certificates and password, and gives the authority away', () => {
    const { store, authorities, certificatePem } = value(withoutAuthorityKeys(setUp, password));
    const read = value(readPkcs12(store, password));
    expect(read.keys).toHaveLength(1);
    const publicOf = (input: string | Buffer, form: string) =>
      execFileSync('openssl', ['pkey', '-inform', form, '-pubout'], { input }).toString();
    expect(publicOf(read.keys[0] ?? '', 'DER')).toBe(publicOf(node.keyPem, 'PEM'));
    expect(read.certificates).toHaveLength(2);
    expect(authorities).toHaveLength(1);
    expect(pem(authorities[0]?.certificatePem ?? '')).toBe(pem(authority.caPem));
    expect(publicOf(authorities[0]?.keyPem.reveal() ?? '', 'PEM')).toBe(publicOf(caKey, 'PEM'));
    expect(pem(certificatePem)).toBe(pem(node.certPem + authority.caPem));
    expect(value(withoutAuthorityKeys(setUp, password)).store).toEqual(store);
  });

  it('is for OpenSSL one key and both certificates afterwards', () => {
    const { store } = value(withoutAuthorityKeys(setUp, password));
    const all = run('openssl', ['pkcs12', '-nodes', '-passin', 'stdin', '-in'], store);
    expect(all.match(/BEGIN PRIVATE KEY/g)).toHaveLength(1);
    expect(all.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it.skipIf(noKeytool)(
    `is for Java the same key with its whole chain${noKeytool ? ' (not asked: no keytool on this machine)' : ''}`,
    () => {
      const { store } = value(withoutAuthorityKeys(setUp, password));
      const list = (bytes: Uint8Array) => run('keytool', ['-list', '-v', '-keystore'], bytes);
      const chain = /Alias name: http\n[^*]*Entry type: PrivateKeyEntry\nCertificate chain length: 2\n/;
      const [before, after] = [list(setUp), list(store)];
      expect(before).toMatch(chain);
      expect(before.match(/PrivateKeyEntry/g)).toHaveLength(2);
      expect(after).toMatch(chain);
      expect(after.match(/PrivateKeyEntry/g)).toHaveLength(1);
      expect(after).toMatch(/Alias name: http_ca\n[^*]*Entry type: trustedCertEntry/);
    },
  );

  it('serves through an authority between as before', () => {
    const under = between.issue('under', { names: 'DNS:localhost' });
    const parts = {
      ...under,
      caPem: between.caPem,
      caKeyPem: readFileSync(join(folder, 'between.key'), 'utf8'),
    };
    const bytes = storeOfSetUp(parts, password, [authority.caPem]);
    const taken = value(withoutAuthorityKeys(bytes, password));
    expect(pem(taken.certificatePem)).toBe(pem(under.certPem + between.caPem + authority.caPem));
    expect(value(readPkcs12(taken.store, password)).certificates).toHaveLength(3);
  });

  it.each([
    ['the authority above', () => [authority.caPem]],
    ['the node itself', (own: string) => [own]],
  ])('keeps the trust in %s, which is served as well', (_, trusted) => {
    const under = between.issue('under', { names: 'DNS:localhost' });
    const parts = {
      ...under,
      caPem: between.caPem,
      caKeyPem: readFileSync(join(folder, 'between.key'), 'utf8'),
    };
    const bytes = storeOfSetUp(parts, password, [authority.caPem], trusted(under.certPem));
    const taken = value(withoutAuthorityKeys(bytes, password));
    expect(pem(taken.certificatePem)).toBe(pem(under.certPem + between.caPem + authority.caPem));
    const read = value(readPkcs12(taken.store, password));
    const believed = read.certificates
      .filter((__, index) => read.trusted[index])
      .map((raw) => pem(new X509Certificate(raw).toString()));
    expect(new Set(believed)).toEqual(new Set([between.caPem, ...trusted(under.certPem)].map(pem)));
    if (noKeytool) return;
    const listed = run('keytool', ['-list', '-v', '-keystore'], taken.store);
    expect(listed).toMatch(/Entry type: PrivateKeyEntry\nCertificate chain length: 3\n/);
    expect(listed.match(/trustedCertEntry/g)).toHaveLength(believed.length);
  });

  it('is refused with the reason where something about it is not clear', () => {
    const own = value(
      certificateChecker.pkcs12(
        { keyPem: new Secret(node.keyPem), certificatePem: node.certPem, caPem: authority.caPem },
        password,
      ),
    );
    const onlyAuthority = value(
      certificateChecker.pkcs12(
        { keyPem: new Secret(caKey), certificatePem: authority.caPem, caPem: authority.caPem },
        password,
      ),
    );
    const stranger = storeOfSetUp({ ...node, caPem: between.caPem, caKeyPem: caKey }, password);
    const cases: readonly [Uint8Array, Secret, RegExp][] = [
      [own, password, /no private key of an authority/],
      [onlyAuthority, password, /no key of a node/],
      [stranger, password, /belongs to none of its certificates/],
      [setUp, new Secret('another'), /password does not open/],
      [setUp, new Secret(''), /empty or not plain ASCII/],
      [new Uint8Array(20), password, /not a PKCS#12 store/],
    ];
    for (const [bytes, word, why] of cases) {
      const taken = withoutAuthorityKeys(bytes, word);
      expect(taken).toMatchObject({ ok: false, error: { code: 'INPUT_INVALID', hostState: 'unchanged' } });
      expect(taken.ok ? '' : taken.error.message).toMatch(why);
    }
  });
});
