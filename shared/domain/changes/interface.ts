/** Changes that go through the interface of a running node. */
import { z } from 'zod';
import { esInstallSchema } from '../elasticsearch.ts';

/** A full dotted name: no wildcard, no empty part, 3 to 200 characters. */
const settingName = z
  .string()
  .max(200)
  .regex(/^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)+$/);
/** One line of text, at most 1024 characters. */
const plainText = z
  .string()
  .max(1024)
  .regex(/^[^\p{Cc}]*$/u);

export const esApiSettingChangeSchema = z.strictObject({
  kind: z.literal('es-api-setting'),
  install: esInstallSchema,
  /** Persistent settings of the cluster; `null` removes one. Values are shown and journalled: never a secret. */
  settings: z
    .array(
      z.strictObject({
        key: settingName,
        value: z.union([plainText, z.number(), z.boolean(), z.array(plainText).max(100), z.null()]),
      }),
    )
    .min(1)
    .max(50)
    .refine((settings) => new Set(settings.map((one) => one.key)).size === settings.length),
});
