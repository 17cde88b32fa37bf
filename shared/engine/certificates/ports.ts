/** The port that makes authorities, keys and certificates. Asks nobody, writes nothing; keeping the keys is the caller's. */
import type { KeyType } from '../../domain/changes/certificates.ts';
import type { Result } from '../../domain/result.ts';
import type { Secret } from '../../domain/secret.ts';

/** A certificate and its private key, in PEM form; the key (PKCS#8) has no passphrase. */
export interface Identity {
  readonly certificatePem: string;
  readonly keyPem: Secret;
}

export interface Period {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 1 to 3650. An end after that of the authority is brought forward to it. */
  readonly days: number;
}

/** An authority that the operator has already, as files. */
export type GivenAuthority =
  | {
      readonly form: 'pem';
      /** The authority's certificate, and what is between it and its root. */
      readonly certificatePem: string;
      readonly keyPem: Secret;
      readonly passphrase?: Secret;
    }
  | { readonly form: 'pkcs12'; readonly store: Uint8Array; readonly password: Secret };

export interface CertificateIssuer {
  /**
   * An authority with a key of its own, whose certificates nobody else can sign for.
   *
   * @param wish.name its common name, 1 to 64 characters
   * Errors: INPUT_INVALID.
   */
  makeAuthority(
    wish: Period & { readonly name: string; readonly keyType: KeyType },
  ): Promise<Result<Identity>>;
  /**
   * A certificate for a node, with a key made for it: server and client authentication, for exactly these names.
   *
   * @param wish.names DNS names and IP addresses, 1 to 100
   * @param wish.name its common name, 1 to 64 characters
   * Errors: INPUT_INVALID (a name that is none, an authority that is none or whose time is over).
   */
  issueForNode(
    authority: Identity,
    wish: Period & {
      readonly name: string;
      readonly names: readonly string[];
      readonly keyType: KeyType;
    },
  ): Promise<Result<Identity>>;
  /**
   * A key for a node and the request by which another authority signs for it: the same names and usages as `issueForNode`.
   * What comes back is judged by `CertificateChecker.check`. Errors: INPUT_INVALID.
   */
  requestForNode(wish: {
    readonly name: string;
    readonly names: readonly string[];
    readonly keyType: KeyType;
  }): Promise<Result<{ readonly requestPem: string; readonly keyPem: Secret }>>;
  /**
   * Takes an authority that can sign at this moment: its certificate first, then what leads to its root.
   *
   * @param now milliseconds since 1970
   * Errors: INPUT_INVALID (cannot be read, wrong passphrase, no authority, key of another certificate, time over).
   */
  importAuthority(given: GivenAuthority, now: number): Promise<Result<Identity>>;
}
