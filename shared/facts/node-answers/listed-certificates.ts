/** The node's own list of certificates, `GET /_ssl/certificates` (shape seen on 8.19.21 and 9.5.3). Pure and strict. */
import { z } from 'zod';
import type { ListedCertificate } from '../../domain/certificate.ts';

const said = z.string().max(1000);
const listSchema = z
  .array(
    z.object({
      path: said,
      alias: said.nullish(),
      subject_dn: said,
      issuer: said.nullish(),
      serial_number: z.string().regex(/^-?[0-9a-f]{1,200}$/i),
      has_private_key: z.boolean(),
      expiry: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
    }),
  )
  .max(5000);

const plain = (text: string) => text.replace(/[\p{C}\u2028\u2029]/gu, '?').slice(0, 300);

/** Undefined for what has another shape: half a list would hide the other half. */
export function listedCertificatesOf(body: string): readonly ListedCertificate[] | undefined {
  const parsed = listSchema.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  return parsed.data.map((one) => ({
    path: plain(one.path),
    alias: one.alias == null ? undefined : plain(one.alias),
    subject: plain(one.subject_dn),
    issuer: plain(one.issuer ?? ''),
    serial: one.serial_number.toLowerCase().replace(/^0+(?=.)/, ''),
    hasPrivateKey: one.has_private_key,
    notAfter: new Date(one.expiry).toISOString(),
  }));
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
