// @ts-check
/** Debian's Chromium: the machine's where it has one, otherwise unpacked into the cache folder and never installed. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { aptTool, isDebian } from './debian.mjs';
import { cacheFolder } from './paths.mjs';
import { findCommand, mustRun, run } from './run.mjs';
import { step } from './say.mjs';

/** @typedef {{ readonly executable: string, readonly libraries?: string, readonly version: string }} Chromium */

const DOWNLOAD_LIMIT = 10 * 60_000;
const UPDATE_LIMIT = 3 * 60_000;

/**
 * `BULWARK_CHROMIUM_SOURCE=cache` passes over the machine's own.
 *
 * @returns {Promise<Chromium>}
 */
export async function ensureChromium() {
  const installed = process.env['BULWARK_CHROMIUM_SOURCE'] === 'cache' ? undefined : findCommand('chromium');
  if (installed) return { executable: installed, version: await versionOf(installed, {}) };
  const folder = path.join(cacheFolder(), 'engines', 'chromium');
  const executable = path.join(folder, 'usr', 'lib', 'chromium', 'chromium');
  // The folder appears by one rename when it is complete.
  if (!existsSync(executable)) await unpack(folder);
  const libraries = path.join(folder, 'usr', 'lib', 'x86_64-linux-gnu');
  const version = await versionOf(executable, { LD_LIBRARY_PATH: libraries });
  return { executable, libraries, version };
}

/** @param {string} folder */
async function unpack(folder) {
  if (!isDebian())
    throw new Error('A current Chromium is needed, and this is not Debian: install one as `chromium`.');
  const parent = path.dirname(folder);
  const staging = path.join(parent, `.staging-chromium-${process.pid}`);
  const archives = path.join(staging, 'archives');
  const tree = path.join(staging, 'tree');
  await mkdir(path.join(archives, 'partial'), { recursive: true });
  await mkdir(tree, { recursive: true });
  try {
    await step("Fetching Debian's Chromium and the libraries that are missing for it", async (tell) => {
      let ended = await fetchOnly(archives, tell);
      if (ended.code !== 0) {
        await aptTool('apt-get', ['update', '-q'], UPDATE_LIMIT);
        ended = await fetchOnly(archives, tell);
      }
      if (ended.code !== 0) {
        const last = ended.output.trim().split('\n').slice(-2).join(' ');
        throw new Error(`Debian's Chromium could not be fetched: ${last}`);
      }
      for (const name of (await readdir(archives)).filter((one) => one.endsWith('.deb')))
        await mustRun('dpkg-deb', ['-x', path.join(archives, name), tree]);
      await rm(folder, { recursive: true, force: true });
      await rename(tree, folder);
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Downloads and installs nothing.
 *
 * @param {string} archives
 * @param {(detail: string) => void} tell
 */
async function fetchOnly(archives, tell) {
  const options = ['-y', '-q', '--no-install-recommends', '--download-only', '--reinstall'];
  const places = ['-o', `Dir::Cache::archives=${archives}`, '-o', 'APT::Sandbox::User=root'];
  return await aptTool('apt-get', [...options, ...places, 'install', 'chromium'], DOWNLOAD_LIMIT, (text) => {
    const amount = /Need to get ([\d.,]+ [kMG]?B)/.exec(text)?.[1];
    if (amount) tell(amount);
  });
}

/**
 * @param {string} executable
 * @param {Readonly<Record<string, string>>} environment
 */
async function versionOf(executable, environment) {
  const ended = await run(executable, ['--version'], { env: { ...process.env, ...environment } });
  const version = /(\d+\.\d+\.\d+\.\d+)/.exec(ended.output)?.[1];
  if (!version) throw new Error(`${executable} does not start: ${ended.output.trim().split('\n').at(-1)}`);
  return version;
}
