// @ts-check
/** A screen for Electron where there is none: Xvfb, started for this run and ended with it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { endingWithUs, exitOnSignals, findCommand } from './run.mjs';
import { runFolder } from './run-folder.mjs';

/** @typedef {{ readonly environment: Record<string, string>, readonly virtual: boolean, readonly close: () => void }} Display */

const START_LIMIT = 15_000;

/** @returns {boolean} whether a person's own screen is there */
export function hasScreen() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/**
 * Starts a screen of 1440 × 900.
 *
 * @param {number} [reader] uid that may draw on it besides root
 * @returns {Promise<Display>}
 */
export async function openDisplay(reader) {
  const server = findCommand('Xvfb');
  if (!server)
    throw new Error('There is no screen and no Xvfb to stand in for one: install the package "xvfb".');
  const { folder, remove } = runFolder('screen');
  const authority = path.join(folder, 'authority');
  writeFileSync(authority, authorityFile(randomBytes(16)), { mode: 0o600 });
  const options = ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-auth', authority];
  const [program, words] = endingWithUs(server, options);
  exitOnSignals();
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const close = () => {
    process.off('exit', close);
    child.kill('SIGTERM');
    remove();
  };
  process.on('exit', close);
  try {
    const number = await new Promise((/** @type {(number: string) => void} */ resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('Xvfb did not start in time.')), START_LIMIT);
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`Xvfb ended with ${code} before it was ready.`)));
      child.stdio[3]?.on('data', (/** @type {Buffer} */ data) => {
        clearTimeout(timer);
        resolve(data.toString().trim());
      });
    });
    if (reader !== undefined) chownSync(authority, reader, reader);
    child.unref();
    return { environment: { DISPLAY: `:${number}`, XAUTHORITY: authority }, virtual: true, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * One entry that holds for every address and display.
 *
 * @param {Buffer} cookie 16 random bytes
 * @returns {Buffer} an X authority file
 */
function authorityFile(cookie) {
  const anyAddress = Buffer.from([0xff, 0xff]);
  return Buffer.concat([anyAddress, ...['', '', 'MIT-MAGIC-COOKIE-1', cookie].map(counted)]);
}

/** @param {string | Buffer} value */
function counted(value) {
  const bytes = Buffer.from(/** @type {string} */ (value));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
