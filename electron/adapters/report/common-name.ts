import type { X509Certificate } from 'node:crypto';

/** How a certificate calls its holder, at most 80 characters; anybody may call themselves so. */
export function commonName(certificate: X509Certificate): string {
  return /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1]?.slice(0, 80) ?? 'somebody without a name';
}
