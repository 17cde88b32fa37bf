/** Before-image: the bytes of the tables, and the names under which the volume will be known. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readUnit } from '../../elasticsearch/service.ts';
import { readFile } from '../../host-files.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { Random } from '../../ports.ts';
import {
  crypttabLine,
  dropinContent,
  dropinPath,
  fstabLine,
  keyFolder,
  withLine,
  withoutLine,
} from './tables.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;

export const tablePaths = ['/etc/fstab', '/etc/crypttab'] as const;

export interface Image {
  readonly version: 1;
  readonly luksUuid: string;
  readonly fsUuid: string;
  /** Hexadecimal, or `null` for a file that was not there; fstab, crypttab, the drop-in. */
  readonly files: readonly (string | null)[];
  /** Whether the service ran. */
  readonly active: boolean;
  readonly keyFolderNew: boolean;
}

/** RFC 9562, version 4. */
export function newUuid(random: Random): string {
  const bytes = [...random.bytes(16)];
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Bytes of a file, or null when there is none. Errors: FILE_NOT_REGULAR. */
async function bytesOf(context: ChangeContext, path: string): Promise<Result<Uint8Array | null>> {
  const file = await readFile(context.host, path, { maxBytes: 1_048_576 });
  if (!file.ok) {
    return file;
  }
  if (file.value === 'absent') {
    return succeed(null);
  }
  return file.value.type === 'file'
    ? succeed(file.value.bytes)
    : fail(
        appError('FILE_NOT_REGULAR', `${path} is not a regular file.`, 'Put the file itself in this place.', {
          hostState: 'unchanged',
        }),
      );
}

/** fstab, crypttab and the drop-in as they are now. */
export async function readEdited(
  change: Change,
  context: ChangeContext,
): Promise<Result<readonly (Uint8Array | null)[]>> {
  const found: (Uint8Array | null)[] = [];
  for (const path of [...tablePaths, dropinPath(change)]) {
    const bytes = await bytesOf(context, path);
    if (!bytes.ok) {
      return bytes;
    }
    found.push(bytes.value);
  }
  return succeed(found);
}

export interface Edit {
  readonly path: string;
  readonly old: Uint8Array | null;
  readonly new: Uint8Array | null;
}

const nothing = new Uint8Array();

/** From the files before to those with the volume in them. */
export function editsThere(change: Change, image: Image): readonly Edit[] {
  const before = image.files.map((text) => (text === null ? null : fromHex(text)));
  const lines = [fstabLine(change, image), crypttabLine(change, image)];
  return [...tablePaths, dropinPath(change)].map((path, index) => {
    const old = before[index] ?? null;
    const line = lines[index];
    return {
      path,
      old,
      new:
        line === undefined ? new TextEncoder().encode(dropinContent(change)) : withLine(old ?? nothing, line),
    };
  });
}

/** From the files as they are now to those without the volume; what others changed in them since stays. */
export function editsBack(
  change: Change,
  image: Image,
  now: readonly (Uint8Array | null)[],
): readonly Edit[] {
  return editsThere(change, image).map((edit, index) => {
    const current = now[index] ?? null;
    const line = index === 0 ? fstabLine(change, image) : crypttabLine(change, image);
    if (current === null || index === 2) {
      return { path: edit.path, old: current, new: index === 2 ? edit.old : null };
    }
    const less = withoutLine(current, line, edit.old ?? nothing);
    return { path: edit.path, old: current, new: edit.old === null && less.length === 0 ? null : less };
  });
}

export async function packImage(change: Change, context: ChangeContext): Promise<Result<Uint8Array>> {
  const files = await readEdited(change, context);
  const unit = await readUnit(context.host, change.unit, context.signal);
  const folder = await runChecked(
    context.host,
    {
      name: 'volume-key-folder',
      script: `${prelude}if [ -d "$1" ]; then echo yes; else echo no; fi\n`,
      args: [keyFolder],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: `look at ${keyFolder}` },
    context.signal,
  );
  if (!files.ok || !unit.ok || !folder.ok) {
    const first = [files, unit, folder].find((one) => !one.ok);
    return first as Result<never>;
  }
  const image: Image = {
    version: 1,
    luksUuid: newUuid(context.random),
    fsUuid: newUuid(context.random),
    files: files.value.map((bytes) => (bytes === null ? null : toHex(bytes))),
    active: unit.value.state.mainPid !== 0,
    keyFolderNew: textOf(folder.value).trim() === 'no',
  };
  return succeed(new TextEncoder().encode(JSON.stringify(image)));
}

/** Throws when it is not one of ours: it comes out of an authenticated store, so that is a mistake in the program. */
export function readImage(bytes: Uint8Array): Image {
  return JSON.parse(new TextDecoder().decode(bytes)) as Image;
}
