/** Writes a report as the files that belong together: JSON, signed PDF, signed statement, public certificates. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type AppError, appError } from '../../../shared/domain/error.ts';
import type { Report } from '../../../shared/domain/report.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { canonicalJson } from '../../../shared/engine/canonical-json.ts';
import type { SecretStore } from '../../../shared/engine/ports.ts';
import { reportHtml } from '../../../shared/engine/report/html.ts';
import type { PdfPrinter, ReportFont, ReportSigner } from '../../../shared/engine/report/ports.ts';
import { reportFileNames, statementText } from '../../../shared/engine/report/statement.ts';
import { signStatement } from './dsse.ts';
import { leakedSecret } from './leaks.ts';
import { signPdf } from './sign-pdf.ts';
import { writeReplacing } from './write-file.ts';

export interface ExportInput {
  readonly report: Report;
  readonly signer: ReportSigner;
  /** An error instead of a printer says why there will be no PDF. */
  readonly printer: Result<PdfPrinter>;
  readonly fonts: readonly ReportFont[];
  /** Made when it is not there; files of an earlier export in it are replaced. */
  readonly folder: string;
  /** Whose values must not be anywhere in the report; the export is refused otherwise. */
  readonly secrets: SecretStore;
}

export interface ExportedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ExportedReport {
  readonly folder: string;
  readonly files: readonly ExportedFile[];
  /** SHA-256 of report.json, lower-case hexadecimal. */
  readonly digest: string;
  readonly withoutPdf: AppError | undefined;
  /** For somebody who has nothing but the files. */
  readonly commands: readonly string[];
}

/** Errors: REPORT_INVALID when a secret was found in it, those of the signer and of the printer, IO. */
export async function exportReport(input: ExportInput): Promise<Result<ExportedReport>> {
  const json = Buffer.from(canonicalJson(input.report), 'utf8');
  const leaked = await leakedSecret(json.toString('utf8'), input.secrets);
  if (!leaked.ok) return leaked;
  if (leaked.value !== undefined) return fail(secretInside(leaked.value));
  const digest = sha256(json);
  const pdf = input.printer.ok ? await makePdf(input, input.printer.value, json, digest) : undefined;
  if (pdf && !pdf.ok) return pdf;
  const digests = pdf ? { json: digest, pdf: sha256(pdf.value) } : { json: digest };
  const envelope = await signStatement(statementText(input.report, digests), input.signer);
  if (!envelope.ok) return envelope;
  const contents: readonly (readonly [string, Uint8Array])[] = [
    [reportFileNames.json, json],
    ...(pdf ? [[reportFileNames.pdf, pdf.value] as const] : []),
    [reportFileNames.dsse, envelope.value],
    [reportFileNames.certificate, Buffer.from(input.signer.chainPem, 'utf8')],
  ];
  const written = await writeAll(input.folder, contents);
  if (!written.ok) return written;
  return succeed({
    folder: input.folder,
    files: contents.map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) })),
    digest,
    withoutPdf: input.printer.ok ? undefined : input.printer.error,
    commands: commands(pdf !== undefined),
  });
}

async function makePdf(
  input: ExportInput,
  printer: PdfPrinter,
  json: Buffer,
  digest: string,
): Promise<Result<Uint8Array>> {
  const printed = await printer.print(reportHtml(input.report, digest, input.fonts));
  if (!printed.ok) return printed;
  const attachment = {
    name: reportFileNames.json,
    mediaType: 'application/json',
    description: 'The report for machines; its SHA-256 is printed on the last page',
    bytes: json,
  };
  return await signPdf(printed.value, attachment, input.signer, new Date(input.report.createdAt));
}

async function writeAll(
  folder: string,
  contents: readonly (readonly [string, Uint8Array])[],
): Promise<Result<void>> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of contents) await writeReplacing(path.join(folder, name), bytes);
    return succeed(undefined);
  } catch (error) {
    return fail(
      appError(
        'IO',
        'The report could not be written.',
        'Check that the folder can be written and has space.',
        {
          retryable: true,
          detail: error instanceof Error ? error.message : String(error),
        },
      ),
    );
  }
}

function commands(withPdf: boolean): readonly string[] {
  const { json, pdf, dsse, certificate } = reportFileNames;
  const own = `bulwark verify ${withPdf ? `${pdf} ` : ''}${json} ${dsse} --certificate ${certificate}`;
  // The attached file gets a name of its own: over the one beside it, the comparison would always hold.
  const attached = [`pdfdetach -save 1 -o attached.json ${pdf}`, `cmp ${json} attached.json`];
  return withPdf ? [own, `pdfsig ${pdf}`, `sha256sum ${json}`, ...attached] : [own, `sha256sum ${json}`];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function secretInside(ref: string): AppError {
  return appError(
    'REPORT_INVALID',
    `The report was not made: the secret “${ref}” would stand in it. Nothing was written.`,
    'Report this as a defect of Bulwark. Change the secret if evidence was shared by other means.',
  );
}
