// @ts-check

import { inProject } from './paths.mjs';
import { run, withPackageCommands } from './run.mjs';
import { step } from './say.mjs';

const BUILD_LIMIT = 5 * 60_000;

/**
 * Builds main, preload and renderer into `dist`.
 *
 * @returns {Promise<import('./run.mjs').Ended>}
 */
export function buildApp() {
  return step(
    'Building the app',
    () =>
      run('electron-vite', ['build'], { cwd: inProject(), env: withPackageCommands(), timeout: BUILD_LIMIT }),
    (ended) => (ended.code === 0 ? 'done' : 'failed'),
  );
}
