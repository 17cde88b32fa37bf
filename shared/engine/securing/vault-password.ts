/** The password of `elastic` in the vault, before and after the node. */

import { type Result, succeed } from '../../domain/result.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ChangeContext } from '../change-kind.ts';
import { generatePassword } from '../elasticsearch/generate-password.ts';

interface Change {
  readonly elasticPasswordRef: string;
}

const passwordLength = 24;

/** The password is durable in the vault before the host is touched; an earlier one is kept under `/previous`. */
export async function newPassword(change: Change, context: ChangeContext): Promise<Result<Secret>> {
  const ref = change.elasticPasswordRef;
  const earlier = await context.secrets.get(ref);
  if (earlier.ok) {
    const kept = await context.secrets.put(
      `${ref}/previous`,
      earlier.value,
      `Earlier password of elastic on ${context.host.hostId}`,
    );
    if (!kept.ok) {
      return kept;
    }
  } else if (earlier.error.code !== 'SECRET_MISSING') {
    return earlier;
  }
  const password = generatePassword(context.random, passwordLength);
  const put = await context.secrets.put(ref, password, `Password of elastic on ${context.host.hostId}`);
  return put.ok ? succeed(password) : put;
}

/** After a step that left the node open: the vault says what it said before. */
export async function forgetPassword(change: Change, context: ChangeContext): Promise<void> {
  const ref = change.elasticPasswordRef;
  const earlier = await context.secrets.get(`${ref}/previous`);
  if (earlier.ok) {
    await context.secrets.put(ref, earlier.value, `Password of elastic on ${context.host.hostId}`);
    await context.secrets.remove(`${ref}/previous`);
  } else {
    await context.secrets.remove(ref);
  }
}
