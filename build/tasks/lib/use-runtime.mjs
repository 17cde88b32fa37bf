// @ts-check
/** Loaded before the headless entry of a checkout: reports print with the Electron that the set-up got. Fetches nothing. */
import { findRuntime } from '../electron-runtime.mjs';

const name = 'ELECTRON_OVERRIDE_DIST_PATH';
if (!process.env[name]) {
  const found = findRuntime();
  if (found !== undefined) process.env[name] = found.folder;
}
