/** Changes of single files and of the modes of many. */
import { z } from 'zod';
import { absolutePath, accountName, digest, guardSeconds, octalMode } from './values.ts';

export const fileContentChangeSchema = z.strictObject({
  kind: z.literal('file-content'),
  path: absolutePath,
  content: z.string(),
  /** Owner, group and mode of the file afterwards; for an existing file absent means "as it is". */
  owner: accountName.optional(),
  group: accountName.optional(),
  mode: octalMode.optional(),
  /** SHA-256 of the content that was planned on; `absent` when the file did not exist. */
  expects: z.union([digest, z.literal('absent')]),
  /** For a file by which people get in (sshd, sudo, logins), which is guarded. */
  guardSeconds: guardSeconds.optional(),
});

export const yamlSettingChangeSchema = z.strictObject({
  kind: z.literal('yaml-setting'),
  path: absolutePath,
  /** Applied in order; keys are full dotted names whatever their spelling in the file (flat or nested). */
  edits: z.array(
    z.discriminatedUnion('op', [
      z.strictObject({
        op: z.literal('set'),
        key: z.string(),
        value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
      }),
      z.strictObject({ op: z.literal('remove'), key: z.string() }),
    ]),
  ),
  expects: digest,
});

export const fileModeChangeSchema = z.strictObject({
  kind: z.literal('file-mode'),
  entries: z
    .array(
      z.strictObject({
        path: absolutePath,
        owner: accountName.optional(),
        group: accountName.optional(),
        mode: octalMode.optional(),
        /** For a directory: also everything below it (never across a mount point, never through a symbolic link). */
        below: z
          .strictObject({
            owner: accountName.optional(),
            group: accountName.optional(),
            fileMode: octalMode.optional(),
            directoryMode: octalMode.optional(),
          })
          .optional(),
      }),
    )
    .min(1),
});
