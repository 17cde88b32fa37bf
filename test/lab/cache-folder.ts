import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The only place on the machine, besides its own namespaces, that the lab writes to. */
export function labFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const cache = env['BULWARK_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'bulwark');
  return join(cache, 'lab');
}

/** Creates the part of the lab folder when absent and returns its path. */
export function labPath(
  part: 'zips' | 'layers' | 'seeds' | 'run' | 'keys' | 'maven',
  ...more: string[]
): string {
  const folder = join(labFolder(), part);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return join(folder, ...more);
}

/** First twelve hexadecimal digits of the SHA-256 of the values, each separated from the next. */
export function shortDigest(...values: readonly string[]): string {
  const hash = createHash('sha256');
  for (const value of values) hash.update(`${Buffer.byteLength(value)}:`).update(value);
  return hash.digest('hex').slice(0, 12);
}
