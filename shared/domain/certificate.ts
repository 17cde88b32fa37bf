/** A certificate by what it says, without trusting any of it. */

import type { CertificateDetail } from './certificate-detail.ts';

export type { CertificateDetail, CertificateKey, SignatureHash } from './certificate-detail.ts';

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
