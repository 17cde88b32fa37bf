/** What exporting a report needs from outside. */
import type { Result } from '../../domain/result.ts';

/** Somebody who can sign with a key that never leaves them. */
export interface ReportSigner {
  readonly commonName: string;
  /** Lower-case hexadecimal SHA-256 of the certificate's DER bytes. */
  readonly certificateFingerprint256: string;
  /** DER bytes, the signer's own first, then the authorities that issued it. */
  readonly chain: readonly Uint8Array[];
  /** The same as text, for `signer.pem`. Public. */
  readonly chainPem: string;
  /** ECDSA with SHA-256 on P-256 over `data`; DER (`SEQUENCE { r, s }`). */
  sign(data: Uint8Array): Promise<Result<Uint8Array>>;
}

/** Everything that goes on paper: a whole HTML document without scripts, and what stands in the margins. */
export interface PrintJob {
  readonly html: string;
  readonly header: string;
  readonly footer: string;
}

/** Turns a document into an A4 PDF with tags and an outline. */
export interface PdfPrinter {
  print(job: PrintJob): Promise<Result<Uint8Array>>;
}

/** One font file for the paper; nothing is loaded from elsewhere. */
export interface ReportFont {
  readonly family: 'Inter' | 'IBM Plex Mono';
  readonly weight: 400 | 500 | 600;
  /** As CSS writes it, e.g. `U+0000-00FF`. */
  readonly unicodeRange: string;
  /** WOFF2 bytes in base64. */
  readonly base64: string;
}
