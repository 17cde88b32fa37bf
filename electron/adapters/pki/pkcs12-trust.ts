/** Exchanges which authorities a PKCS#12 store trusts; its key, with the certificate of it, stays what it is. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import type { StoreTrust } from '../../../shared/engine/ports.ts';
import { storeOf, usablePassword } from './pkcs12.ts';
import { readPkcs12 } from './pkcs12-read.ts';

function refused(sentence: string): Result<never> {
  return fail(
    appError('INPUT_INVALID', sentence, 'Look at the store with keytool -list and change it by hand.', {
      hostState: 'unchanged',
    }),
  );
}

const onePem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function read(pems: readonly string[]): readonly X509Certificate[] {
  return pems.flatMap((pem) => (pem.match(onePem) ?? []).map((one) => new X509Certificate(one)));
}

const among = (list: readonly X509Certificate[]) => (one: X509Certificate) =>
  list.some(({ fingerprint256 }) => fingerprint256 === one.fingerprint256);

/** See `CertificateChecker.withTrust`. */
export function withTrust(
  bytes: Uint8Array,
  password: Secret,
  wish: { readonly trust: readonly string[]; readonly drop: readonly string[] },
): Result<StoreTrust> {
  if (!usablePassword.test(password.reveal()))
    return refused('The password of this store is empty or not plain ASCII.');
  const store = readPkcs12(bytes, password);
  if (!store.ok) return store;
  try {
    const [der, ...more] = store.value.keys;
    if (der === undefined || more.length > 0)
      return refused(`The store holds ${more.length === 0 ? 'no private key' : 'several private keys'}.`);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const all = store.value.certificates.map((raw) => new X509Certificate(raw));
    const leaf = all.find((one) => one.checkPrivateKey(key));
    if (leaf === undefined) return refused('The store holds no certificate of its private key.');
    const trust = read(wish.trust);
    const drop = read(wish.drop);
    const known = all.filter(
      (one, at) => one !== leaf && all.findIndex((other) => among([other])(one)) === at,
    );
    const kept = known.filter((one) => !among(drop)(one));
    const added = trust.filter((one) => !among(kept)(one));
    const unchanged = added.length === 0 && kept.length === known.length;
    const trusted = [...kept, ...added];
    const names = { key: store.value.keyNames[0] || 'instance', authority: 'ca' };
    return succeed({
      unchanged,
      store: unchanged ? bytes : storeOf(password.reveal(), key, [leaf], trusted, names),
      certificatePem: leaf.toString(),
    });
  } catch {
    return refused('A key or a certificate in this store cannot be read.');
  }
}
