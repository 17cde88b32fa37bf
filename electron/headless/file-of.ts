/** A file that an option names. */
import { readFile } from 'node:fs/promises';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';

const maxBytes = 1024 * 1024;

/** Errors: NOT_FOUND (cannot be read, or more than 1 MiB). */
export async function fileOf(path: string): Promise<Result<Buffer>> {
  const cannot = () =>
    fail(appError('NOT_FOUND', `${path} cannot be read.`, 'Give a file of at most 1 MiB that you can read.'));
  try {
    const bytes = await readFile(path);
    return bytes.length <= maxBytes ? succeed(bytes) : cannot();
  } catch {
    return cannot();
  }
}
