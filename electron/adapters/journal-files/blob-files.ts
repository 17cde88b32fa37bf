/**
 * Before-images as encrypted files: AES-256-GCM with the workspace's key, a random name, and the name bound into the
 * authentication, so that two files cannot be swapped. Layout: `BWB1`, 12 bytes nonce, ciphertext, 16 bytes tag.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { BlobStore } from '../../../shared/engine/ports.ts';

const magic = Buffer.from('BWB1', 'latin1');
const nonceLength = 12;
const tagLength = 16;
const idForm = /^[0-9a-f]{32}$/;

export interface FileBlobStoreOptions {
  readonly folder: string;
  /** The 32-byte key, asked for at every use so that a locked vault stops reading and writing. */
  readonly key: () => Result<Uint8Array>;
}

export function openFileBlobStore(options: FileBlobStoreOptions): BlobStore {
  const { folder } = options;
  const pathOf = (id: string) => join(folder, `${id}.blob`);

  return {
    put: async (bytes) => {
      const key = options.key();
      if (!key.ok) {
        return key;
      }
      const id = randomBytes(16).toString('hex');
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key.value, nonce);
      cipher.setAAD(Buffer.from(id, 'latin1'));
      const sealed = Buffer.concat([magic, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
      const temporary = `${pathOf(id)}.tmp`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = await open(temporary, 'wx', 0o600);
        try {
          await file.writeFile(sealed);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, pathOf(id));
        if (process.platform !== 'win32') {
          const handle = await open(folder, 'r');
          try {
            await handle.sync();
          } finally {
            await handle.close();
          }
        }
        return succeed(id);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        const code = (error as NodeJS.ErrnoException).code;
        return fail(
          appError(
            code === 'ENOSPC' || code === 'EDQUOT' ? 'DISK_FULL' : 'IO',
            'The before-image could not be stored on this machine.',
            'Free space or correct the permissions of the workspace folder, then try again.',
            { detail: (error as Error).message, retryable: true },
          ),
        );
      }
    },
    get: async (id) => {
      if (!idForm.test(id)) {
        return fail(appError('NOT_FOUND', 'This is not the name of a before-image.', 'Check the journal.'));
      }
      const key = options.key();
      if (!key.ok) {
        return key;
      }
      let sealed: Buffer;
      try {
        sealed = await readFile(pathOf(id));
      } catch {
        return fail(
          appError(
            'NOT_FOUND',
            'A before-image is missing in the workspace.',
            'Restore the workspace from a backup, then try again.',
          ),
        );
      }
      try {
        if (
          sealed.length < magic.length + nonceLength + tagLength ||
          !sealed.subarray(0, magic.length).equals(magic)
        ) {
          throw new Error('not a before-image');
        }
        const decipher = createDecipheriv(
          'aes-256-gcm',
          key.value,
          sealed.subarray(magic.length, magic.length + nonceLength),
        );
        decipher.setAAD(Buffer.from(id, 'latin1'));
        decipher.setAuthTag(sealed.subarray(-tagLength));
        const clear = Buffer.concat([
          decipher.update(sealed.subarray(magic.length + nonceLength, -tagLength)),
          decipher.final(),
        ]);
        return succeed(new Uint8Array(clear));
      } catch {
        return fail(
          appError(
            'WORKSPACE_INVALID',
            'A before-image was changed or belongs to another vault; it cannot be used.',
            'Restore the workspace from a backup, then try again.',
          ),
        );
      }
    },
  };
}
