/** What lies in a folder, in a few characters: two that are alike mean that nothing was written, made or removed in between. */
import { createHash, randomUUID } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of all names below it: inode, size, and times of bytes and of attributes to the nanosecond. */
export function folderSeen(folder: string): string {
  const hash = createHash('sha256');
  const names = ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].toSorted();
  for (const name of names) {
    const seen = lstatSync(join(folder, name), { bigint: true, throwIfNoEntry: false });
    // Gone while being looked at: alike to nothing.
    const words =
      seen === undefined ? randomUUID() : [seen.ino, seen.size, seen.mtimeNs, seen.ctimeNs].join(' ');
    hash.update(`${name}\0${words}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}
