import { execFileSync } from 'node:child_process';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import type { SecretStore } from '../../../shared/engine/ports.ts';
import { readCertificate } from './certificate.ts';
import { signerRef, signingIdentity } from './signing-identity.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const day = 24 * 3_600_000;

function memoryStore(): SecretStore & { readonly held: Map<string, Secret> } {
  const held = new Map<string, Secret>();
  return {
    held,
    get: async (ref) => {
      const value = held.get(ref);
      return value ? succeed(value) : fail(appError('SECRET_MISSING', ref, ''));
    },
    put: async (ref, value) => succeed(void held.set(ref, value)),
    remove: async (ref) => succeed(void held.delete(ref)),
    list: async () => succeed([]),
  };
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

test('an identity is made once, kept, and signs what its certificate verifies', async () => {
  const store = memoryStore();
  const signer = must(await signingIdentity(store, 'Ada Lovelace', now));
  const again = must(await signingIdentity(store, 'Ada Lovelace', now + 30 * day));
  expect(again.chainPem).toBe(signer.chainPem);
  const data = Buffer.from('what was done');
  const signature = must(await again.sign(data));
  const certificate = new X509Certificate(signer.chainPem);
  expect(
    verify(
      'sha256',
      data,
      createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })),
      signature,
    ),
  ).toBe(true);
  expect(signer.chainPem).not.toContain('PRIVATE');
  const details = must(readCertificate(signer.chainPem));
  expect(details.subject).toContain('CN=Ada Lovelace');
  expect(details.fingerprint256).toBe(signer.certificateFingerprint256);
});

test('it is renewed under the same authority before it ends, and for another name', async () => {
  const store = memoryStore();
  const first = must(await signingIdentity(store, 'Ada', now));
  const later = must(await signingIdentity(store, 'Ada', now + 5 * 366 * day));
  const other = must(await signingIdentity(store, 'Grace', now));
  for (const renewed of [later, other]) {
    expect(renewed.chain[0]).not.toEqual(first.chain[0]);
    expect(renewed.chain[1]).toEqual(first.chain[1]);
  }
  expect(other.commonName).toBe('Grace');
});

test('names that no certificate can carry, and damaged keys, are refused', async () => {
  const store = memoryStore();
  expect((await signingIdentity(store, ' ', now)).ok).toBe(false);
  expect((await signingIdentity(store, 'x'.repeat(65), now)).ok).toBe(false);
  must(await signingIdentity(store, 'Ada, "the first" <a@b>+1; ünï', now));
  const { Secret } = await import('../../../shared/domain/secret.ts');
  store.held.set(signerRef, new Secret('{"key":"AAAA","certificate":"AAAA"}'));
  const refused = await signingIdentity(store, 'Ada', now);
  expect(refused.ok || refused.error.code).toBe('VAULT_CORRUPT');
});

test('openssl accepts the chain by its strict rules', async () => {
  const signer = must(await signingIdentity(memoryStore(), 'Ada', Date.now()));
  const folder = mkdtempSync(path.join(tmpdir(), 'pki-'));
  const [leaf, authority] = signer.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
  writeFileSync(path.join(folder, 'leaf.pem'), leaf ?? '');
  writeFileSync(path.join(folder, 'authority.pem'), authority ?? '');
  const said = execFileSync(
    'openssl',
    ['verify', '-x509_strict', '-purpose', 'smimesign', '-CAfile', 'authority.pem', 'leaf.pem'],
    { cwd: folder, encoding: 'utf8' },
  );
  rmSync(folder, { recursive: true });
  expect(said).toContain('leaf.pem: OK');
});

test('what is no certificate is refused', () => {
  for (const text of ['', 'BEGIN CERTIFICATE', 'x'.repeat(300_000)])
    expect(readCertificate(text).ok).toBe(false);
});
