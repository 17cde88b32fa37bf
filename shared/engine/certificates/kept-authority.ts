/** The authority of all nodes of a workspace, as the vault keeps it: key and certificate are never there without each other. */
import { type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../ports.ts';
import type { Identity } from './ports.ts';

const begin = '-----BEGIN CERTIFICATE-----';

/** Where the authority of a node's own set-up lies in the vault once its key was taken off the node. */
export const setUpAuthorityRef = (hostId: string) => `es/${hostId}/http-authority`;

/** Undefined: the vault has none. Errors: those of the vault. */
export async function keptAuthority(
  secrets: Pick<SecretStore, 'get'>,
  ref: string,
): Promise<Result<Identity | undefined>> {
  const found = await secrets.get(ref);
  if (!found.ok) {
    return found.error.code === 'SECRET_MISSING' ? succeed(undefined) : found;
  }
  const text = found.value.reveal();
  const at = Math.max(0, text.indexOf(begin));
  return succeed({ keyPem: new Secret(text.slice(0, at)), certificatePem: text.slice(at) });
}

/** An earlier one stays under `/previous`: certificates that it issued are still in use. */
export async function keepAuthority(
  secrets: Pick<SecretStore, 'get' | 'put'>,
  ref: string,
  authority: Identity,
): Promise<Result<void>> {
  const about = 'Authority that issues the certificates of Elasticsearch nodes, with its key';
  const earlier = await secrets.get(ref);
  const kept = earlier.ok
    ? await secrets.put(`${ref}/previous`, earlier.value, `Earlier: ${about}`)
    : earlier.error.code === 'SECRET_MISSING'
      ? succeed(undefined)
      : earlier;
  return kept.ok
    ? await secrets.put(ref, new Secret(authority.keyPem.reveal() + authority.certificatePem), about)
    : kept;
}
