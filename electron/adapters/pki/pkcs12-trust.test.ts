import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { makeAuthority } from '../../../test/support/authority.ts';
import { value } from '../../../test/support/change-harness.ts';
import { certificateChecker } from './certificate-checker.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-trust-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [one, two] = [makeAuthority(folder, 'one'), makeAuthority(folder, 'two')];
const node = one.issue('node', { names: 'DNS:localhost' });
const password = new Secret('-A word of the store');
const first = value(
  certificateChecker.pkcs12(
    { keyPem: new Secret(node.keyPem), certificatePem: node.certPem, caPem: one.caPem },
    password,
  ),
);

/** What openssl finds in a store: certificates, then whether the key is that of the node. */
function seen(store: Uint8Array): {
  readonly trusted: readonly string[];
  readonly leaf: string;
  readonly key: string;
} {
  const path = join(folder, 'seen.p12');
  writeFileSync(path, store);
  const run = (...args: string[]) =>
    execFileSync('openssl', ['pkcs12', '-in', path, '-passin', 'stdin', ...args], {
      input: `${password.reveal()}\n`,
      stdio: ['pipe', 'pipe', 'ignore'],
    }).toString();
  const pems = (text: string) => text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [];
  return {
    trusted: pems(run('-nokeys', '-cacerts')),
    leaf: pems(run('-nokeys', '-clcerts'))[0] ?? '',
    key: pems(run('-nocerts', '-nodes'))[0] ?? '',
  };
}

it('adds an authority beside the old one, and drops the old one later', () => {
  const both = value(
    certificateChecker.withTrust(first, password, { trust: [one.caPem, two.caPem], drop: [] }),
  );
  expect(both.unchanged).toBe(false);
  expect(seen(both.store)).toEqual({
    trusted: [one.caPem.trim(), two.caPem.trim()],
    leaf: node.certPem.trim(),
    key: node.keyPem.trim(),
  });
  expect(both.certificatePem.trim()).toBe(node.certPem.trim());
  const last = value(
    certificateChecker.withTrust(both.store, password, { trust: [two.caPem], drop: [one.caPem] }),
  );
  expect(seen(last.store)).toEqual({ ...seen(both.store), trusted: [two.caPem.trim()] });
});

it('leaves the bytes alone where nothing is to be changed', () => {
  const same = value(
    certificateChecker.withTrust(first, password, { trust: [one.caPem], drop: [two.caPem] }),
  );
  expect(same).toMatchObject({ unchanged: true });
  expect(same.store).toBe(first);
});

it('gives the same bytes for the same wish', () => {
  const wish = { trust: [two.caPem], drop: [] };
  expect(value(certificateChecker.withTrust(first, password, wish)).store).toEqual(
    value(certificateChecker.withTrust(first, password, wish)).store,
  );
});

it.each([
  ['another password', first, new Secret('wrong')],
  ['no store', new Uint8Array([1, 2, 3]), password],
  ['an empty password', first, new Secret('')],
])('refuses %s', (_, store, word) =>
  expect(certificateChecker.withTrust(store, word, { trust: [two.caPem], drop: [] })).toMatchObject({
    ok: false,
    error: { code: 'INPUT_INVALID', hostState: 'unchanged' },
  }),
);
