/** Reads what the other side of a TLS connection has shown. Shared by the adapters that make TLS connections. */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { TlsPeer } from '../../shared/engine/ports.ts';

/** @param authorized whether the chain verified against a CA that the caller gave. */
export function readTlsPeer(socket: TLSSocket, authorized: boolean): TlsPeer {
  const chain: TlsPeer['chain'][number][] = [];
  const seen = new Set<string>();
  let current: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (current?.raw !== undefined && chain.length < 10) {
    const link = describe(current.raw);
    if (link === undefined || seen.has(link.fingerprint256)) break;
    seen.add(link.fingerprint256);
    chain.push(link);
    current = current.issuerCertificate;
  }
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    chain,
    authorized,
  };
}

/** Undefined for bytes that are no certificate to this library; they come from a stranger. */
function describe(raw: Buffer): TlsPeer['chain'][number] | undefined {
  try {
    const certificate = new X509Certificate(raw);
    return {
      subject: certificate.subject ?? '',
      issuer: certificate.issuer ?? '',
      fingerprint256: certificate.fingerprint256,
      notBefore: new Date(certificate.validFrom).toISOString(),
      notAfter: new Date(certificate.validTo).toISOString(),
      names: (certificate.subjectAltName ?? '').split(', ').filter((name) => name !== ''),
      pem: certificate.toString(),
    };
  } catch {
    return undefined;
  }
}
