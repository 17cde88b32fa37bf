/**
 * Enrollment tokens: base64 of JSON with `ver` (a format level, not a version), `adr` (addresses of HTTP ports), `fgr` (SHA-256
 * of the CA certificate of the HTTP layer) and `key` (an API key that lives for 30 minutes). Seen alike on 8.19.21, 9.4.3 and
 * 9.5.3. Whoever has a valid one gets the private keys of the cluster.
 */
import { z } from 'zod';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { decodeBase64, encodeBase64 } from '../../../text/base64.ts';

export interface HttpAddress {
  readonly address: string;
  readonly port: number;
}

export interface EnrollmentToken {
  readonly addresses: readonly HttpAddress[];
  /** Lower-case hexadecimal. */
  readonly fingerprint: string;
  /** `id:key`. */
  readonly key: Secret;
}

/** The format level that nodes from 8.14 on write. */
const formatLevel = '8.14.0';
const longestToken = 16_384;

const bodySchema = z.strictObject({
  ver: z.string().regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/),
  adr: z.array(z.string().max(300)).min(1).max(32),
  fgr: z.string().regex(/^[0-9a-fA-F]{64}$/),
  key: z.string().regex(/^[A-Za-z0-9_-]{1,128}:[A-Za-z0-9_-]{1,128}$/),
});

/** `host:port`, `[::1]:port`, and `name/address:port` as nodes publish it; undefined for everything else. */
export function parseAddress(text: string): HttpAddress | undefined {
  const found = /^(?:[^/\s]*\/)?(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):(\d{1,5})$/.exec(text);
  const address = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  return address !== undefined && !address.startsWith('-') && port >= 1 && port <= 65_535
    ? { address, port }
    : undefined;
}

export function showAddress({ address, port }: HttpAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Errors: INPUT_INVALID. Nothing of the token is in the error. */
export function decodeToken(token: Secret): Result<EnrollmentToken> {
  const body = bodyOf(token.reveal().trim());
  const addresses = body?.adr.map(parseAddress) ?? [];
  const known = addresses.filter((one) => one !== undefined);
  if (body === undefined || known.length !== addresses.length) {
    return fail(
      appError(
        'INPUT_INVALID',
        'This is not an enrollment token: it is cut off, changed, or something else.',
        'Make a new one on the secured node (bin/elasticsearch-create-enrollment-token -s node) and copy the whole line.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return succeed({ addresses: known, fingerprint: body.fgr.toLowerCase(), key: new Secret(body.key) });
}

function bodyOf(text: string): z.infer<typeof bodySchema> | undefined {
  const bytes = text.length > longestToken ? undefined : decodeBase64(text);
  if (bytes === undefined) {
    return undefined;
  }
  try {
    return bodySchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).data;
  } catch {
    return undefined;
  }
}

export function encodeToken(token: EnrollmentToken): Secret {
  const body = {
    ver: formatLevel,
    adr: token.addresses.map(showAddress),
    fgr: token.fingerprint,
    key: token.key.reveal(),
  };
  return new Secret(encodeBase64(new TextEncoder().encode(JSON.stringify(body))));
}

/** The API key in a token as a credential of its own. */
export function keyOf(token: EnrollmentToken): {
  readonly type: 'api-key';
  readonly encoded: Secret;
} {
  return {
    type: 'api-key',
    encoded: new Secret(encodeBase64(new TextEncoder().encode(token.key.reveal()))),
  };
}
