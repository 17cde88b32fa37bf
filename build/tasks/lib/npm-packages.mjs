// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inProject } from './paths.mjs';
import { findCommand, run } from './run.mjs';
import { doneUnless, step } from './say.mjs';

const INSTALL_LIMIT = 10 * 60_000;

/** Written last, so that a folder whose installation was cut off does not look finished. */
const stamp = inProject('node_modules', '.cache', 'installed-from');

/** @returns {string} what the installed packages have to match */
function wantedStamp() {
  return createHash('sha256')
    .update(readFileSync(inProject('package-lock.json')))
    .digest('hex');
}

/** @returns {boolean} whether node_modules is complete and fits package-lock.json */
export function packagesAreCurrent() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedStamp();
}

/**
 * npm that was told to end goes on for minutes to take its work back, and a second one beside it finds folders that do not
 * stay empty. So it is ended at once (it begins from nothing anyway), and the next waits until the last has let go.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {readonly [string, readonly string[]]}
 */
function oneAtATime(command, args) {
  const flock = findCommand('flock');
  if (!flock) return [command, args];
  mkdirSync(inProject('out'), { recursive: true });
  return [flock, ['--no-fork', '-w', '120', inProject('out', '.npm-packages.lock'), command, ...args]];
}

/**
 * Installs the npm packages exactly as locked, without running any of their scripts.
 *
 * @returns {Promise<string | undefined>} why it did not work, in one sentence, or undefined
 */
export async function installNpmPackages() {
  if (packagesAreCurrent()) return undefined;
  return await step(
    'Installing the npm packages',
    async (tell) => {
      /** @type {{ packages: Record<string, unknown> }} */
      const lock = /** @type {{ packages: Record<string, unknown> }} */ (
        JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8'))
      );
      tell(`${Object.keys(lock.packages).length - 1} packages`);
      const [program, words] = oneAtATime('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
      const ended = await run(program, words, {
        cwd: inProject(),
        timeout: INSTALL_LIMIT,
        env: { ...process.env, npm_config_loglevel: 'error' },
        endBy: 'SIGKILL',
      });
      if (ended.code === 0) {
        mkdirSync(path.dirname(stamp), { recursive: true });
        writeFileSync(stamp, wantedStamp());
        return undefined;
      }
      const errors = ended.output.split('\n').filter((line) => /^npm error \S/.test(line));
      const why =
        errors
          .slice(0, 2)
          .map((line) => line.slice('npm error '.length))
          .join(', ') || `npm ended with ${ended.code}`;
      return `The npm packages could not be installed (${why}): connect this machine to an npm registry and run this again.`;
    },
    doneUnless,
  );
}
