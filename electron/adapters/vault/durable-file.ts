/** A small file that is either the old one or the new one, whatever happens while it is written, and has one writer at a time. */
import { randomBytes } from 'node:crypto';
import { chmod, link, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Owner-only, synced, renamed into place, folder synced. Throws the system's error; nothing has changed then. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await throughTemporary(file, bytes, rename);
}

/** As `writeDurably`, but false when there is something of this name already; that stays as it is. */
export async function writeNew(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await throughTemporary(file, bytes, link);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function throughTemporary(
  file: string,
  bytes: Uint8Array,
  name: (temporary: string, file: string) => Promise<void>,
): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, 0o600);
    await name(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Runs `work` while no other process of this machine does, waiting up to five seconds. False when another one keeps the lock.
 * A lock whose process is gone is taken over.
 */
export async function exclusively(file: string, work: () => Promise<void>): Promise<boolean> {
  const lock = `${file}.lock`;
  for (let attempt = 0; !(await take(lock)); attempt += 1) {
    if (attempt >= 100) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
  return true;
}

async function take(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx', 0o600);
    try {
      await handle.writeFile(`${process.pid}`);
    } catch (error) {
      // On a full disk: without its owner's number it would keep everybody out for a while.
      await rm(lock, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  if (await isAbandoned(lock)) await rm(lock, { force: true });
  return false;
}

async function isAbandoned(lock: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(lock, 'utf8'));
    if (Number.isInteger(owner) && owner > 0) return !isAlive(owner);
    // Its owner was killed between making the file and writing into it.
    return Date.now() - (await stat(lock)).mtimeMs > 10_000;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

/** Also by another name of it. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const real = async (file: string) => {
    try {
      const found = await stat(await realpath(file), { bigint: true });
      return `${found.dev}:${found.ino}`;
    } catch {
      return path.resolve(file);
    }
  };
  return (await real(one)) === (await real(other));
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
