/** The last door before a report leaves: no secret that the vault knows may be in it, whatever went wrong before. */
import { type Result, succeed } from '../../../shared/domain/result.ts';
import type { SecretStore } from '../../../shared/engine/ports.ts';

/** Short values and plain words occur by chance: somebody's password "elasticsearch" must not make every report impossible. */
const byChance = /^(.{0,7}|[a-z]{0,15}|[A-Za-z][a-z]{0,14})$/s;

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
  if (byChance.test(value)) return [];
  const inJson = JSON.stringify(value).slice(1, -1);
  const inBase64 = Buffer.from(value, 'utf8').toString('base64').replace(/=+$/, '');
  return [value, inJson, inBase64];
}
