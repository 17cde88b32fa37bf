/**
 * The node's own list of the certificates in its files, `GET /_ssl/certificates` (shape seen on 8.19.21 and 9.5.3). It reads the
 * files when it is asked: what is loaded shows in a handshake only.
 */
import { z } from 'zod';
import { type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import type { NodeCredential } from '../ports.ts';
import { operatorLoginRef, unpackLogin } from './logins.ts';
import { askNode, isLost, jsonOf, type NodeDoor, vaultCredential } from './node.ts';

const listSchema = z
  .array(
    z.object({
      path: z.string(),
      has_private_key: z.boolean(),
      serial_number: z.string().optional(),
    }),
  )
  .max(5000);

export interface Listed {
  /** As the settings have it, mostly below the configuration directory. */
  readonly path: string;
  readonly hasPrivateKey: boolean;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
}

/** Lower-case hexadecimal without leading zeros: programs write serial numbers in many ways. */
export function plainSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}

async function logins(context: ChangeContext): Promise<readonly NodeCredential[]> {
  const given = await context.secrets.get(operatorLoginRef(context.host.hostId));
  const operator = given.ok ? unpackLogin(given.value) : undefined;
  const generated = await vaultCredential(context);
  return [operator, generated].filter((one) => one !== undefined);
}

/**
 * Undefined where no login of the vault may ask. `unreadable`: the node cannot read one of its files; it tells nothing but 500 then, and
 * goes on serving what it read before (seen on 8.19.21). Errors: those of the connection.
 */
export async function listedCertificates(
  door: NodeDoor,
  context: ChangeContext,
): Promise<Result<readonly Listed[] | 'unreadable' | undefined>> {
  for (const credential of await logins(context)) {
    const asked = await askNode(context, door, '/_ssl/certificates', { credential });
    if (!asked.ok && isLost(asked.error)) return asked;
    if (asked.ok && asked.value.status === 500) return succeed('unreadable');
    const list =
      asked.ok && asked.value.status === 200 ? listSchema.safeParse(jsonOf(asked.value)) : undefined;
    if (list?.data !== undefined)
      return succeed(
        list.data.map((one) => ({
          path: one.path,
          hasPrivateKey: one.has_private_key,
          serial: plainSerial(one.serial_number ?? ''),
        })),
      );
  }
  return succeed(undefined);
}

/** The lines of one file, whose absolute path this is. */
export function linesOf(listed: readonly Listed[], path: string): readonly Listed[] {
  return listed.filter((one) => one.path === path || path.endsWith(`/${one.path}`));
}
