// @ts-check
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's top folder. */
export const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/**
 * The folder for everything that is downloaded or built once and can be thrown away. It may be shared by several checkouts.
 *
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {string} absolute path; not created
 */
export function cacheFolder(environment = process.env) {
  if (environment['BULWARK_CACHE']) return path.resolve(environment['BULWARK_CACHE']);
  const base = environment['XDG_CACHE_HOME'] || path.join(homedir(), '.cache');
  return path.resolve(base, 'bulwark');
}

/**
 * @param {...string} parts path below the checkout
 * @returns {string}
 */
export function inProject(...parts) {
  return path.join(projectFolder, ...parts);
}
