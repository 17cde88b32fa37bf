/** Changes of what directories lie on. */
import { z } from 'zod';
import { esInstallSchema } from '../elasticsearch.ts';
import { unitName } from './values.ts';

/**
 * Only characters that mean themselves in fstab(5), crypttab(5) and systemd unit files, so that nothing has to be escaped
 * in three different ways. Neither `.` nor `..` as a part, no slash at the end.
 */
export const plainPath = z.string().regex(/^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+)+$/);

export const volumeFileSystems = ['ext4', 'xfs'] as const;
export const volumeUnlocks = ['key-file', 'passphrase'] as const;

export const encryptedVolumeMigrationChangeSchema = z.strictObject({
  kind: z.literal('encrypted-volume-migration'),
  /** The directory whose contents move. It keeps its path. */
  path: plainPath,
  /** Empty block device that the operator chose, e.g. `/dev/sdb`; it is formatted. */
  device: plainPath.refine((path) => path.startsWith('/dev/'), 'a device lies below /dev'),
  /** The service that writes into the directory: stopped while its data moves. */
  unit: unitName,
  /** Elasticsearch is up when it answers, not when systemd says so. */
  install: esInstallSchema.optional(),
  fileSystem: z.enum(volumeFileSystems),
  /**
   * Where the key comes from at boot. key-file: a key of its own in a file on the root file system that only root reads.
   * passphrase: somebody types it at the console (or over SSH) after every start.
   */
  unlock: z.enum(volumeUnlocks),
  /** Vault name under which the passphrase of the volume is kept; made before the host is touched. */
  keyRef: z.string().min(1),
});
