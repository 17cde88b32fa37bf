/** The values that the schemas of changes are made of. */
import { z } from 'zod';

export const absolutePath = z.string().regex(/^\/[^\0\n]*$/);
export const accountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}\$?$/);
export const unitName = z.string().regex(/^[A-Za-z0-9@._-]+\.service$/);
export const octalMode = z.string().regex(/^[0-7]{3,4}$/);
/** SHA-256 in hexadecimal. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Seconds until the host puts the old state back unless access is proven. 15 to 900; 60 where absent. */
export const guardSeconds = z.number().int().min(15).max(900);

/** Where a secret value comes from at the moment of applying. */
export const secretSourceSchema = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('vault'), ref: z.string() }),
  /** Read out of a YAML file on the host while applying; the value passes through memory only. */
  z.strictObject({ from: z.literal('yaml-setting'), path: absolutePath, key: z.string() }),
  /** Made by the operating system's random source and kept in the vault under `ref` before the host is touched. */
  z.strictObject({ from: z.literal('generate'), ref: z.string(), length: z.number().int().min(12).max(128) }),
]);
export type SecretSource = z.infer<typeof secretSourceSchema>;
