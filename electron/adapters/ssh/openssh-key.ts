/** The two things Bulwark does itself with OpenSSH's private-key format (PROTOCOL.key of OpenSSH). */
import type { KeyObject } from 'node:crypto';

const head = '-----BEGIN OPENSSH PRIVATE KEY-----';
const tail = '-----END OPENSSH PRIVATE KEY-----';
const magic = 'openssh-key-v1\0';

/** Rounds of bcrypt that open the key; undefined when it is not in this format or not protected. */
export function kdfRounds(pem: string): number | undefined {
  const body = pem.slice(pem.indexOf(head) + head.length, pem.indexOf(tail));
  if (!pem.includes(head)) return undefined;
  const data = Buffer.from(body, 'base64');
  if (data.subarray(0, magic.length).toString('latin1') !== magic) return undefined;
  let at = magic.length;
  const next = (): Buffer | undefined => {
    if (at + 4 > data.length) return undefined;
    const length = data.readUInt32BE(at);
    if (at + 4 + length > data.length) return undefined;
    const field = data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return field;
  };
  next();
  const kdf = next()?.toString('latin1');
  const options = next();
  if (kdf !== 'bcrypt' || options === undefined || options.length < 8) return undefined;
  return options.readUInt32BE(options.length - 4);
}

function field(bytes: Uint8Array | string): Buffer {
  const data = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

/** An ed25519 private key, unprotected, in OpenSSH's format; it stays in memory. */
export function encodeOpensshKey(key: KeyObject): string {
  const jwk = key.export({ format: 'jwk' });
  const secret = Buffer.from(jwk.d ?? '', 'base64url');
  const point = Buffer.from(jwk.x ?? '', 'base64url');
  const publicBlob = Buffer.concat([field('ssh-ed25519'), field(point)]);
  const check = Buffer.alloc(8, 7);
  const inner = Buffer.concat([
    check,
    field('ssh-ed25519'),
    field(point),
    field(Buffer.concat([secret, point])),
    field(''),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const count = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from(magic, 'latin1'),
    field('none'),
    field('none'),
    field(''),
    count,
    field(publicBlob),
    field(Buffer.concat([inner, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return `${head}\n${lines.join('\n')}\n${tail}`;
}
