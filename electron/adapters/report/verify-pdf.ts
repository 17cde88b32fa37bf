/** The checks that a signed PDF can be put through by itself. */
import { createHash, type X509Certificate } from 'node:crypto';
import { figureLines } from '../../../shared/engine/report/figures.ts';
import { reportFileNames } from '../../../shared/engine/report/statement.ts';
import type { Check } from '../../../shared/engine/report/verification.ts';
import { chainHolds, checkSignature } from './cms/check.ts';
import { addedAtEnd, attachmentOf, openSigned, type SignedPdf } from './pdf/signed.ts';
import { textOf } from './pdf/text.ts';
import { PdfProblem } from './pdf/value.ts';
import { readReport } from './read-report.ts';

export interface CheckedPdf {
  readonly checks: readonly Check[];
  readonly chain: readonly X509Certificate[];
  readonly signatureHolds: boolean;
  readonly attachment: Buffer | undefined;
}

export function checkPdf(bytes: Buffer): CheckedPdf {
  const signed = attempt(() => openTrimmed(bytes));
  if (typeof signed === 'string') {
    return { checks: [bad('pdf-readable', signed)], chain: [], signatureHolds: false, attachment: undefined };
  }
  const signature = signatureChecks(bytes, signed);
  const attached = attempt(() => attachmentOf(signed.file, reportFileNames.json));
  const attachment = typeof attached === 'string' ? undefined : attached;
  const content: Check[] =
    typeof attached === 'string'
      ? [bad('attachment', attached)]
      : [good('attachment'), figures(signed, attached)];
  return {
    checks: [good('pdf-readable'), ...signature.checks, ...content],
    chain: signature.chain,
    signatureHolds: signature.checks.every(({ ok }) => ok),
    attachment,
  };
}

const lastMark = '%%EOF\n';

/** Also a file with something behind its end that is no PDF: what was signed is then found before it, and the rest is told. */
function openTrimmed(bytes: Buffer): SignedPdf {
  try {
    return openSigned(bytes);
  } catch (error) {
    const end = bytes.lastIndexOf(lastMark, undefined, 'latin1') + lastMark.length;
    if (end < lastMark.length || end >= bytes.length) throw error;
    const signed = attempt(() => openSigned(bytes.subarray(0, end)));
    if (typeof signed === 'string' || signed.uncovered !== '') throw error;
    return { ...signed, uncovered: addedAtEnd(bytes.length - end) };
  }
}

function signatureChecks(
  bytes: Buffer,
  { gap, uncovered, signatureDigits }: SignedPdf,
): { readonly checks: readonly Check[]; readonly chain: readonly X509Certificate[] } {
  if (!gap) return { checks: [bad('pdf-covered', uncovered)], chain: [] };
  const digest = createHash('sha256')
    .update(bytes.subarray(0, gap[0]))
    .update(bytes.subarray(gap[1], gap[2]))
    .digest();
  const { problem, chain } = checkSignature(signatureDigits, digest);
  const whole = uncovered === '';
  const signature = whole ? 'pdf-signature' : 'pdf-signed-part';
  return {
    checks: [
      whole ? good('pdf-covered') : bad('pdf-covered', uncovered),
      problem === undefined ? good(signature) : bad(signature, problem),
      { name: 'signer-chain', ok: chainHolds(chain) },
    ],
    chain,
  };
}

/** What a person reads on paper must be what a machine reads in the attachment. */
function figures(signed: SignedPdf, attachment: Buffer): Check {
  const report = readReport(attachment);
  if (!report.ok) return bad('figures', 'a readable report');
  const read = attempt(() => ({ text: textOf(signed.file) }));
  if (typeof read === 'string') return bad('figures', `its text, because ${read},`);
  const digest = createHash('sha256').update(attachment).digest('hex');
  const wanted = [digest, report.value.signer.certificateFingerprint256, ...figureLines(report.value)];
  const missing = wanted.find((line) => !read.text.includes(line.replaceAll(/\s/g, '')));
  return missing === undefined ? good('figures') : bad('figures', `“${missing}”`);
}

/** The reason as a text when the file is not of the form that is read here. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    // Whatever else goes wrong goes wrong because of the file.
    return error instanceof PdfProblem ? error.message : 'it is damaged';
  }
}

function good(name: Check['name']): Check {
  return { name, ok: true };
}

function bad(name: Check['name'], detail: string): Check {
  return { name, ok: false, detail };
}
