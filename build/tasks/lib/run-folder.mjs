// @ts-check
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exitOnSignals } from './run.mjs';

const PREFIX = 'bulwark-run-';

/**
 * Makes a temporary folder that goes away with this process, and removes those whose process was killed.
 *
 * @param {string} purpose one word for its name
 * @returns {{ readonly folder: string, readonly remove: () => void }} others may pass it, but not list it
 */
export function runFolder(purpose) {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? /^(\d+)-/.exec(name.slice(PREFIX.length))?.[1] : undefined;
    if (owner === undefined || isAlive(Number(owner))) continue;
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-${purpose}-`));
  chmodSync(folder, 0o711);
  const remove = () => {
    process.off('exit', remove);
    if (!existsSync(folder)) return;
    try {
      // What was started may write for a moment after it was told to end.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    } catch {
      // The next run removes what is left of it.
    }
  };
  exitOnSignals();
  process.on('exit', remove);
  return { folder, remove };
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process answers too, by refusing.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
