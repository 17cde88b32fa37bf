/** Whose configuration lies in the live place when it is not the one of before and no mark tells. */
import { type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import { isOn, readYamlSettings, settingValue } from '../../text/yaml-settings.ts';
import type { ChangeContext } from '../change-kind.ts';
import { readYml } from '../elasticsearch/start-log.ts';
import { readFile } from '../host-files.ts';
import { textOf } from '../host-script.ts';
import { caPath } from './secured.ts';
import type { SwitchStanding } from './standing.ts';
import type { WayBack } from './way-back.ts';

/**
 * Whether a configuration that is not the one of before is what this step switched in, rather than an edit of somebody
 * else's after an interruption that came before the switch. Without a mark the host's own record of the switch tells, and
 * once that is gone the CA in the vault, which is therefore kept there before the record is removed, here too.
 */
export async function switchedByUs(
  way: WayBack,
  context: ChangeContext,
  { state }: SwitchStanding,
): Promise<Result<boolean>> {
  const { install, httpCaRef } = way.change;
  if (way.mark?.['yml'] !== undefined || state === 'returned-down' || state === 'not-returned') {
    return succeed(true);
  }
  const file = await readFile(context.host, caPath(install));
  if (!file.ok) {
    return file;
  }
  const ca = file.value === 'absent' ? undefined : textOf(file.value.bytes);
  if (state === 'committed') {
    const about = `CA of ${context.host.hostId}'s HTTP certificate`;
    const put =
      ca === undefined ? succeed(undefined) : await context.secrets.put(httpCaRef, new Secret(ca), about);
    return put.ok ? succeed(true) : put;
  }
  const kept = await context.secrets.get(httpCaRef);
  if (!kept.ok && kept.error.code !== 'SECRET_MISSING') {
    return kept;
  }
  const read = readYamlSettings((await readYml(context, install.pathConf)) ?? '');
  const on = read.ok && isOn(settingValue(read.settings, 'xpack.security.enabled'));
  return succeed(on && kept.ok && kept.value.reveal() === ca);
}
