/** A file of several certificates in PEM form: some are added at its end, some taken out; everything else stays byte for byte. */
import { readCertificatesPem } from './x509.ts';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*?-----END CERTIFICATE-----(?:\r?\n)?/g;

const printOf = (pem: string) => readCertificatesPem(pem).certificates[0]?.fingerprint256;

function printsOf(pems: readonly string[]): readonly string[] {
  return pems.flatMap((pem) => readCertificatesPem(pem).certificates.map((one) => one.fingerprint256));
}

/**
 * The text itself where nothing is to be changed.
 * @param wish.add certificates that must be in it, in PEM form
 * @param wish.drop certificates that must not
 */
export function editPemBundle(
  text: string,
  wish: { readonly add: readonly string[]; readonly drop: readonly string[] },
): string {
  const drop = printsOf(wish.drop);
  const left = text.replaceAll(block, (one) => (drop.includes(printOf(one) ?? '') ? '' : one));
  const there = printsOf([left]);
  const missing = wish.add
    .flatMap((pem) => pem.match(block) ?? [])
    .filter((pem) => !there.includes(printOf(pem) ?? ''));
  if (missing.length === 0) return left;
  const apart = left === '' || left.endsWith('\n') ? '' : '\n';
  return `${left}${apart}${missing.map((pem) => `${pem.trim()}\n`).join('')}`;
}
