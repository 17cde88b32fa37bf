/** The last door before a report leaves: no secret that the vault knows may be in it, whatever went wrong before. */
import { type Result, succeed } from '../../../shared/domain/result.ts';
import type { SecretStore } from '../../../shared/engine/ports.ts';

/** Shorter values occur by chance. */
const leastLength = 8;

/** The name of the first secret whose value occurs in the text, also as JSON or base64 spells it. */
export async function leakedSecret(text: string, secrets: SecretStore): Promise<Result<string | undefined>> {
  const listed = await secrets.list();
  if (!listed.ok) return listed;
  for (const { ref } of listed.value) {
    const secret = await secrets.get(ref);
    if (!secret.ok) return secret;
    if (spellings(secret.value.reveal()).some((spelling) => text.includes(spelling))) return succeed(ref);
  }
  return succeed(undefined);
}

function spellings(value: string): readonly string[] {
  if (value.length < leastLength) return [];
  const inJson = JSON.stringify(value).slice(1, -1);
  const inBase64 = Buffer.from(value, 'utf8').toString('base64').replace(/=+$/, '');
  return [value, inJson, inBase64];
}
