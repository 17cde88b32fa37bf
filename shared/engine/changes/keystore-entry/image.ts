/** Before-image of one file: a line of JSON with owner, group and mode, then its bytes as they were. */
import type { HostFile } from '../../host-files.ts';

export interface KeystoreImage {
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  readonly bytes: Uint8Array;
  /** Extended attributes, as `HostFile.attributes` has them. */
  readonly attributes?: string;
}

export function encodeKeystoreImage(file: HostFile | 'absent'): Uint8Array {
  const head =
    file === 'absent'
      ? { version: 1, absent: true }
      : {
          version: 1,
          absent: false,
          owner: file.owner,
          group: file.group,
          mode: file.mode,
          ...(file.attributes === undefined ? {} : { attributes: file.attributes }),
        };
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const bytes = file === 'absent' ? new Uint8Array() : file.bytes;
  const image = new Uint8Array(line.length + bytes.length);
  image.set(line);
  image.set(bytes, line.length);
  return image;
}

/** Throws when the image is not one of ours: it comes out of an authenticated store, so that is a mistake in the program. */
export function decodeKeystoreImage(image: Uint8Array): KeystoreImage | 'absent' {
  const end = image.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(image.subarray(0, end))) as {
    readonly absent: boolean;
    readonly owner: string;
    readonly group: string;
    readonly mode: string;
    readonly attributes?: string;
  };
  return head.absent
    ? 'absent'
    : {
        owner: head.owner,
        group: head.group,
        mode: head.mode,
        bytes: image.slice(end + 1),
        ...(head.attributes === undefined ? {} : { attributes: head.attributes }),
      };
}
