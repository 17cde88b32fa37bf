// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inProject } from './paths.mjs';
import { run, withPackageCommands } from './run.mjs';
import { say, step } from './say.mjs';

const BUILD_LIMIT = 5 * 60_000;

/** Every build empties this folder first, also one that did not come from here: then the stamp is gone, and nothing is believed. */
const stamp = inProject('dist', 'main', 'built-from');
const folders = ['electron', 'renderer', 'shared'];
const files = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json'];

/** @returns {string} digest of everything that the build reads, by name and content; tests are not part of it */
function builtFrom() {
  const names = folders
    .flatMap((folder) =>
      readdirSync(inProject(folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
        .map((entry) => path.join(entry.parentPath, entry.name)),
    )
    .sort();
  const hash = createHash('sha256');
  for (const name of [...files.map((file) => inProject(file)), ...names]) {
    const content = readFileSync(name);
    hash.update(`${path.relative(inProject(), name)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * Builds main, preload and renderer into `dist`, unless that was done from exactly these sources.
 *
 * @param {object} [choices]
 * @param {boolean} [choices.fresh] builds in any case
 * @returns {Promise<import('./run.mjs').Ended>}
 */
export async function buildApp({ fresh = false } = {}) {
  const from = builtFrom();
  if (!fresh && existsSync(stamp) && readFileSync(stamp, 'utf8') === from) {
    say('  The app is built from these very sources already.');
    return { code: 0, signal: null, output: '' };
  }
  const ended = await step(
    'Building the app',
    () =>
      run('electron-vite', ['build'], { cwd: inProject(), env: withPackageCommands(), timeout: BUILD_LIMIT }),
    (built) => (built.code === 0 ? 'done' : 'failed'),
  );
  // Written last; and not at all where somebody went on editing meanwhile.
  if (ended.code === 0 && builtFrom() === from) writeFileSync(stamp, from);
  return ended;
}
