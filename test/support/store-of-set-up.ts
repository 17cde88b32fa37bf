/**
 * A PKCS#12 store as Java writes `http.p12` for Elasticsearch's own set-up: the key of the node and the key of its authority, each
 * with its chain, the keys one by one under the password and the list of them in clear (seen on 8.19.21 and 9.4.3).
 */
import {
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  pbkdf2Sync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { encode, objectIdentifier, octets, sequence, smallInteger } from '../../electron/adapters/der.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import type { Issued } from './authority.ts';

export interface SetUpStore extends Issued {
  readonly caPem: string;
  readonly caKeyPem: string;
}

const rounds = 1000;
const oid = (dotted: string) => objectIdentifier(dotted);
const inside = (content: Uint8Array) => encode(0xa0, content);
const count = encode(0x02, Buffer.from([rounds >> 8, rounds & 0xff]));
const data = oid('1.2.840.113549.1.7.1');
const nothing = encode(0x05);
const wide = (text: string) => Buffer.from(text, 'utf16le').swap16();

function encrypted(password: string, content: Uint8Array) {
  const [salt, vector] = [randomBytes(20), randomBytes(16)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, rounds, 32, 'sha256'), vector);
  const derivation = sequence(
    oid('1.2.840.113549.1.5.12'),
    sequence(octets(salt), count, sequence(oid('1.2.840.113549.2.9'), nothing)),
  );
  const scheme = sequence(oid('2.16.840.1.101.3.4.1.42'), octets(vector));
  return {
    algorithm: sequence(oid('1.2.840.113549.1.5.13'), sequence(derivation, scheme)),
    bytes: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

function bag(
  kind: string,
  content: Buffer,
  name: string | undefined,
  id: string | undefined,
  trusted = false,
): Buffer {
  const attribute = (type: string, value: Uint8Array) => sequence(oid(type), encode(0x31, value));
  const attributes = [
    ...(name === undefined ? [] : [attribute('1.2.840.113549.1.9.20', encode(0x1e, wide(name)))]),
    ...(id === undefined ? [] : [attribute('1.2.840.113549.1.9.21', octets(Buffer.from(id)))]),
    ...(trusted ? [attribute('2.16.840.1.113894.746875.1.1', oid('2.5.29.37.0'))] : []),
  ];
  return sequence(
    oid(`1.2.840.113549.1.12.10.1.${kind}`),
    inside(content),
    ...(attributes.length === 0 ? [] : [encode(0x31, ...attributes)]),
  );
}

function seal(password: string, safe: Buffer): Buffer {
  const salt = randomBytes(20);
  const fill = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / 64) * 64, bytes);
  let key: Buffer = Buffer.concat([Buffer.alloc(64, 3), fill(salt), fill(wide(`${password}\0`))]);
  for (let round = 0; round < rounds; round += 1) key = createHash('sha256').update(key).digest();
  const mac = createHmac('sha256', key).update(safe).digest();
  return sequence(
    sequence(sequence(oid('2.16.840.1.101.3.4.2.1'), nothing), octets(mac)),
    octets(salt),
    count,
  );
}

/** @param above further certificates of the chain, in PEM form. @param trusted entries that Java trusts, in PEM form */
export function storeOfSetUp(
  parts: SetUpStore,
  secret: Secret,
  above: readonly string[] = [],
  trusted: readonly string[] = [],
): Uint8Array {
  const password = secret.reveal();
  const keyIn = (keyPem: string, name: string, id: string) => {
    const hidden = encrypted(password, createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' }));
    return bag('2', sequence(hidden.algorithm, octets(hidden.bytes)), name, id);
  };
  const certificateIn = (pem: string, name?: string, id?: string, trust = false) =>
    bag(
      '3',
      sequence(oid('1.2.840.113549.1.9.22.1'), inside(octets(new X509Certificate(pem).raw))),
      name,
      id,
      trust,
    );
  const keys = sequence(keyIn(parts.keyPem, 'http', 'one'), keyIn(parts.caKeyPem, 'http_ca', 'two'));
  // Java names the certificate of an authority again in every chain that it is part of.
  const certificates = encrypted(
    password,
    sequence(
      certificateIn(parts.certPem, 'http', 'one'),
      certificateIn(parts.caPem),
      certificateIn(parts.caPem, 'http_ca', 'two'),
      ...above.map((pem) => certificateIn(pem)),
      ...trusted.map((pem, index) => certificateIn(pem, `trusted-${index}`, undefined, true)),
    ),
  );
  const safe = sequence(
    sequence(data, inside(octets(keys))),
    sequence(
      oid('1.2.840.113549.1.7.6'),
      inside(
        sequence(smallInteger(0), sequence(data, certificates.algorithm, encode(0x80, certificates.bytes))),
      ),
    ),
  );
  return new Uint8Array(
    sequence(smallInteger(3), sequence(data, inside(octets(safe))), seal(password, safe)),
  );
}
