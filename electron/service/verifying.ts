/** Verifies a report from files that somebody names: what each of them is, is seen from its content and not from its name. */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import type { verificationSchema } from '../../shared/contract/state.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { conclusions, type Verdict } from '../../shared/engine/report/verification.ts';
import { type VerifyFiles, verifyFiles as verifyNamed } from '../adapters/report/verify-files.ts';

/** Enough to tell the kinds apart. Bytes. */
const lookedAt = 4096;

/** 0 valid and trusted, 1 not valid, 2 whole but by a signer who is not known. */
const exitCodes = { valid: 0, invalid: 1, 'valid-unknown-signer': 2 } as const satisfies Record<
  Verdict,
  number
>;

export interface VerifiedFiles {
  readonly shown: z.infer<typeof verificationSchema>;
  readonly exitCode: (typeof exitCodes)[Verdict];
  /** One sentence that says what it comes to. */
  readonly conclusion: string;
}

type Kind = 'pdf' | 'json' | 'dsse' | 'certificate';

async function kindOf(path: string): Promise<Kind | undefined> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(lookedAt), 0, lookedAt, 0);
    const start = buffer.subarray(0, bytesRead).toString('latin1');
    if (start.startsWith('%PDF-')) return 'pdf';
    if (start.includes('-----BEGIN CERTIFICATE-----')) return 'certificate';
    if (/"payload(Type)?"\s*:/.test(start)) return 'dsse';
    return start.trimStart().startsWith('{') ? 'json' : undefined;
  } finally {
    await file.close();
  }
}

function unusable(message: string): Result<never> {
  return fail(
    appError(
      'INPUT_INVALID',
      message,
      'Give report.pdf, or report.json and report.dsse.json, and the certificate you trust.',
    ),
  );
}

/**
 * @param certificateFile the certificate that the reader trusts; one among `paths` serves as well
 * @param journals journal files of the workspace, `<host>.jsonl` or `host=file`
 * Errors: NOT_FOUND when a file cannot be read, INPUT_INVALID when what was given can prove nothing. A bad report is a verdict.
 */
export async function verifyFiles(
  paths: readonly string[],
  certificateFile: string | undefined,
  journals: readonly string[] = [],
): Promise<Result<VerifiedFiles>> {
  const files: { [K in Kind]?: string } =
    certificateFile === undefined ? {} : { certificate: certificateFile };
  for (const path of paths) {
    let kind: Kind | undefined;
    try {
      kind = await kindOf(path);
    } catch {
      return fail(notReadable(`${path} cannot be read.`));
    }
    if (kind === undefined) return unusable(`${basename(path)} is no part of a report.`);
    const other = files[kind];
    if (other !== undefined)
      return unusable(`${basename(path)} is a second file of the same kind as ${basename(other)}.`);
    files[kind] = path;
  }
  const named: VerifyFiles = { ...files, journals };
  const verified = await verifyNamed(named);
  const { verdict, result } = verified;
  if (verdict === undefined || result === undefined) {
    const sentence = verified.lines[0] ?? 'The files cannot be verified.';
    return verified.exitCode === 66 ? fail(notReadable(sentence)) : unusable(sentence);
  }
  const fileName = basename(files.pdf ?? files.json ?? paths[0] ?? '');
  return succeed({
    shown: { fileName, verdict, sentences: [...result.sentences] },
    exitCode: exitCodes[verdict],
    conclusion: conclusions[verdict],
  });
}

function notReadable(message: string) {
  return appError('NOT_FOUND', message, 'Check the name and that you may read the file.');
}
