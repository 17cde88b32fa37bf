/** Turns a private-key file into something that ssh2 can sign with. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import { encodeOpensshKey, kdfRounds } from './openssh-key.ts';
import { keyFileUnusable, passphraseNeeded, passphraseWrong } from './ssh-errors.ts';

/** Key derivation runs in JavaScript and blocks its thread, about 20 ms a round; more rounds than this are refused. */
const maxKdfRounds = 256;
const maxFileBytes = 64 * 1024;

/**
 * @param askPassphrase called only for a protected key, once.
 * Errors: SSH_KEY_FILE, SSH_KEY_PASSPHRASE.
 */
export async function loadPrivateKey(
  path: string,
  bytes: Uint8Array,
  askPassphrase: () => Promise<Secret | undefined>,
): Promise<Result<ParsedKey>> {
  if (bytes.length > maxFileBytes) return fail(keyFileUnusable(path, 'it is too large for a key'));
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n').trim();
  if (/^(ssh-|ecdsa-|sk-)/.test(text))
    return fail(keyFileUnusable(path, 'it holds a public key; the private one has no .pub ending'));
  if (text.includes('BEGIN ENCRYPTED PRIVATE KEY')) return loadProtectedPkcs8(path, text, askPassphrase);
  if (text.includes('BEGIN PRIVATE KEY')) return loadPkcs8(path, text);

  const rounds = kdfRounds(text);
  if (rounds !== undefined && rounds > maxKdfRounds)
    return fail(
      keyFileUnusable(
        path,
        `it uses ${rounds} rounds of key derivation and at most ${maxKdfRounds} are accepted (ssh-keygen -p -a 16 rewrites it)`,
      ),
    );
  if (!isProtected(text, rounds)) return parse(path, text);
  const passphrase = await askPassphrase();
  return passphrase === undefined ? fail(passphraseNeeded(path)) : parse(path, text, passphrase);
}

function isProtected(text: string, rounds: number | undefined): boolean {
  return rounds !== undefined || /^Proc-Type: 4,ENCRYPTED$/m.test(text) || /^Encryption: aes/m.test(text);
}

function parse(path: string, text: string, passphrase?: Secret): Result<ParsedKey> {
  const parsed = ssh2.utils.parseKey(text, passphrase?.reveal());
  // ssh2 announces one key and gives a list for some formats.
  const key: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error) return fail(refusal(path, key, passphrase !== undefined));
  if (!isParsedKey(key) || !key.isPrivateKey()) return fail(keyFileUnusable(path, 'it holds no private key'));
  return succeed(key);
}

function isParsedKey(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'isPrivateKey' in value && 'sign' in value;
}

function refusal(path: string, cause: Error, withPassphrase: boolean) {
  if (/unsupported (cipher|kdf)|Unknown kdf/i.test(cause.message))
    return keyFileUnusable(path, 'its encryption is not supported (ssh-keygen -p -Z aes256-ctr rewrites it)');
  if (withPassphrase) return passphraseWrong(path);
  if (/Unsupported key type|Unsupported OpenSSH|sk-/i.test(cause.message))
    return keyFileUnusable(path, 'its type is not supported; hardware (sk) keys and certificates are not');
  return keyFileUnusable(path, 'it is not a private key in a known format');
}

async function loadProtectedPkcs8(
  path: string,
  text: string,
  askPassphrase: () => Promise<Secret | undefined>,
): Promise<Result<ParsedKey>> {
  const passphrase = await askPassphrase();
  if (passphrase === undefined) return fail(passphraseNeeded(path));
  try {
    return convert(path, createPrivateKey({ key: text, format: 'pem', passphrase: passphrase.reveal() }));
  } catch {
    return fail(passphraseWrong(path));
  }
}

function loadPkcs8(path: string, text: string): Result<ParsedKey> {
  try {
    return convert(path, createPrivateKey({ key: text, format: 'pem' }));
  } catch {
    return fail(keyFileUnusable(path, 'it is damaged or of an unsupported type'));
  }
}

/** ssh2 reads no PKCS#8: RSA and ECDSA go through their older PEM forms, ed25519 through OpenSSH's own. */
function convert(path: string, key: KeyObject): Result<ParsedKey> {
  if (key.asymmetricKeyType === 'rsa')
    return parse(path, key.export({ type: 'pkcs1', format: 'pem' }).toString().trim());
  if (key.asymmetricKeyType === 'ec')
    return parse(path, key.export({ type: 'sec1', format: 'pem' }).toString().trim());
  if (key.asymmetricKeyType === 'ed25519') return parse(path, encodeOpensshKey(key));
  return fail(keyFileUnusable(path, 'its type is not supported'));
}
