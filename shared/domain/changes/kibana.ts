/** The change of Kibana's settings file and keystore. */
import { z } from 'zod';
import { absolutePath, digest, secretSourceSchema, unitName } from './values.ts';

const entryName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z][A-Za-z0-9_.-]*$/)
  .refine((name) => name !== '__proto__');

export const kibanaSettingChangeSchema = z.strictObject({
  kind: z.literal('kibana-setting'),
  /** Folder with `kibana.yml` and `kibana.keystore`, e.g. `/etc/kibana`. */
  pathConf: absolutePath,
  /** Folder of the program, e.g. `/usr/share/kibana`, where its own keystore tool may be. */
  home: absolutePath.optional(),
  /** The unit that has to be restarted before Kibana reads any of it. */
  unit: unitName.optional(),
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
  /** SHA-256 of the kibana.yml that was planned on. */
  expects: digest,
  keystore: z.strictObject({
    set: z.array(z.strictObject({ name: entryName, value: secretSourceSchema })),
    remove: z.array(entryName),
  }),
  /**
   * Entries of the keystore as it is afterwards whose value is put into the vault too, for the other hosts that need the same
   * one. A different value in the vault is never replaced: the change is refused.
   */
  keep: z.array(z.strictObject({ name: entryName, ref: z.string() })).optional(),
});
