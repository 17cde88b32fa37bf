import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** Synced, then renamed over what was there: never half a report. Readable by others: it is made to be handed on. */
export async function writeReplacing(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
