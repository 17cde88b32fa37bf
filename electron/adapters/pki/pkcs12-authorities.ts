/** Takes the private keys of authorities out of a PKCS#12 store, as Elasticsearch's set-up leaves one in `http.p12`. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { StoreWithoutAuthorities } from '../../../shared/engine/ports.ts';
import { storeOf, usablePassword } from './pkcs12.ts';
import { readPkcs12 } from './pkcs12-read.ts';

interface Pair {
  readonly name: string;
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

function refused(sentence: string): Result<never> {
  return fail(
    appError('INPUT_INVALID', sentence, 'Look at the store with keytool -list and change it by hand.', {
      hostState: 'unchanged',
    }),
  );
}

/** Each certificate once: a store names an authority again for every key that it issued for. */
function distinct(certificates: readonly Buffer[]): readonly X509Certificate[] {
  const found = new Map(
    certificates.map((raw) => {
      const certificate = new X509Certificate(raw);
      return [certificate.fingerprint256, certificate] as const;
    }),
  );
  return [...found.values()];
}

const same = (one: X509Certificate) => (other: X509Certificate) =>
  one.fingerprint256 === other.fingerprint256;

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** The certificate of the node, then what leads to one that stands for itself, as far as it is there. */
function servedBy(leaf: X509Certificate, all: readonly X509Certificate[]): readonly X509Certificate[] {
  const chain = [leaf];
  for (let at = leaf; ; ) {
    const above = all.find((one) => !chain.some(same(one)) && issued(one, at));
    if (above === undefined) return chain;
    chain.push(above);
    at = above;
  }
}

/** See `CertificateChecker.withoutAuthorityKeys`. */
export function withoutAuthorityKeys(bytes: Uint8Array, password: Secret): Result<StoreWithoutAuthorities> {
  if (!usablePassword.test(password.reveal()))
    return refused('The password of this store is empty or not plain ASCII.');
  const read = readPkcs12(bytes, password);
  if (!read.ok) return read;
  try {
    const certificates = distinct(read.value.certificates);
    const pairs: Pair[] = [];
    for (const [index, der] of read.value.keys.entries()) {
      const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      const certificate = certificates.find((one) => one.checkPrivateKey(key));
      if (certificate === undefined)
        return refused('The store holds a private key that belongs to none of its certificates.');
      pairs.push({ name: read.value.keyNames[index] ?? '', key, certificate });
    }
    const authorities = pairs.filter((pair) => pair.certificate.ca);
    const [node, ...others] = pairs.filter((pair) => !pair.certificate.ca);
    const [first] = authorities;
    if (first === undefined) return refused('The store holds no private key of an authority.');
    if (node === undefined || others.length > 0)
      return refused(
        `The store holds ${node === undefined ? 'no key' : `${others.length + 1} keys`} of a node, so which one is served is not clear.`,
      );
    const served = servedBy(node.certificate, certificates);
    const marked = distinct(read.value.certificates.filter((_, index) => read.value.trusted[index] === true));
    const trusted = [
      ...authorities.map((pair) => pair.certificate),
      ...certificates.filter(
        (one) =>
          (!served.some(same(one)) || marked.some(same(one))) &&
          !authorities.some((pair) => same(one)(pair.certificate)),
      ),
    ];
    // Whoever serves the chain from here finds it by the names in it; only the node's own certificate is repeated.
    const chain = served.filter((one) => one === node.certificate || !trusted.some(same(one)));
    const names = { key: node.name || 'instance', authority: first.name || 'ca' };
    return succeed({
      store: storeOf(password.reveal(), node.key, chain, trusted, names),
      authorities: authorities.map(({ key, certificate }) => ({
        keyPem: new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString()),
        certificatePem: certificate.toString(),
      })),
      certificatePem: served.map((one) => one.toString()).join(''),
    });
  } catch {
    return refused('A key or a certificate in this store cannot be read.');
  }
}
