/** What the kinds that change one file have in common: its before-image, the check that it is still ours, the way back. */
import { z } from 'zod';
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { redact } from '../../text/redact.ts';
import { decodeImage, encodeImage, fromBase64, toBase64 } from '../before-image.ts';
import type { ChangeContext, Mark } from '../change-kind.ts';
import {
  digestFile,
  type HostFile,
  type HostFileStat,
  readFile,
  removeFile,
  writeFileAtomic,
} from '../host-files.ts';

export const fileImageSchema = z.discriminatedUnion('was', [
  z.strictObject({ was: z.literal('absent'), path: z.string() }),
  z.strictObject({
    was: z.literal('file'),
    path: z.string(),
    uid: z.number().int(),
    gid: z.number().int(),
    mode: z.string(),
    bytes: z.string(),
    /** Extended attributes as `name=hex,…`; absent in images of earlier versions and where the host could not tell. */
    attributes: z.string().optional(),
  }),
]);
export type FileImage = z.infer<typeof fileImageSchema>;

/** Reads a regular file or its absence. Errors: FILE_NOT_REGULAR for anything else. */
export async function readRegular(
  context: ChangeContext,
  path: string,
): Promise<Result<HostFile | undefined>> {
  const read = await readFile(
    context.host,
    path,
    context.signal === undefined ? {} : { signal: context.signal },
  );
  if (!read.ok) {
    return read;
  }
  if (read.value === 'absent') {
    return succeed(undefined);
  }
  if (read.value.type !== 'file') {
    return fail(
      appError(
        'FILE_NOT_REGULAR',
        `${path} is ${read.value.type === 'symlink' ? 'a symbolic link' : 'not a regular file'}; Bulwark only edits regular files.`,
        'Change it by hand, or replace it by a regular file.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return succeed(read.value);
}

export function imageOfFile(path: string, file: HostFile | undefined): FileImage {
  return file === undefined
    ? { was: 'absent', path }
    : {
        was: 'file',
        path,
        uid: file.uid,
        gid: file.gid,
        mode: file.mode,
        bytes: toBase64(file.bytes),
        ...(file.attributes === undefined ? {} : { attributes: file.attributes }),
      };
}

export async function captureFile(context: ChangeContext, path: string): Promise<Result<Uint8Array>> {
  const read = await readRegular(context, path);
  if (!read.ok) {
    return read;
  }
  return succeed(encodeImage(imageOfFile(path, read.value)));
}

export function imageOf(before: Uint8Array, path: string): Result<FileImage> {
  const image = decodeImage(fileImageSchema, before);
  if (image.ok && image.value.path !== path) {
    return fail(
      appError('WORKSPACE_INVALID', 'The before-image is of another file.', 'Restore by hand.', {
        hostState: 'unchanged',
      }),
    );
  }
  return image;
}

/** Owner, mode and content in one word: what a kind remembers of a file that it wrote. */
export function fileMark(stat: Pick<HostFileStat, 'uid' | 'gid' | 'mode'>, sha256: string): string {
  return `${sha256} ${stat.uid}:${stat.gid} ${stat.mode}`;
}

/** The mark of the file as it is now, computed by the host; `absent` when there is none. */
export async function currentMark(context: ChangeContext, path: string): Promise<Result<string>> {
  const now = await digestFile(context.host, path);
  if (!now.ok) {
    return now;
  }
  return succeed(now.value === 'absent' ? 'absent' : fileMark(now.value, now.value.sha256));
}

/**
 * The mark of a file that has just been written: what was written, with owner and mode as the host tells them. An edit that
 * somebody made since is not taken for ours.
 */
export async function writtenMark(
  context: ChangeContext,
  path: string,
  sha256: string,
): Promise<Result<string>> {
  const now = await digestFile(context.host, path);
  if (!now.ok) {
    return now;
  }
  return succeed(now.value === 'absent' ? `${sha256} gone` : fileMark(now.value, sha256));
}

export async function verifyFile(context: ChangeContext, path: string, mark: Mark): Promise<Result<void>> {
  const now = await currentMark(context, path);
  if (!now.ok) {
    return now;
  }
  return now.value === mark['file']
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          `${path} does not read back as it was written.`,
          'Find out what else writes this file.',
          {
            hostState: 'changed',
          },
        ),
      );
}

export function drift(what: string): AppError {
  return appError(
    'DRIFT',
    `${what} was changed by somebody else since; nothing was restored.`,
    'Compare it with what Bulwark wrote; then keep it, or restore the earlier state on purpose.',
    { hostState: 'changed' },
  );
}

/** Wraps the moment in which a file gets its next content; for files that are guarded. */
export type Around = (
  next: Uint8Array | 'absent',
  /** `onlyWhile` as in `writeFileAtomic`. */
  write: (options: { readonly onlyWhile?: string }) => Promise<Result<void>>,
) => Promise<Result<void>>;

/**
 * Puts the before-image back where the file still is what was written. `wrote` is the digest of what the change writes: it
 * decides when there is no mark (a crash before the outcome was known).
 */
export async function revertFile(
  context: ChangeContext & { readonly force: boolean },
  path: string,
  before: Uint8Array,
  mark: Mark | undefined,
  wrote: string | undefined,
  around: Around = (_next, write) => write({}),
): Promise<Result<void>> {
  const image = imageOf(before, path);
  if (!image.ok) {
    return image;
  }
  const now = await digestFile(context.host, path);
  if (!now.ok) {
    return now;
  }
  const was = image.value;
  const bytes = was.was === 'file' ? fromBase64(was.bytes) : undefined;
  const wasMark =
    was.was === 'file' && bytes !== undefined ? fileMark(was, context.digest.sha256(bytes)) : 'absent';
  const nowMark = now.value === 'absent' ? 'absent' : fileMark(now.value, now.value.sha256);
  if (nowMark === wasMark) {
    return succeed(undefined);
  }
  const wroteIt =
    now.value !== 'absent' && (mark === undefined ? now.value.sha256 === wrote : nowMark === mark['file']);
  if (!wroteIt && !context.force) {
    return fail(drift(path));
  }
  const expects = now.value === 'absent' ? 'absent' : now.value.sha256;
  if (was.was === 'absent' || bytes === undefined) {
    return around('absent', (options) => removeFile(context.host, path, { expects, ...options }));
  }
  return around(bytes, (options) =>
    writeFileAtomic(context.host, path, bytes, {
      owner: String(was.uid),
      group: String(was.gid),
      mode: was.mode,
      ...(was.attributes === undefined ? {} : { attributes: was.attributes }),
      tag: context.tag,
      expects,
      ...options,
    }),
  );
}

const shownCharacters = 24_000;

/**
 * Text for a diff: redacted and at most 24,000 characters. Undefined reads as "(no file)". Cut before it is redacted: what
 * names a secret stands before its value, and a long text costs time.
 */
export function diffText(bytes: Uint8Array | string | undefined): string {
  if (bytes === undefined) {
    return '(no file)';
  }
  const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
  return text.length > shownCharacters
    ? `${redact(text.slice(0, shownCharacters))}\n(cut here)`
    : redact(text);
}
