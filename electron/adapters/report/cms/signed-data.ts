/**
 * A detached CMS signature of the CAdES baseline form B-B: content type, message digest and signing-certificate-v2 are
 * signed; the certificates travel along. There is exactly one spelling for given parts, so a reader can build it again and
 * compare: no bit in it can be changed without being noticed.
 */
import { createHash } from 'node:crypto';
import {
  encode,
  objectIdentifier,
  octets,
  readElement,
  readElements,
  sequence,
  setOf,
  smallInteger,
} from '../../der.ts';

const oid = {
  data: objectIdentifier('1.2.840.113549.1.7.1'),
  signedData: objectIdentifier('1.2.840.113549.1.7.2'),
  contentType: objectIdentifier('1.2.840.113549.1.9.3'),
  messageDigest: objectIdentifier('1.2.840.113549.1.9.4'),
  signingCertificateV2: objectIdentifier('1.2.840.113549.1.9.16.2.47'),
  sha256: objectIdentifier('2.16.840.1.101.3.4.2.1'),
  ecdsaWithSha256: objectIdentifier('1.2.840.10045.4.3.2'),
};

const sha256Algorithm = sequence(oid.sha256);

/** The bytes that the key signs. */
export function signedAttributes(contentDigest: Uint8Array, signerCertificate: Uint8Array): Buffer {
  return setOf(attributes(contentDigest, signerCertificate));
}

function attributes(contentDigest: Uint8Array, signerCertificate: Uint8Array): readonly Buffer[] {
  const certificateHash = createHash('sha256').update(signerCertificate).digest();
  return [
    sequence(oid.contentType, setOf([oid.data])),
    sequence(oid.messageDigest, setOf([octets(contentDigest)])),
    sequence(oid.signingCertificateV2, setOf([sequence(sequence(sequence(octets(certificateHash))))])),
  ];
}

/** Undefined when the first certificate of the chain cannot be read. */
export function signedData(
  contentDigest: Uint8Array,
  chain: readonly Uint8Array[],
  signature: Uint8Array,
): Buffer | undefined {
  const signer = chain[0];
  const identifier = signer && issuerAndSerial(Buffer.from(signer));
  if (!identifier) return undefined;
  const signerInfo = sequence(
    smallInteger(1),
    identifier,
    sha256Algorithm,
    setOf(attributes(contentDigest, signer), 0xa0),
    sequence(oid.ecdsaWithSha256),
    octets(signature),
  );
  const body = sequence(
    smallInteger(1),
    setOf([sha256Algorithm]),
    sequence(oid.data),
    setOf(chain, 0xa0),
    setOf([signerInfo]),
  );
  return sequence(oid.signedData, encode(0xa0, body));
}

/** Issuer and serial number as they stand in the certificate. */
function issuerAndSerial(certificate: Buffer): Buffer | undefined {
  const tbs = readElements(readElement(certificate)?.content ?? Buffer.alloc(0))?.[0];
  const fields = tbs && readElements(tbs.content);
  const serial = fields?.[1];
  const issuer = fields?.[3];
  return serial?.tag === 0x02 && issuer?.tag === 0x30 ? sequence(issuer.whole, serial.whole) : undefined;
}

export interface SignedParts {
  readonly certificates: readonly Buffer[];
  readonly signature: Buffer;
  /** The digest that was signed; absent when the attribute is not where it belongs. */
  readonly messageDigest: Buffer | undefined;
  /** Length of the whole structure; what follows must be padding. */
  readonly length: number;
}

/** Takes the variable parts out, trusting nothing: the caller builds the structure again from them and compares. */
export function partsOf(bytes: Buffer): SignedParts | undefined {
  const outer = readElement(bytes);
  const explicit = outer && readElements(outer.content)?.[1];
  const body = explicit && readElement(explicit.content);
  const fields = body && readElements(body.content);
  const certificates = fields?.[3] && readElements(fields[3].content);
  const info = fields?.[4] && readElement(fields[4].content);
  const infoFields = info && readElements(info.content);
  const signature = infoFields?.[5];
  if (!outer || !certificates || signature?.tag !== 0x04) return undefined;
  return {
    certificates: certificates.map((certificate) => certificate.whole),
    signature: signature.content,
    messageDigest: digestAttribute(infoFields?.[3]?.content),
    length: outer.whole.length,
  };
}

function digestAttribute(attributeSet: Buffer | undefined): Buffer | undefined {
  for (const attribute of (attributeSet && readElements(attributeSet)) ?? []) {
    const [type, values] = readElements(attribute.content) ?? [];
    if (type?.whole.equals(oid.messageDigest) && values) return readElement(values.content)?.content;
  }
  return undefined;
}
