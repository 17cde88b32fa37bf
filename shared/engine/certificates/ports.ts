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
}
