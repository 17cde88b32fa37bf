/**
 * Lines in fstab(5) and crypttab(5). Files are bytes here: whatever else they hold, of whatever encoding, stays as it is.
 */
import type { ChangeOf } from '../../../domain/change.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;

/** What the volume is called in the tables. */
export interface VolumeNames {
  readonly luksUuid: string;
  readonly fsUuid: string;
}

/** Name below /dev/mapper: the one that systemd and udisks use as well. */
export function mapperOf(names: VolumeNames): string {
  return `luks-${names.luksUuid}`;
}

/** Where systemd-cryptsetup looks by itself too (crypttab(5)). */
export const keyFolder = '/etc/cryptsetup-keys.d';

export function keyFileOf(names: VolumeNames): string {
  return `${keyFolder}/${mapperOf(names)}.key`;
}

/**
 * `nofail`: a volume that cannot be opened does not keep the host from starting, ssh included. Without a key file systemd
 * asks for the passphrase for as long as it takes (`timeout=0`).
 */
export function crypttabLine(change: Change, names: VolumeNames): string {
  const key = change.unlock === 'key-file' ? keyFileOf(names) : 'none';
  const options = change.unlock === 'key-file' ? 'luks,nofail' : 'luks,nofail,timeout=0';
  return `${mapperOf(names)} UUID=${names.luksUuid} ${key} ${options}`;
}

/** The service waits for the mount, not the host. With a passphrase it waits until somebody typed it. */
export function fstabLine(change: Change, names: VolumeNames): string {
  const wait = change.unlock === 'key-file' ? '5min' : '0';
  const pass = change.fileSystem === 'ext4' ? 2 : 0;
  return `UUID=${names.fsUuid} ${change.path} ${change.fileSystem} defaults,nofail,x-systemd.device-timeout=${wait} 0 ${pass}`;
}

/** Without its volume the service would begin with an empty directory, so it may not start then. */
export function dropinContent(change: Change): string {
  return `# Without its encrypted volume the service would begin with an empty directory.\n[Unit]\nRequiresMountsFor=${change.path}\n`;
}

export function dropinPath(change: Change): string {
  return `/etc/systemd/system/${change.unit}.d/bulwark-encrypted-volume.conf`;
}

const newline = 10;

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The file with one more line at its end; a last line without its newline gets one. */
export function withLine(bytes: Uint8Array, line: string): Uint8Array {
  const open = bytes.length > 0 && bytes.at(-1) !== newline;
  return joined(bytes, encode(`${open ? '\n' : ''}${line}\n`));
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Begin and end (after its newline) of every line. */
function* linesOf(bytes: Uint8Array): Generator<readonly [number, number]> {
  let begin = 0;
  while (begin < bytes.length) {
    const found = bytes.indexOf(newline, begin);
    const end = found < 0 ? bytes.length : found + 1;
    yield [begin, end];
    begin = end;
  }
}

export function hasLine(bytes: Uint8Array, line: string): boolean {
  const wanted = encode(line);
  for (const [begin, end] of linesOf(bytes)) {
    const text = bytes.subarray(begin, bytes[end - 1] === newline ? end - 1 : end);
    if (sameBytes(text, wanted)) {
      return true;
    }
  }
  return false;
}

/** The file without that line: the bytes from before where nothing else has changed since, else only the line goes. */
export function withoutLine(bytes: Uint8Array, line: string, before: Uint8Array): Uint8Array {
  if (sameBytes(bytes, withLine(before, line))) {
    return before;
  }
  const wanted = encode(line);
  const kept: Uint8Array[] = [];
  for (const [begin, end] of linesOf(bytes)) {
    const text = bytes.subarray(begin, bytes[end - 1] === newline ? end - 1 : end);
    if (!sameBytes(text, wanted)) {
      kept.push(bytes.subarray(begin, end));
    }
  }
  return joined(...kept);
}
