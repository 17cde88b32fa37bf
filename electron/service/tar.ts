/** POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format") with regular files only; read strictly, because it may come from anybody. */

export interface TarFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const block = 512;

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}

function checksum(header: Buffer): number {
  // The checksum's own eight bytes count as spaces.
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

/** @param name at most 100 bytes of ASCII */
function header(name: string, size: number): Buffer {
  const made = Buffer.alloc(block);
  made.write(name, 0, 100, 'latin1');
  made.write(octal(0o600, 8), 100, 'latin1');
  made.write(octal(0, 8), 108, 'latin1');
  made.write(octal(0, 8), 116, 'latin1');
  made.write(octal(size, 12), 124, 'latin1');
  made.write(octal(0, 12), 136, 'latin1');
  made.write('0', 156, 'latin1');
  made.write('ustar\u000000', 257, 'latin1');
  made.write(`${checksum(made).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return made;
}

export function packTar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ name, bytes }) => [
    header(name, bytes.length),
    bytes,
    Buffer.alloc((block - (bytes.length % block)) % block),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function text(bytes: Buffer, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('latin1');
}

function number(bytes: Buffer, from: number, length: number): number {
  const digits = text(bytes, from, length).trim();
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** Undefined for anything but a complete archive of regular files with plain names: links, folders, prefixes, extensions. */
export function unpackTar(bytes: Buffer): readonly TarFile[] | undefined {
  const files: TarFile[] = [];
  let at = 0;
  for (;;) {
    const head = bytes.subarray(at, at + block);
    if (head.length < block) return undefined;
    if (head.every((byte) => byte === 0)) return files;
    const size = number(head, 124, 12);
    const plain = text(head, 257, 6) === 'ustar' && head[156] === 0x30 && text(head, 345, 155) === '';
    if (!plain || number(head, 148, 8) !== checksum(head) || !Number.isSafeInteger(size)) return undefined;
    const start = at + block;
    if (start + size > bytes.length) return undefined;
    files.push({ name: text(head, 0, 100), bytes: bytes.subarray(start, start + size) });
    at = start + Math.ceil(size / block) * block;
  }
}
