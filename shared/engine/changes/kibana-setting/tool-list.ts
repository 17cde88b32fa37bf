/** What Kibana's own keystore tool lists, where it is installed: the look by another program than the one that wrote. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';

type Change = ChangeOf<'kibana-setting'>;

// As the program's owner: whoever may change the program gains nothing by being run. Never as root where others have a say in
// what it does: its start script takes options for node from node.options, which packages give to the group of Kibana to write.
// That group's own user reads the keystore as Kibana itself does.
const listScript = `${prelude}
tool=$1/bin/kibana-keystore; conf=$2
[ -f "$tool" ] && [ -x "$tool" ] || { echo absent; exit 0; }
user=$(stat -L -c %U -- "$tool") || exit 1
if [ "$(id -u "$user")" = 0 ]; then
  service=$(stat -L -c %G -- "$conf/kibana.yml") || exit 1
  [ "$(id -u "$service" 2>/dev/null || echo 0)" -ne 0 ] && user=$service
fi
if [ "$(id -u "$user")" = 0 ]; then
  at=$(readlink -f -- "$tool") && top=$(readlink -f -- "$1") && conf=$(readlink -f -- "$conf") || exit 1
  for part in "$top" "$top/bin" "$at" "$top/node" "$top/src" "$top/packages" "$top/node_modules" "$conf" "$conf/node.options" "$conf/kibana.yml"; do
    [ -e "$part" ] || continue
    [ "$(stat -L -c %u -- "$part")" = 0 ] || { echo unsafe; exit 0; }
    case $(stat -L -c '%g %a' -- "$part") in *[2367] | [1-9]*[2367]?) echo unsafe; exit 0 ;; esac
  done
fi
[ "$3" = list ] || { echo present; exit 0; }
cd / || exit 1
echo listed
set -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 KBN_PATH_CONF="$conf" "$tool" list
if [ "$(id -un)" = "$user" ]; then exec "$@"; fi
if setpriv --reuid="$user" --regid="$(id -gn "$user")" --init-groups true 2>/dev/null; then
  exec setpriv --reuid="$user" --regid="$(id -gn "$user")" --init-groups -- "$@"
fi
exec runuser -u "$user" -- "$@"
`;

async function run(change: Change, context: ChangeContext, act: 'look' | 'list'): Promise<Result<string>> {
  if (change.home === undefined) return succeed('absent');
  const ran = await runChecked(
    context.host,
    {
      name: 'kibana-keystore-list',
      script: listScript,
      args: [change.home, change.pathConf, act],
      privileged: true,
      deadlineSeconds: 120,
    },
    {
      doing: 'list the keystore with Kibana’s own tool',
      ...(act === 'list' ? { hostState: 'changed' } : {}),
    },
  );
  return ran.ok ? succeed(textOf(ran.value)) : ran;
}

/** What will be said of the look by Kibana's own tool: nothing where it is used. */
export async function toolWords(change: Change, context: ChangeContext): Promise<Result<readonly string[]>> {
  const said = await run(change, context, 'look');
  if (!said.ok) return said;
  const why =
    said.value.trim() === 'present'
      ? undefined
      : said.value.trim() === 'unsafe'
        ? 'Kibana’s own keystore tool is not run, because it would run as root and others than root can change what it does'
        : change.home === undefined
          ? 'It is not known where Kibana is installed, so its own keystore tool is not used'
          : `Kibana’s own keystore tool is not in ${change.home}/bin`;
  return succeed(
    why === undefined
      ? []
      : [`${why}: the keystore is written in its documented format and read back by Bulwark only.`],
  );
}

/**
 * Succeeds where there is no tool, or none that is safe to run. Errors: VERIFY_FAILED, COMMAND_FAILED. The tool ends with 0 even when it finds no keystore:
 * only the names count.
 */
export async function checkByTool(change: Change, context: ChangeContext): Promise<Result<void>> {
  const { set, remove } = change.keystore;
  if (set.length + remove.length === 0) return succeed(undefined);
  const said = await run(change, context, 'list');
  if (!said.ok) return said;
  const [first, ...lines] = said.value.split('\n').map((line) => line.trim());
  if (first === 'absent' || first === 'unsafe') return succeed(undefined);
  const wrong = [
    ...set.map((entry) => entry.name).filter((name) => !lines.includes(name)),
    ...remove.filter((name) => lines.includes(name)),
  ];
  return wrong.length === 0
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          `Kibana’s own tool does not find what was written: ${wrong.join(', ')}.`,
          'Check which keystore this Kibana uses.',
          { hostState: 'changed' },
        ),
      );
}
