/** What the kinds that change several files at once have in common: all before-images together, and one way back. */
import { fail, type Result, succeed } from '../../domain/result.ts';
import { fromBase64 } from '../before-image.ts';
import type { ChangeContext, Mark } from '../change-kind.ts';
import { type GroupMember, writeFilesTogether } from '../host-file-group.ts';
import { digestFile, type HostFile } from '../host-files.ts';
import { currentMark, drift, type FileImage, fileMark, readRegular, writtenMark } from './single-file.ts';

export type GroupImage = FileImage;

export { imageOfFile } from './single-file.ts';

/** The files as they are, in the order of the paths. Errors: FILE_NOT_REGULAR. */
export async function readGroup(
  context: ChangeContext,
  paths: readonly string[],
): Promise<Result<readonly (HostFile | undefined)[]>> {
  const files: (HostFile | undefined)[] = [];
  for (const path of paths) {
    const read = await readRegular(context, path);
    if (!read.ok) return read;
    files.push(read.value);
  }
  return succeed(files);
}

/**
 * Digest, owner and mode of each file as the host itself tells them, by path.
 * @param wrote digests of what has just been written, which count instead of what is there
 */
export async function markGroup(
  context: ChangeContext,
  paths: readonly string[],
  wrote: Readonly<Record<string, string>> = {},
): Promise<Result<Mark>> {
  const marks: Record<string, string> = {};
  for (const path of paths) {
    const digest = wrote[path];
    const mark =
      digest === undefined ? await currentMark(context, path) : await writtenMark(context, path, digest);
    if (!mark.ok) return mark;
    marks[path] = mark.value;
  }
  return succeed(marks);
}

/** Digests of what is written, by path. */
export function digestsOf(
  context: ChangeContext,
  members: readonly GroupMember[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    members.flatMap(({ path, bytes }) =>
      bytes === undefined ? [] : [[path, context.digest.sha256(bytes)] as const],
    ),
  );
}

/** Paths whose file is not what the mark says. */
export async function strayed(
  context: ChangeContext,
  paths: readonly string[],
  mark: Mark,
): Promise<Result<readonly string[]>> {
  const now = await markGroup(context, paths);
  return now.ok ? succeed(paths.filter((path) => now.value[path] !== mark[path])) : now;
}

/**
 * Puts all files back together, or none: where one of them is neither what was there nor what was written, DRIFT.
 * `wrote` holds the digests of what the change writes: they decide when there is no mark.
 */
export async function revertGroup(
  context: ChangeContext & { readonly force: boolean },
  images: readonly GroupImage[],
  mark: Mark | undefined,
  wrote: Readonly<Record<string, string>>,
): Promise<Result<void>> {
  const members: GroupMember[] = [];
  const foreign: string[] = [];
  for (const image of images) {
    const { path } = image;
    const now = await digestFile(context.host, path);
    if (!now.ok) return now;
    const nowMark = now.value === 'absent' ? 'absent' : fileMark(now.value, now.value.sha256);
    const bytes = image.was === 'file' ? fromBase64(image.bytes) : undefined;
    const wasMark =
      image.was === 'file' && bytes !== undefined ? fileMark(image, context.digest.sha256(bytes)) : 'absent';
    if (nowMark === wasMark) continue;
    const ours =
      mark?.[path] === undefined
        ? now.value !== 'absent' && now.value.sha256 === wrote[path]
        : nowMark === mark[path];
    if (!ours) foreign.push(path);
    members.push({
      path,
      bytes,
      expects: now.value === 'absent' ? 'absent' : now.value.sha256,
      ...(image.was === 'file'
        ? {
            owner: String(image.uid),
            group: String(image.gid),
            mode: image.mode,
            ...(image.attributes === undefined ? {} : { attributes: image.attributes }),
          }
        : {}),
    });
  }
  if (foreign.length > 0 && !context.force) return fail(drift(foreign.join(', ')));
  return await writeFilesTogether(context.host, members, { tag: context.tag });
}
