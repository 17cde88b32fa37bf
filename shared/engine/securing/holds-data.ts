/** Whether the data of a secured node must stay on the host when the node is opened again. */
import type { ChangeOf } from '../../domain/change.ts';
import type { ChangeContext } from '../change-kind.ts';
import { askNode, at, jsonOf, type NodeDoor, vaultCredential } from '../elasticsearch/node.ts';
import type { NodeCredential } from '../ports.ts';
import { askForData } from './data.ts';
import { pinnedDoor } from './secured.ts';

/** How often a node that lets nobody see yet is asked again, every two seconds: its security index appears meanwhile. */
const patience = 15;

/**
 * Users, roles and API keys live in an index of Elasticsearch's own and are the operator's all the same. Undefined where the node
 * does not tell, as right after a start.
 */
async function holdsAccounts(
  context: ChangeContext,
  door: NodeDoor,
  credential: NodeCredential | undefined,
): Promise<boolean | undefined> {
  const more = credential === undefined ? {} : { credential };
  for (const kind of ['user', 'role', 'role_mapping']) {
    const answer = await askNode(context, door, `/_security/${kind}`, more);
    const found = answer.ok && answer.value.status === 200 ? jsonOf(answer.value) : undefined;
    if (typeof found !== 'object' || found === null) {
      return undefined;
    }
    const own = Object.values(found).some((one) => at(one, 'metadata', '_reserved') !== true);
    if (own) {
      return true;
    }
  }
  const keys = await askNode(context, door, '/_security/api_key', more);
  const listed = keys.ok && keys.value.status === 200 ? at(jsonOf(keys.value), 'api_keys') : undefined;
  return Array.isArray(listed) ? listed.length > 0 : undefined;
}

/** Whether the secured node holds anything of the operator's by now; when it cannot be told, yes. */
export async function holdsData(
  change: Pick<ChangeOf<'es-auto-configuration'>, 'install' | 'elasticPasswordRef'>,
  context: ChangeContext,
): Promise<boolean> {
  const door = await pinnedDoor(context, change.install);
  if (!door.ok) {
    return true;
  }
  const credential = await vaultCredential(context, change.elasticPasswordRef);
  for (let asked = 1; ; asked += 1) {
    const found = await askForData(context, door.value, credential);
    if (!found.ok || (found.value.known && found.value.operators.length > 0)) {
      return true;
    }
    const accounts = found.value.known ? await holdsAccounts(context, door.value, credential) : undefined;
    if (accounts !== undefined) {
      return accounts;
    }
    if (asked >= patience || !(await context.clock.sleep(2000, context.signal))) {
      return true;
    }
  }
}
