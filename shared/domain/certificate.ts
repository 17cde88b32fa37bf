/** A certificate by what it says, without trusting any of it. */

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

/** What a port agreed to. */
export interface AgreedTls {
  /** `TLS 1.2`. */
  readonly version: string;
  readonly suite: string;
}

/** What raw greetings showed of a port that speaks TLS: in clear, before any secret is agreed. */
export interface LayerTls {
  /** Leaf first; empty where none was shown. */
  readonly chain: readonly CertificateDetail[];
  /** Certificates of the chain that could not be read. */
  readonly unreadable: number;
  /** Whether it asks for a certificate of the other side; undefined where that did not show. */
  readonly asksForCertificate: boolean | undefined;
  /** What it chose among everything that is not broken, at most by TLS 1.2. */
  readonly current: AgreedTls | 'refused' | 'unclear';
  /** Its answer to who offers no more than TLS 1.1. */
  readonly old: AgreedTls | 'refused' | 'unclear';
  /** Its answer to who offers broken suites only. */
  readonly weak: AgreedTls | 'refused' | 'unclear';
}

/** A line of the node's own list of what it has configured. It reads the files when it is asked, not what is loaded. */
export interface ListedCertificate {
  /** As the settings have it, mostly below the configuration directory. */
  readonly path: string;
  readonly alias: string | undefined;
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly hasPrivateKey: boolean;
  /** ISO 8601. */
  readonly notAfter: string;
}

/** What lies on the host below the configuration directory, and beside the tools. Never a key. */
export interface CertificateFiles {
  readonly pem: readonly {
    readonly path: string;
    readonly certificates: readonly CertificateDetail[];
    readonly unreadable: number;
  }[];
  /** Files with a private key. */
  readonly keys: readonly {
    readonly path: string;
    /** SHA-256 of its public half; undefined where nothing on the host could tell it, a passphrase among the reasons. */
    readonly keyHash: string | undefined;
  }[];
  /** Stores and archives, and keys by their name that are not in PEM form: what they hold is not looked at. */
  readonly stores: readonly string[];
}
