// @ts-check
/** An Electron that can be started and a screen to start it on, described by environment variables for whoever does it. */
import { chownSync, copyFileSync, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ordinaryUser } from '../as-user.mjs';
import { ensureRuntime } from '../electron-runtime.mjs';
import { hasScreen, openDisplay } from './display.mjs';
import { inProject } from './paths.mjs';

/**
 * @typedef {object} Desktop
 * @property {NodeJS.ProcessEnv} environment ours, and besides:
 *   `BULWARK_ELECTRON` executable to start, as an ordinary user also when we are root;
 *   `BULWARK_ELECTRON_VERSION`; `BULWARK_APP_OWNER` uid to give files to that the app must own;
 *   `BULWARK_APP_FOLDER` a folder that the app owns, for its files; `BULWARK_SCREEN` `own` or `virtual`
 * @property {() => void} close
 */

/**
 * @param {object} [choices]
 * @param {string} [choices.home] the app's home, kept; without it a temporary one
 * @param {boolean} [choices.virtual] a screen of our own also where the person has one
 * @param {import('../electron-runtime.mjs').Runtime} [choices.runtime]
 * @returns {Promise<Desktop>}
 */
export async function openDesktop(choices = {}) {
  const runtime = choices.runtime ?? (await ensureRuntime());
  const user = ordinaryUser({
    share: [runtime.folder],
    mustRead: [runtime.executable, inProject('dist', 'main', 'index.js')],
    ...(choices.home ? { home: choices.home } : {}),
  });
  const display = choices.virtual || !hasScreen() ? await openDisplay(user.owner) : ownScreen(user);
  return {
    environment: {
      ...process.env,
      ...display.environment,
      BULWARK_ELECTRON: user.launcherFor(runtime.executable),
      BULWARK_ELECTRON_VERSION: runtime.version,
      BULWARK_APP_OWNER: `${user.owner}`,
      BULWARK_APP_FOLDER: user.home,
      BULWARK_SCREEN: display.virtual ? 'virtual' : 'own',
    },
    close: () => {
      display.close();
      user.remove();
    },
  };
}

/**
 * @param {import('../as-user.mjs').OrdinaryUser} user
 * @returns {import('./display.mjs').Display}
 */
function ownScreen(user) {
  const authority = process.env['XAUTHORITY'] ?? path.join(homedir(), '.Xauthority');
  if (process.getuid?.() !== 0 || !existsSync(authority))
    return { environment: {}, virtual: false, close: () => {} };
  // Root's own permission to draw on this screen, for the user that root has become.
  const copy = path.join(user.home, '.Xauthority');
  copyFileSync(authority, copy);
  chownSync(copy, user.owner, user.owner);
  return { environment: { XAUTHORITY: copy }, virtual: false, close: () => {} };
}
