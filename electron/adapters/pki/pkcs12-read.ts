/**
 * Opens a PKCS#12 store (RFC 7292) that somebody else made: PBES2 with AES-CBC and PBKDF2, as OpenSSL 3, Java 17 and
 * Elasticsearch's own tool write it. What older programs wrote (RC2, 3DES) is not opened; converting it is one command.
 * The bytes are foreign: every element is asked for by its place and kind, and nothing is tried before the seal has been checked.
 */
import { createDecipheriv, createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import { type Element, objectIdentifier, readElement, readElements } from '../der.ts';

/** Certificates (DER) and unencrypted PKCS#8 keys (DER), in the order of the store. */
export interface StoreContents {
  readonly keys: readonly Buffer[];
  readonly certificates: readonly Buffer[];
  /** Friendly name of each key; empty where it has none. */
  readonly keyNames: readonly string[];
  /** Whether the entry of each certificate is one that Java trusts. */
  readonly trusted: readonly boolean[];
}

const maxBytes = 1024 * 1024;
/** Of the derivations of a whole file in sum: a few seconds. OpenSSL and Java write 2048 to 10 000 each. */
const maxRounds = 2_000_000;
/** Bags of a whole file, and the parts that hold them. */
const maxBags = 20;

class Unreadable extends Error {}
class TooCostly extends Error {}
class OldEncryption extends Error {}
class WrongPassword extends Error {}

const oid = (dotted: string) => objectIdentifier(dotted);
const is = (element: Element | undefined, id: Buffer) => element?.whole.equals(id) === true;
const data = oid('1.2.840.113549.1.7.1');
const encryptedData = oid('1.2.840.113549.1.7.6');
const keyBag = oid('1.2.840.113549.1.12.10.1.1');
const shroudedKeyBag = oid('1.2.840.113549.1.12.10.1.2');
const certificateBag = oid('1.2.840.113549.1.12.10.1.3');
const friendlyName = oid('1.2.840.113549.1.9.20');
/** Java's mark of a trusted entry. */
const trustedKeyUsage = oid('2.16.840.1.113894.746875.1.1');
const x509 = oid('1.2.840.113549.1.9.22.1');
const pbes2 = oid('1.2.840.113549.1.5.13');
const pbkdf2 = oid('1.2.840.113549.1.5.12');
const hashes = [
  ['1.2.840.113549.2.7', '1.3.14.3.2.26', 'sha1', 20, 64],
  ['1.2.840.113549.2.9', '2.16.840.1.101.3.4.2.1', 'sha256', 32, 64],
  ['1.2.840.113549.2.11', '2.16.840.1.101.3.4.2.3', 'sha512', 64, 128],
] as const;
const ciphers = [
  ['2.16.840.1.101.3.4.1.2', 'aes-128-cbc', 16],
  ['2.16.840.1.101.3.4.1.22', 'aes-192-cbc', 24],
  ['2.16.840.1.101.3.4.1.42', 'aes-256-cbc', 32],
] as const;

/** Members of a sequence, a set or a context tag. */
function members(element: Element | undefined): readonly Element[] {
  const inside =
    element === undefined || (element.tag & 0x20) === 0 ? undefined : readElements(element.content);
  if (inside === undefined) throw new Unreadable();
  return inside;
}

function contentOf(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw new Unreadable();
  return element.content;
}

/** What a file may still cost; a derivation is paid for before it begins. */
class Budget {
  #rounds = maxRounds;
  #bags = maxBags;
  #parts = maxBags;

  rounds(element: Element | undefined): number {
    const bytes = contentOf(element, 0x02);
    const value = bytes.length >= 1 && bytes.length <= 5 ? bytes.readUIntBE(0, bytes.length) : 0;
    if (value < 1) throw new Unreadable();
    this.#rounds -= value;
    if (this.#rounds < 0) throw new TooCostly();
    return value;
  }

  bags(all: readonly Element[]): readonly Element[] {
    this.#bags -= all.length;
    if (this.#bags < 0) throw new TooCostly();
    return all;
  }

  parts(all: readonly Element[]): readonly Element[] {
    this.#parts -= all.length;
    if (this.#parts < 0) throw new TooCostly();
    return all;
  }
}

/** The octets of a `ContentInfo` of the kind data. */
function dataOf(element: Element): Buffer {
  const [kind, wrapped] = members(element);
  if (!is(kind, data)) throw new Unreadable();
  return contentOf(members(wrapped)[0], 0x04);
}

function decrypt(algorithm: Element | undefined, bytes: Buffer, password: string, budget: Budget): Buffer {
  const [scheme, parameters] = members(algorithm);
  if (!is(scheme, pbes2)) throw new OldEncryption();
  const [derivation, encryption] = members(parameters);
  const [function_, settings] = members(derivation);
  const [salt, rounds, ...rest] = members(settings);
  const random = rest.find((one) => one.tag === 0x30);
  const named = random === undefined ? undefined : members(random)[0];
  // Without a name the hash is SHA-1 (RFC 8018).
  const hash = named === undefined ? hashes[0] : hashes.find(([hmac]) => is(named, oid(hmac)));
  const [cipherId, vector] = members(encryption);
  const cipher = ciphers.find(([id]) => is(cipherId, oid(id)));
  if (!is(function_, pbkdf2) || hash === undefined || cipher === undefined) throw new OldEncryption();
  const key = pbkdf2Sync(password, contentOf(salt, 0x04), budget.rounds(rounds), cipher[2], hash[2]);
  try {
    const opened = createDecipheriv(cipher[1], key, contentOf(vector, 0x04));
    return Buffer.concat([opened.update(bytes), opened.final()]);
  } catch {
    throw new WrongPassword();
  }
}

/** Key of the seal by appendix B.2 of RFC 7292; one block of every hash known here is enough. */
function sealKey(
  password: string,
  salt: Buffer,
  rounds: number,
  [, , hash, , block]: (typeof hashes)[number],
): Buffer {
  const fill = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
  const wide = Buffer.from(`${password}\0`, 'utf16le').swap16();
  let digest: Buffer = Buffer.concat([Buffer.alloc(block, 3), fill(salt), fill(wide)]);
  for (let round = 0; round < rounds; round += 1) digest = createHash(hash).update(digest).digest();
  return digest;
}

/** Tells a wrong password from a right one before anything is decrypted. */
function checkSeal(seal: Element | undefined, sealed: Buffer, password: string, budget: Budget): void {
  const [info, salt, rounds] = members(seal);
  const [algorithm, digest] = members(info);
  const hash = hashes.find(([, id]) => is(members(algorithm)[0], oid(id)));
  if (hash === undefined) throw new OldEncryption();
  const key = sealKey(
    password,
    contentOf(salt, 0x04),
    rounds === undefined ? 1 : budget.rounds(rounds),
    hash,
  );
  const wanted = contentOf(digest, 0x04);
  const found = createHmac(hash[2], key).update(sealed).digest();
  if (wanted.length !== found.length || !timingSafeEqual(wanted, found)) throw new WrongPassword();
}

function bagsOf(part: Element, password: string, budget: Budget): readonly Element[] {
  const [kind, wrapped] = members(part);
  if (is(kind, data)) return budget.bags(members(readElement(dataOf(part))));
  if (!is(kind, encryptedData)) throw new Unreadable();
  const [, content] = members(members(wrapped)[0]);
  const [, algorithm, bytes] = members(content);
  if (bytes?.tag !== 0x80) throw new Unreadable();
  return budget.bags(members(readElement(decrypt(algorithm, bytes.content, password, budget))));
}

/** The value of one attribute of an entry; undefined where it has none of that kind. */
function attributeOf(bag: Element, wanted: Buffer): Element | undefined {
  const [, , attributes] = members(bag);
  for (const attribute of attributes === undefined ? [] : members(attributes)) {
    const [kind, values] = members(attribute);
    if (is(kind, wanted)) return values;
  }
  return undefined;
}

/** Empty where the entry has none. */
function nameOf(bag: Element): string {
  const values = attributeOf(bag, friendlyName);
  if (values !== undefined) {
    const text = contentOf(members(values)[0], 0x1e);
    if (text.length % 2 !== 0 || text.length > 512) throw new Unreadable();
    return Buffer.from(text).swap16().toString('utf16le');
  }
  return '';
}

const isKey = (bag: Element) => [keyBag, shroudedKeyBag].some((kind) => is(members(bag)[0], kind));

/**
 * Names of the private keys as the store tells them to everybody: Java and OpenSSL encrypt each key and not the list of them.
 * Not checked by the seal. Undefined: no such store, or its list of keys is encrypted too.
 */
export function keyNamesIn(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length > maxBytes) return undefined;
  try {
    const [, contents] = members(readElement(Buffer.from(bytes)));
    if (contents === undefined) return undefined;
    const budget = new Budget();
    const names = budget
      .parts(members(readElement(dataOf(contents))))
      .filter((part) => is(members(part)[0], data))
      .flatMap((part) => budget.bags(members(readElement(dataOf(part)))))
      .filter(isKey)
      .map(nameOf);
    return names.length === 0 ? undefined : names;
  } catch {
    return undefined;
  }
}

function open(bytes: Buffer, password: string): StoreContents {
  const [, contents, seal] = members(readElement(bytes));
  if (contents === undefined || seal === undefined) throw new Unreadable();
  const sealed = dataOf(contents);
  const budget = new Budget();
  checkSeal(seal, sealed, password, budget);
  const keys: Buffer[] = [];
  const keyNames: string[] = [];
  const certificates: Buffer[] = [];
  const trusted: boolean[] = [];
  for (const part of budget.parts(members(readElement(sealed))))
    for (const bag of bagsOf(part, password, budget)) {
      const [kind, wrapped] = members(bag);
      const [value] = members(wrapped);
      if (isKey(bag)) keyNames.push(nameOf(bag));
      if (is(kind, keyBag) && value !== undefined) keys.push(value.whole);
      if (is(kind, shroudedKeyBag)) {
        const [algorithm, hidden] = members(value);
        keys.push(decrypt(algorithm, contentOf(hidden, 0x04), password, budget));
      }
      if (is(kind, certificateBag)) {
        const [type, certificate] = members(value);
        if (is(type, x509)) {
          certificates.push(contentOf(members(certificate)[0], 0x04));
          trusted.push(attributeOf(bag, trustedKeyUsage) !== undefined);
        }
      }
    }
  return { keys, keyNames, certificates, trusted };
}

/** Errors: INPUT_INVALID (no such store, wrong password, encryption of older programs, more work than a store ever needs). */
export function readPkcs12(bytes: Uint8Array, password: Secret): Result<StoreContents> {
  const refused = (sentence: string, next: string) =>
    fail(appError('INPUT_INVALID', sentence, next, { hostState: 'unchanged' }));
  const noStore = () =>
    refused('This is not a PKCS#12 store that Bulwark can read.', 'Choose a file that ends in .p12 or .pfx.');
  if (bytes.length > maxBytes) return noStore();
  try {
    return succeed(open(Buffer.from(bytes), password.reveal()));
  } catch (error) {
    if (error instanceof WrongPassword)
      return refused('The password does not open this PKCS#12 store.', 'Enter its password again.');
    if (error instanceof TooCostly)
      return refused(
        `This PKCS#12 store holds more than ${maxBags} entries, or asks for more than ${maxRounds} rounds of its password.`,
        'Make a store with the one key and its certificates and fewer rounds (openssl pkcs12 -export -iter 10000).',
      );
    if (error instanceof OldEncryption)
      return refused(
        'This PKCS#12 store is encrypted in a way that only older programs use.',
        'Convert it (openssl pkcs12 -legacy -in old.p12 -out all.pem, then openssl pkcs12 -export -in all.pem -out new.p12), or choose PEM files.',
      );
    return noStore();
  }
}
