/** Room beside the live directories: where the new configuration is prepared and where old data stays. */

import { appError } from '../../domain/error.ts';
import { type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { toolsLock, toolsPlaces } from '../elasticsearch/tool-scripts.ts';
import { goIn, privateIn } from '../host-folder.ts';
import { prelude, runChecked, textOf } from '../host-script.ts';
import type { DataPath } from './data.ts';

/** Private folder on the file system of the configuration directory; only root may look in. */
export function wrapperOf(pathConf: string, tag: string): string {
  const cut = pathConf.lastIndexOf('/');
  return `${pathConf.slice(0, cut)}/.bulwark-${tag}`;
}

/** Where an old data directory stays, and where the empty one waits. Inside it when it is a mount point. */
export function dataAside(
  path: Pick<DataPath, 'path' | 'mount'>,
  tag: string,
): { readonly aside: string; readonly fresh: string } {
  return path.mount
    ? { aside: `${path.path}/set-aside-${tag}`, fresh: `${path.path}/.new-${tag}` }
    : { aside: `${path.path}.set-aside-${tag}`, fresh: `${path.path}.new-${tag}` };
}

// The folder above may belong to the service user: the script stands in what it made.
const copyScript = `${prelude}${goIn}${privateIn}
w=$1; conf=$2
[ -d "$conf" ] || exit 44
[ -L "$conf" ] && exit 46
if command -v mountpoint >/dev/null 2>&1 && mountpoint -q -- "$conf"; then exit 121; fi
d=\${conf%/*}; go_in "\${d:-/}" || exit $?
conf=\${conf##*/}
[ "$(stat -c %d -- "./$conf")" = "$(stat -c %d .)" ] || exit 121
private_in "\${w##*/}" || exit $?
mkdir -m 755 empty || exit 1
if [ -n "\${3:-}" ]; then cp -a -- "../$conf" staged || exit 1; fi
rm -rf -- ./staged/certs.*.tmp ./staged/elasticsearch.keystore.tmp
exit 0
`;

/** Makes the wrapper, with a copy of the live configuration unless only the room is wanted. */
export async function makeWrapper(
  context: ChangeContext,
  pathConf: string,
  copy: boolean,
): Promise<Result<string>> {
  const wrapper = wrapperOf(pathConf, context.tag);
  const ran = await runChecked(
    context.host,
    {
      name: 'stage-copy',
      script: copyScript,
      args: [wrapper, pathConf, copy ? 'copy' : ''],
      privileged: true,
      deadlineSeconds: 120,
    },
    {
      doing: `copy ${pathConf}`,
      explain: (output) =>
        output.exitCode === 121
          ? appError(
              'PRECONDITION_FAILED',
              `${pathConf} is a mount point, so it cannot be replaced in one step.`,
              'Secure this node by hand, as the finding says.',
              { hostState: 'unchanged' },
            )
          : undefined,
    },
    context.signal,
  );
  return ran.ok ? succeed(wrapper) : ran;
}

const freshScript = `${prelude}${goIn}${privateIn}
path=$1; owner=$2; mode=$3
d=\${path%/*}; go_in "\${d:-/}" || exit $?
private_in "\${path##*/}" || exit $?
chown "$owner" . && chmod "$mode" .
`;

/** An empty data directory beside (or inside) the old one: same mode, nothing for others, the service user's. */
export async function makeFreshData(
  context: ChangeContext,
  path: DataPath,
  owner: string,
): Promise<Result<void>> {
  const { fresh } = dataAside(path, context.tag);
  const bits = path.state === 'absent' ? '750' : path.mode;
  const mode = `${bits.slice(0, -1)}0`;
  const ran = await runChecked(
    context.host,
    {
      name: 'stage-data',
      script: freshScript,
      args: [fresh, owner, mode],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: `make an empty data directory beside ${path.path}` },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

const existScript = `${prelude}
for p do if [ -e "$p" ]; then echo yes; else echo no; fi; done
`;

/** Those of the paths that are there. */
export async function existing(
  context: ChangeContext,
  paths: readonly string[],
): Promise<Result<readonly string[]>> {
  const ran = await runChecked(
    context.host,
    { name: 'exist', script: existScript, args: paths, privileged: true, deadlineSeconds: 30 },
    { doing: 'look for directories that were set aside' },
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).split('\n');
  return succeed(paths.filter((_, index) => lines[index] === 'yes'));
}

const dropScript = `${prelude}${toolsLock}
keep=$3; shift 3
if [ -n "$lock" ] && [ -e "$lock" ] && command -v flock >/dev/null 2>&1; then flock -w 240 "$lock" true; fi
for p do
  if [ "$keep" = keep ] && [ -e "$p/before" ]; then echo "$p/before was kept" >&2; continue; fi
  rm -rf -- "$p" || exit 1
done
`;

/**
 * Deletes paths that this step made itself. A wrapper that holds a live configuration, because a switch could not put it
 * back, is only deleted where the caller knows better (`evenBefore`).
 */
export async function dropPaths(
  context: Pick<ChangeContext, 'host'>,
  paths: readonly string[],
  evenBefore = false,
): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'stage-drop',
      script: dropScript,
      args: [...toolsPlaces, evenBefore ? 'all' : 'keep', ...paths],
      privileged: true,
      deadlineSeconds: 300,
    },
    { doing: 'remove temporary folders', hostState: 'changed' },
  );
  return ran.ok ? succeed(undefined) : ran;
}
