/** The port that judges certificates and reads and makes their stores. */
import type { Result } from '../../domain/result.ts';
import type { Secret } from '../../domain/secret.ts';

/** Public facts of a certificate. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the certificate, lower-case hexadecimal without colons. */
  readonly fingerprint256: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly names: readonly string[];
}

export interface CertificateProblem {
  readonly about: 'form' | 'key' | 'chain' | 'dates' | 'names' | 'usage';
  /** What is wrong, for the operator, without a full stop. */
  readonly sentence: string;
}

/** A key, its certificate and the authorities it must come from, before any of it reaches a host. */
export interface CertificateBundle {
  /** PEM, without a passphrase. */
  readonly keyPem: Secret;
  /** The certificate first, then intermediate ones. */
  readonly certificatePem: string;
  readonly caPem: string;
}

/** Judges what Elasticsearch would load without a word, and makes the store it reads. Asks nobody, writes nothing. */
export interface CertificateChecker {
  /** The first certificate of a PEM text; undefined when there is none that can be read. */
  summary(pem: string): CertificateSummary | undefined;
  /** Whether the key of the first authority signed the first certificate. Dates count for nothing; undefined: one cannot be read. */
  signedBy(pem: string, caPem: string): boolean | undefined;
  /** All that is wrong; empty when key, chain, dates, names and usages fit. `now`: milliseconds since 1970. */
  check(
    bundle: CertificateBundle,
    wanted: { readonly names: readonly string[]; readonly use: 'http' | 'transport'; readonly now: number },
  ): readonly CertificateProblem[];
  /**
   * A PKCS#12 store with the key and its chain, and the authorities as entries that Java trusts. The same input gives the
   * same bytes. Errors: INPUT_INVALID (key or certificate cannot be read, password empty or not ASCII).
   */
  pkcs12(bundle: CertificateBundle, password: Secret): Result<Uint8Array>;
  /**
   * Names of the private keys in a PKCS#12 store, as it tells them without its password; a key without a name has an empty one.
   * Undefined: it is no such store, or it hides even them.
   */
  storeKeys(store: Uint8Array): readonly string[] | undefined;
  /**
   * A PKCS#12 store without the private keys of authorities: one key with its chain stays, under its name and the same password,
   * and the certificates of the authorities as entries that Java trusts. The same input gives the same bytes.
   * Errors: INPUT_INVALID (wrong password, not readable, a key without its certificate, not exactly one key of a node, no key of
   * an authority).
   */
  withoutAuthorityKeys(store: Uint8Array, password: Secret): Result<StoreWithoutAuthorities>;
  /**
   * A PKCS#12 store with the same key and certificate under the same name and password, which trusts what it trusted before, and
   * `trust` (PEM), and not `drop` (PEM). The same input gives the same bytes. Errors: INPUT_INVALID (wrong password, not readable,
   * not exactly one key).
   */
  withTrust(
    store: Uint8Array,
    password: Secret,
    wish: { readonly trust: readonly string[]; readonly drop: readonly string[] },
  ): Result<StoreTrust>;
}

export interface StoreTrust {
  readonly store: Uint8Array;
  /** The store trusts exactly that already; its bytes are the given ones then. */
  readonly unchanged: boolean;
  /** The certificate of its key. */
  readonly certificatePem: string;
}

export interface StoreWithoutAuthorities {
  readonly store: Uint8Array;
  /** Each in PEM form: the key, then its certificate. */
  readonly authorities: readonly { readonly keyPem: Secret; readonly certificatePem: string }[];
  /** What the node serves: its certificate first. */
  readonly certificatePem: string;
}
