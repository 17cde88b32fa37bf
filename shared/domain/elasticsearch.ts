/** Where one Elasticsearch node's parts lie on a host. Changes carry it, so that apply acts on what was planned. */
import { z } from 'zod';

const absolutePath = z.string().regex(/^\/[^\0\n]*$/);

export const esInstallSchema = z.strictObject({
  layout: z.enum(['archive', 'package']),
  /** e.g. "8.19.21". */
  version: z.string().regex(/^\d+\.\d+\.\d+(-[A-Za-z0-9.]+)?$/),
  home: absolutePath,
  /** ES_PATH_CONF, resolved: from the running process, then unit, environment file, default. */
  pathConf: absolutePath,
  /** Effective data paths (never empty; the default is `<home>/data`). */
  pathData: z.array(absolutePath).min(1),
  pathLogs: absolutePath,
  /** systemd unit that starts the node; absent when none does (changes that need a restart are then manual). */
  unit: z
    .string()
    .regex(/^[A-Za-z0-9@._-]+\.service$/)
    .optional(),
  /** User and group the node runs as (or would run as). */
  user: z.string(),
  group: z.string(),
  /** Value for ES_JAVA_HOME that its unit or environment sets, when it sets one. */
  javaHome: absolutePath.optional(),
  httpPort: z.number().int().min(1).max(65535),
  transportPort: z.number().int().min(1).max(65535),
  /** CA certificate (PEM file on the host) that HTTP clients trust; present after auto-configuration. */
  httpCaPath: absolutePath.optional(),
});
export type EsInstall = Readonly<z.infer<typeof esInstallSchema>>;
