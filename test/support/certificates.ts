/** Certificates as facts have them: of a healthy node, its authority, and anything in between. */
import type { CertificateDetail, CertificateFiles, LayerTls } from '../../shared/domain/certificate.ts';

const digest = (text: string) =>
  Array.from({ length: 64 }, (_, at) => ((text.charCodeAt(at % text.length) + at) % 16).toString(16)).join(
    '',
  );

/** For `name`, issued by the authority `issuer`; a digest of the names stands for what is derived from them. */
export function certificate(
  name: string,
  issuer: string,
  more: Partial<CertificateDetail> = {},
): CertificateDetail {
  return {
    subject: `CN=${name}`,
    issuer: `CN=${issuer}`,
    subjectHash: digest(`name ${name}`),
    issuerHash: digest(`name ${issuer}`),
    serial: digest(`serial ${name}`),
    notBefore: '2025-01-01T00:00:00.000Z',
    notAfter: '2028-01-01T00:00:00.000Z',
    dnsNames: ['node-1', 'localhost'],
    addresses: ['10.1.0.11', '127.0.0.1', '::1'],
    otherNames: 0,
    key: { type: 'ec', bits: 256, words: 'EC P-256' },
    hash: 'sha256',
    authority: false,
    fingerprint256: digest(`print ${name}`),
    keyHash: digest(`key ${name}`),
    ...more,
  };
}

export const authority = certificate('Elasticsearch authority 1', 'Elasticsearch authority 1', {
  notAfter: '2035-01-01T00:00:00.000Z',
  dnsNames: [],
  addresses: [],
  authority: true,
});
export const leaf = certificate('node-1', 'Elasticsearch authority 1');

export function layerTls(
  chain: readonly CertificateDetail[] = [leaf, authority],
  more: Partial<LayerTls> = {},
): LayerTls {
  return {
    chain,
    unreadable: 0,
    asksForCertificate: true,
    current: { version: 'TLS 1.2', suite: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384' },
    old: 'refused',
    weak: 'refused',
    ...more,
  };
}

export const certs = '/opt/elasticsearch/config/certs';

export const certificateFiles: CertificateFiles = {
  pem: [
    { path: `${certs}/http_ca.crt`, certificates: [authority], unreadable: 0 },
    { path: `${certs}/node.crt`, certificates: [leaf], unreadable: 0 },
  ],
  keys: [{ path: `${certs}/node.key`, keyHash: leaf.keyHash }],
  stores: [],
};
