/** Asks a node, with a login that it accepted, who else may log in and what they may do: five requests side by side. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import type { Identities } from '../../domain/identities.ts';
import type { Result } from '../../domain/result.ts';
import type { NodeResponse } from '../../engine/ports.ts';
import { atLeast } from '../../text/version.ts';
import { identitiesOf } from './identities.ts';
import { nodeRequests } from './requests.ts';

export async function askIdentities(
  ask: (path: string) => Promise<Result<NodeResponse>>,
  { install, at }: { readonly install: EsInstall; readonly at: string },
): Promise<Identities> {
  const { roles, storedElastic } = nodeRequests;
  const apiKeys = atLeast(install.version, '8.5.0') ? nodeRequests.apiKeysWithLimits : nodeRequests.apiKeys;
  const told = await Promise.all(
    [nodeRequests.users, roles, nodeRequests.mappings, apiKeys, storedElastic].map(async (path) => {
      const response = await ask(path);
      return response.ok
        ? { status: response.value.status, body: new TextDecoder().decode(response.value.body) }
        : undefined;
    }),
  );
  return identitiesOf(
    { users: told[0], roles: told[1], mappings: told[2], apiKeys: told[3], storedElastic: told[4] },
    Date.parse(at),
  );
}
