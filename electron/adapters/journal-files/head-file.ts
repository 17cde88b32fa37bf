/**
 * The head of each journal, kept beside it: how many entries there are at least, and the digest of the last one. Written
 * after the entry is safe, so that it is never ahead; not synced, because being behind only means to notice less.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChainHead, emptyHead } from '../../../shared/engine/journal/chain.ts';

const form = /^(\d{1,15}) ([0-9a-f]{64})\n$/;

function pathOf(folder: string, hostId: string): string {
  return join(folder, `${hostId}.head`);
}

export async function keepHead(folder: string, hostId: string, head: ChainHead): Promise<void> {
  const path = pathOf(folder, hostId);
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(temporary, `${head.sequence} ${head.digest}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch {
    // The entry itself is safe, which is what the caller asked for.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** The head that was kept; that of an empty journal when there is none or it cannot be read (a crash, an older version). */
export async function keptHead(folder: string, hostId: string): Promise<ChainHead> {
  try {
    const [, sequence, digest] = form.exec(await readFile(pathOf(folder, hostId), 'latin1')) ?? [];
    return sequence === undefined || digest === undefined
      ? emptyHead
      : { sequence: Number(sequence), digest };
  } catch {
    return emptyHead;
  }
}
