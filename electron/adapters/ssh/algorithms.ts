/**
 * What Bulwark offers in the key exchange. Finite-field groups are left out: in Electron's BoringSSL they take seconds to
 * half a minute and block the thread. Anything that the running crypto library lacks is left out too, because ssh2 throws
 * on a name that it cannot do.
 */
import { getCiphers, getCurves, getHashes } from 'node:crypto';
import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Signature algorithms that a key of this type can make. */
function algorithmsOfType(type: string): readonly ServerHostKeyAlgorithm[] {
  if (type === 'ssh-rsa') return ['rsa-sha2-512', 'rsa-sha2-256'];
  return hostKeyAlgorithms.filter((name) => name === type);
}

/**
 * @param knownTypes host-key types on record for the host. They come first, so that a server with several keys shows the
 *   one that can be checked; the others stay on offer, so that a replaced key is seen as changed rather than as a failure.
 */
export function offeredAlgorithms(knownTypes: readonly string[]): Algorithms {
  const ciphers = new Set(getCiphers());
  const curves = new Set(getCurves());
  const hashes = new Set(getHashes().map((name) => name.toLowerCase()));
  const preferred = knownTypes.flatMap(algorithmsOfType);
  const curve = (name: string) => curves.size === 0 || curves.has(name);
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      ...(curve('prime256v1') ? (['ecdh-sha2-nistp256'] as const) : []),
      ...(curve('secp384r1') ? (['ecdh-sha2-nistp384'] as const) : []),
      ...(curve('secp521r1') ? (['ecdh-sha2-nistp521'] as const) : []),
    ],
    cipher: [
      ...(ciphers.has('aes-256-gcm') ? (['aes256-gcm@openssh.com'] as const) : []),
      ...(ciphers.has('aes-128-gcm') ? (['aes128-gcm@openssh.com'] as const) : []),
      'aes256-ctr',
    ],
    hmac: [
      ...(hashes.has('sha512') ? (['hmac-sha2-512-etm@openssh.com'] as const) : []),
      'hmac-sha2-256-etm@openssh.com',
    ],
    compress: ['none'],
    serverHostKey: [...new Set([...preferred, ...hostKeyAlgorithms])],
  };
}
