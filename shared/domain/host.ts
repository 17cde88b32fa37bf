/** One machine reached over SSH, as the operator described it and as it was last seen. */
import { z } from 'zod';

export const hostRoles = ['elasticsearch', 'kibana', 'logstash', 'beats', 'ece'] as const;

/** How the operator logs in. Passwords and passphrases are never part of it: they are asked for and held in main's memory or the vault. */
export const loginMethodSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('agent') }),
  z.strictObject({ method: z.literal('key-file'), path: z.string().min(1).max(4096) }),
  z.strictObject({ method: z.literal('password') }),
  z.strictObject({ method: z.literal('keyboard-interactive') }),
]);
export type LoginMethod = z.infer<typeof loginMethodSchema>;

export const hostIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
export type HostId = string;

export const hostSchema = z.strictObject({
  id: hostIdSchema,
  /** What the operator calls it. */
  name: z.string().min(1).max(253),
  /** DNS name or IP address, without user and port. */
  address: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65535),
  user: z.string().min(1).max(64),
  roles: z.array(z.enum(hostRoles)),
  login: loginMethodSchema,
  /** Whether privileged reads and writes go through sudo (root logins need none). */
  sudo: z.enum(['none', 'passwordless', 'password']),
});
export type Host = Readonly<z.infer<typeof hostSchema>>;

/** A host key as shown to the operator. */
export const hostKeySchema = z.strictObject({
  type: z.string(),
  /** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
  fingerprint: z.string(),
});
export type HostKey = Readonly<z.infer<typeof hostKeySchema>>;
