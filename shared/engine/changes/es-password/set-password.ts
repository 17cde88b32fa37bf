/** Gives a user a password where none is known that may. */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { atLeast } from '../../../text/version.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { toolPlace } from '../../elasticsearch/keystore.ts';
import type { NodeDoor } from '../../elasticsearch/node.ts';
import { runTool, toolError } from '../../elasticsearch/tool.ts';
import { setByFileUser } from './set-by-file-user.ts';

/** Without any known password: the vendor's tool makes itself a superuser in a file of the host for some seconds. */
export async function setByTool(
  install: EsInstall,
  context: ChangeContext,
  door: NodeDoor,
  user: string,
  password: Secret,
): Promise<Result<void>> {
  if (!atLeast(install.version, '8.0.0')) {
    return await setByFileUser(install, context, door, user, password);
  }
  const place = await toolPlace(context, install);
  if (!place.ok) {
    return place;
  }
  const scheme = door.tls === false ? 'http' : 'https';
  const typed = `${password.reveal()}\n`;
  const ran = await runTool(
    context.host,
    place.value,
    {
      program: 'bin/elasticsearch-reset-password',
      args: ['-b', '-i', '-u', user, '--url', `${scheme}://${door.address}:${door.port}`],
      stdin: new Secret(typed + typed),
    },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  return ran.value.exitCode === 0
    ? succeed(undefined)
    : fail(toolError(`reset the password of ${user}`, ran.value, 'unknown'));
}
