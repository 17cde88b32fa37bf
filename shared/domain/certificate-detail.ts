/** What one certificate says; the reader of certificates and the facts use the same words. */

/** How a certificate's public key is made. `bits` is the length of the modulus or of the curve. */
export interface CertificateKey {
  readonly type: 'rsa' | 'ec' | 'ed25519' | 'ed448' | 'dsa' | 'other';
  /** Undefined where it is not told by the type or could not be read. */
  readonly bits: number | undefined;
  /** For a sentence: "RSA 2048", "EC P-256". */
  readonly words: string;
}

export type SignatureHash = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'own' | 'unknown';

export interface CertificateDetail {
  /** `CN=…, O=…`; without control characters, at most 300 characters. */
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the encoded names: equal only where the names are. */
  readonly subjectHash: string;
  readonly issuerHash: string;
  /** Lower-case hexadecimal without leading zeros, as Elasticsearch tells it. */
  readonly serial: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** DNS names in lower case. */
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** Subject alternative names of other kinds, or that no client could use. */
  readonly otherNames: number;
  readonly key: CertificateKey;
  /** `own`: the algorithm has its own hash (EdDSA). */
  readonly hash: SignatureHash;
  /** An authority's, by its basic constraints. */
  readonly authority: boolean;
  readonly fingerprint256: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo). */
  readonly keyHash: string;
}
