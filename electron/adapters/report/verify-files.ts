/** `bulwark verify`: files in, sentences and an exit code out. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { conclusions, type Verdict, verifyExitCodes } from '../../../shared/engine/report/verification.ts';
import { type VerifiedReport, verifyReport } from './verify.ts';

export interface VerifyFiles {
  readonly pdf?: string | undefined;
  readonly json?: string | undefined;
  readonly dsse?: string | undefined;
  readonly certificate?: string | undefined;
  /** Journal files, named `<host>.jsonl` or by `host=file`. */
  readonly journals?: readonly string[] | undefined;
}

export interface VerifiedFiles {
  /** 0 valid and trusted, 1 not valid, 2 whole but signer not known, 64 wrong use, 66 a file cannot be read. */
  readonly exitCode: number;
  readonly verdict: Verdict | undefined;
  /** For a person, in order. */
  readonly lines: readonly string[];
  readonly result: VerifiedReport | undefined;
}

const maxFileBytes = 64 * 1024 * 1024;

class Unreadable extends Error {}

export async function verifyFiles(files: VerifyFiles): Promise<VerifiedFiles> {
  try {
    const certificate = await optional(files.certificate);
    const input = {
      ...named('pdf', await optional(files.pdf)),
      ...named('json', await optional(files.json)),
      ...named('dsse', await optional(files.dsse)),
      ...named('certificatePem', certificate && Buffer.from(certificate).toString('latin1')),
      journals: await Promise.all((files.journals ?? []).map(journal)),
    };
    const verified = await verifyReport(input);
    if (!verified.ok) {
      return {
        exitCode: 64,
        verdict: undefined,
        lines: [verified.error.message, verified.error.nextStep],
        result: undefined,
      };
    }
    const { verdict, sentences } = verified.value;
    const lines = sentences.map(({ ok, text }) => `${ok ? '  ok  ' : '  NO  '}${text}`);
    return {
      exitCode: verifyExitCodes[verdict],
      verdict,
      lines: [...lines, conclusions[verdict]],
      result: verified.value,
    };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { exitCode: 66, verdict: undefined, lines: [error.message], result: undefined };
  }
}

function named<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}

async function optional(file: string | undefined): Promise<Uint8Array | undefined> {
  return file === undefined ? undefined : await read(file);
}

async function journal(argument: string): Promise<{ readonly hostId: string; readonly bytes: Uint8Array }> {
  const [, hostId, file] = /^([a-z0-9-]+)=(.*)$/.exec(argument) ?? [];
  const from = file ?? argument;
  return { hostId: hostId ?? path.basename(from).replace(/\.[^.]*$/, ''), bytes: await read(from) };
}

/** One file larger than anything that is read here is refused before it fills the memory. */
async function read(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > maxFileBytes) throw new Unreadable(`${file} is larger than 64 MiB.`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`${file} cannot be read.`);
  }
}
