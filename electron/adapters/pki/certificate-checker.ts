/**
 * What Elasticsearch does not check when it loads a certificate: whether the key fits, the chain ends in the right authority,
 * the dates hold, the names are covered and the usages allow it (a wrong pair and an expired certificate are loaded without a
 * warning, seen on 8.19.21 and 9.5.3).
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Secret } from '../../../shared/domain/secret.ts';
import type {
  CertificateBundle,
  CertificateChecker,
  CertificateProblem,
  CertificateSummary,
} from '../../../shared/engine/ports.ts';
import { makePkcs12 } from './pkcs12.ts';
import { withoutAuthorityKeys } from './pkcs12-authorities.ts';
import { keyNamesIn } from './pkcs12-read.ts';
import { withTrust } from './pkcs12-trust.ts';

const onePem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g;
const maxCertificates = 20;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** All certificates of a PEM text; undefined when one of them cannot be read, or there is none, or more than 20. */
export function readCertificates(pem: string): readonly X509Certificate[] | undefined {
  const found = pem.match(onePem) ?? [];
  const begun = pem.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (found.length === 0 || found.length !== begun || found.length > maxCertificates) return undefined;
  try {
    return found.map((text) => new X509Certificate(text));
  } catch {
    return undefined;
  }
}

/** Undefined for what is no private key, or one with a passphrase. */
export function readPrivateKey(pem: Secret): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem.reveal(), format: 'pem' });
  } catch {
    return undefined;
  }
}

function summaryOf(certificate: X509Certificate): CertificateSummary {
  const oneLine = (name: string | undefined) => (name ?? '').split('\n').join(', ');
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    fingerprint256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    names: (certificate.subjectAltName ?? '').split(', ').filter((name) => name !== ''),
  };
}

function wasSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** From the certificate to an authority that was given; undefined when there is no such way. */
export function chainTo(
  certificate: X509Certificate,
  between: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  seen: readonly string[] = [],
): readonly X509Certificate[] | undefined {
  const anchor = authorities.find(
    (one) => one.fingerprint256 === certificate.fingerprint256 || (one.ca && wasSignedBy(certificate, one)),
  );
  if (anchor !== undefined)
    return anchor.fingerprint256 === certificate.fingerprint256 ? [certificate] : [certificate, anchor];
  for (const next of between) {
    if (!next.ca || seen.includes(next.fingerprint256) || !wasSignedBy(certificate, next)) continue;
    const rest = chainTo(next, between, authorities, [...seen, certificate.fingerprint256]);
    if (rest !== undefined) return [certificate, ...rest];
  }
  return undefined;
}

/** Undefined when all of them hold at this moment. */
function datesProblem(chain: readonly X509Certificate[], now: number): CertificateProblem | undefined {
  for (const certificate of chain) {
    const from = Date.parse(certificate.validFrom);
    const to = Date.parse(certificate.validTo);
    const whose =
      certificate === chain[0] ? 'the certificate' : `the certificate of ${summaryOf(certificate).subject}`;
    if (now > to)
      return { about: 'dates', sentence: `${whose} has expired on ${new Date(to).toISOString()}` };
    if (now < from)
      return { about: 'dates', sentence: `${whose} is only valid from ${new Date(from).toISOString()}` };
  }
  return undefined;
}

/** Names that the certificate does not cover; the common name counts for nothing, as with Java and current clients. */
function uncovered(certificate: X509Certificate, names: readonly string[]): readonly string[] {
  const literal = summaryOf(certificate).names.map((name) => name.toLowerCase());
  return names.filter((name) =>
    isIP(name) === 0
      ? certificate.checkHost(name, { subject: 'never' }) === undefined &&
        !literal.includes(`dns:${name.toLowerCase()}`)
      : certificate.checkIP(name) === undefined,
  );
}

function usageProblem(
  certificate: X509Certificate,
  use: 'http' | 'transport',
): CertificateProblem | undefined {
  // Without the extension every usage is allowed.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages === undefined || usages.length === 0) return undefined;
  const needed = use === 'http' ? [serverAuth] : [serverAuth, clientAuth];
  const missing = needed
    .filter((usage) => !usages.includes(usage))
    .map((usage) => (usage === serverAuth ? 'server authentication' : 'client authentication'));
  return missing.length === 0
    ? undefined
    : { about: 'usage', sentence: `the certificate does not allow ${missing.join(' and ')}` };
}

function check(
  bundle: CertificateBundle,
  wanted: { readonly names: readonly string[]; readonly use: 'http' | 'transport'; readonly now: number },
): readonly CertificateProblem[] {
  const served = readCertificates(bundle.certificatePem);
  const authorities = readCertificates(bundle.caPem);
  const key = readPrivateKey(bundle.keyPem);
  const form = (sentence: string): readonly CertificateProblem[] => [{ about: 'form', sentence }];
  if (served?.[0] === undefined) return form('the certificate cannot be read');
  if (authorities === undefined) return form('the certificate of the authority cannot be read');
  if (key === undefined) return form('the private key cannot be read, or has a passphrase');
  const [leaf, ...between] = served;
  const chain = chainTo(leaf, between, authorities);
  const missing = uncovered(leaf, wanted.names);
  const problems: (CertificateProblem | undefined)[] = [
    leaf.checkPrivateKey(key)
      ? undefined
      : { about: 'key', sentence: 'the private key does not belong to the certificate' },
    leaf.ca ? { about: 'usage', sentence: 'the certificate is one of an authority' } : undefined,
    chain === undefined
      ? {
          about: 'chain',
          sentence: `the certificate does not come from the given authority (it was issued by ${summaryOf(leaf).issuer})`,
        }
      : undefined,
    datesProblem(chain ?? [leaf], wanted.now),
    missing.length === 0
      ? undefined
      : { about: 'names', sentence: `the certificate does not cover ${missing.join(', ')}` },
    usageProblem(leaf, wanted.use),
  ];
  return problems.filter((problem) => problem !== undefined);
}

function firstOf(pem: string): X509Certificate | undefined {
  const first = pem.match(onePem)?.[0];
  return first === undefined || pem.length > 1_048_576 ? undefined : readCertificates(first)?.[0];
}

export const certificateChecker: CertificateChecker = {
  summary(pem) {
    const first = firstOf(pem);
    return first === undefined ? undefined : summaryOf(first);
  },
  signedBy(pem, caPem) {
    const [certificate, authority] = [firstOf(pem), firstOf(caPem)];
    return certificate === undefined || authority === undefined
      ? undefined
      : wasSignedBy(certificate, authority);
  },
  check,
  pkcs12: makePkcs12,
  storeKeys: keyNamesIn,
  withoutAuthorityKeys,
  withTrust,
};
