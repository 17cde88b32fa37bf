/**
 * The password of `elastic` on a node that was secured before and opened again: it still knows the earlier one, so only the
 * vendor's tool gets in. Seen on 8.19.21: an open node keeps its security index.
 */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { type HostFile, readFile, writeFileAtomic } from '../../host-files.ts';
import type { Otherwise } from '../../securing/secured.ts';
import { removeLeftoverUsers } from '../es-password/leftover-users.ts';
import { setByTool } from '../es-password/set-password.ts';

/** Files in which the tool makes itself a user for some seconds; it leaves them with another owner (seen on 8.19.21). */
const userFiles = ['users', 'users_roles'] as const;

async function readUserFiles(
  context: ChangeContext,
  install: EsInstall,
): Promise<Result<readonly (readonly [string, HostFile])[]>> {
  const found: (readonly [string, HostFile])[] = [];
  for (const name of userFiles) {
    const path = `${install.pathConf}/${name}`;
    const file = await readFile(context.host, path);
    if (!file.ok) {
      return file;
    }
    if (file.value !== 'absent' && file.value.type === 'file') {
      found.push([path, file.value]);
    }
  }
  return succeed(found);
}

/** For a node that refuses its first password for a minute. The files of its users are as before afterwards. */
export function byTool(install: EsInstall, password: Secret): (context: ChangeContext) => Otherwise {
  return (context) => ({
    seconds: 60,
    set: async (door) => {
      const before = await readUserFiles(context, install);
      if (!before.ok) {
        return before;
      }
      const set = await setByTool(install, context, door, 'elastic', password);
      const cleaned = await removeLeftoverUsers(context, install);
      if (!set.ok || !cleaned.ok) {
        return set.ok ? (cleaned as Result<never>) : set;
      }
      for (const [path, { bytes, owner, group, mode }] of before.value) {
        const kept = await writeFileAtomic(context.host, path, bytes, {
          tag: context.tag,
          owner,
          group,
          mode,
        });
        if (!kept.ok) {
          return kept;
        }
      }
      return succeed(undefined);
    },
  });
}
