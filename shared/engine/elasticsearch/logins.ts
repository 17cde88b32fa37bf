/** The login that the operator gave for a host's node, as the vault keeps it: user and password as JSON. */
import { z } from 'zod';
import { Secret } from '../../domain/secret.ts';
import type { NodeCredential } from '../ports.ts';

export type BasicLogin = Extract<NodeCredential, { type: 'basic' }>;

/** Where it lies in the vault. */
export function operatorLoginRef(hostId: string): string {
  return `es/${hostId}/login`;
}

const keptSchema = z.object({ user: z.string(), password: z.string() });

/** Undefined when the vault holds something else under that name. */
export function unpackLogin(secret: Secret): BasicLogin | undefined {
  try {
    const kept = keptSchema.safeParse(JSON.parse(secret.reveal()));
    return kept.success
      ? { type: 'basic', user: kept.data.user, password: new Secret(kept.data.password) }
      : undefined;
  } catch {
    return undefined;
  }
}
