// @ts-check
/**
 * Brings a bare machine to where everything can run: npm packages, Debian packages, an Electron. Each step looks first and
 * does nothing where nothing is missing, and every step can be cut off at any moment: the next run completes it.
 *
 * Exit status: 0 everything is there; 3 something is missing, said in one sentence each, and what does not need it still
 * works; 1 nothing works, because the npm packages or Node itself are missing.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, isDebian, missingPackages, packagesFor } from './lib/debian.mjs';
import { installNpmPackages } from './lib/npm-packages.mjs';
import { duration, say } from './lib/say.mjs';

/** @typedef {import('./lib/debian.mjs').Purpose} Purpose */
/**
 * @typedef {object} Readiness
 * @property {boolean} packages npm packages are installed; without them nothing runs
 * @property {import('./electron-runtime.mjs').Runtime | undefined} electron
 * @property {string} labProblem why the lab cannot run here, or an empty text
 * @property {readonly string[]} problems one sentence each
 */

const OLDEST_NODE = [20, 19];

/**
 * @param {object} [choices]
 * @param {boolean} [choices.electron] whether a window will be opened; true unless told otherwise
 * @param {boolean} [choices.lab] whether the lab will be used; true unless told otherwise
 * @returns {Promise<Readiness>}
 */
export async function setUp({ electron = true, lab = true } = {}) {
  const started = Date.now();
  /** @type {string[]} */
  const problems = [];
  say('Setting up');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_NODE;
  if (major < oldMajor || (major === oldMajor && minor < oldMinor)) {
    problems.push(
      `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE.join('.')} or newer.`,
    );
    return finish({ packages: false, electron: undefined, labProblem: 'Node is too old', problems });
  }
  const npmProblem = await installNpmPackages();
  if (npmProblem) {
    problems.push(npmProblem);
    return finish({
      packages: false,
      electron: undefined,
      labProblem: 'the npm packages are missing',
      problems,
    });
  }
  /** @type {Purpose[]} */
  const purposes = [
    ...(electron ? /** @type {const} */ (['electron', 'report']) : []),
    ...(lab ? /** @type {const} */ (['lab']) : []),
  ];
  const debianProblem = await ensureDebianPackages(purposes);
  if (debianProblem) problems.push(debianProblem);
  let runtime;
  if (electron) {
    try {
      const { ensureRuntime } = await import('./electron-runtime.mjs');
      runtime = await ensureRuntime();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  let labProblem = '';
  if (lab) {
    const { labObstacle } = await import('./lib/lab-obstacle.mjs');
    labProblem = await labObstacle();
    if (labProblem) problems.push(labProblem);
  }
  return finish({ packages: true, electron: runtime, labProblem, problems });

  /** @param {Readiness} readiness */
  function finish(readiness) {
    for (const problem of readiness.problems) say(`  ! ${problem}`);
    say(`  Set-up took ${duration(Date.now() - started)}.`);
    return readiness;
  }
}

/**
 * @param {readonly Purpose[]} purposes
 * @returns {Promise<string | undefined>} what is missing, in one sentence
 */
async function ensureDebianPackages(purposes) {
  if (process.platform !== 'linux') return undefined;
  const packages = [...new Set(purposes.flatMap((purpose) => packagesFor[purpose]))];
  if (!isDebian()) {
    const needed = purposes.includes('lab') ? ', and the lab needs a Debian machine' : '';
    return `This is not a Debian system, so packages are not installed for you: Electron needs GTK 3, NSS, GBM and, without a screen, Xvfb${needed}.`;
  }
  const missing = missingPackages(packages);
  if (missing.length === 0) return undefined;
  if (process.getuid?.() !== 0) {
    const names = missing.map((name) => name.split('|')[0]).join(' ');
    return `Some Debian packages are missing and only root can install them: sudo apt-get install ${names}`;
  }
  return await installPackages(missing);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === path.resolve(process.argv[1])) {
  const readiness = await setUp();
  process.exitCode = !readiness.packages ? 1 : readiness.problems.length > 0 ? 3 : 0;
}
