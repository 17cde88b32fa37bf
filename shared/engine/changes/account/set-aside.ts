/** Files that let somebody in (authorized_keys, sudo rules) get another name beside themselves, and their own name back. */
import { appError } from '../../../domain/error.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { HostWriter } from '../../ports.ts';

/** sudo passes over names with a dot, and sshd only reads the names it was told. */
export const asideSuffix = '.bulwark-set-aside';

// The folder may belong to the account that is being locked: its path must have no link in it, and renames do not follow one.
const moveScript = `${prelude}
direction=$1; shift
valid=no; command -v visudo >/dev/null 2>&1 && visudo -c >/dev/null 2>&1 && valid=yes
for p; do
  d=\${p%/*}; n=\${p##*/}
  cd -P -- "\${d:-/}" 2>/dev/null || { [ "$direction" = back ] && continue; exit 44; }
  [ "$(pwd -P)" = "\${d:-/}" ] || exit 50
  a=$n${asideSuffix}
  if [ "$direction" = aside ]; then
    if [ -e "./$a" ] && [ ! -e "./$n" ]; then continue; fi
    [ -f "./$n" ] && [ ! -L "./$n" ] || exit 45
    [ ! -e "./$a" ] && [ ! -L "./$a" ] || exit 49
    mv "./$n" "./$a" || exit 1
  else
    [ -e "./$a" ] || continue
    if [ -e "./$n" ] || [ -L "./$n" ]; then exit 49; fi
    mv "./$a" "./$n" || exit 1
  fi
done
if [ $valid = yes ]; then visudo -c >/dev/null 2>&1 || exit 68; fi
exit 0
`;

async function move(
  host: HostWriter,
  direction: 'aside' | 'back',
  paths: readonly string[],
): Promise<Result<void>> {
  if (paths.length === 0) {
    return succeed(undefined);
  }
  const ran = await runChecked(
    host,
    {
      name: `set-${direction}`,
      script: moveScript,
      args: [direction, ...paths],
      privileged: true,
      deadlineSeconds: 30,
    },
    {
      doing: direction === 'aside' ? 'set aside keys and sudo rules' : 'put keys and sudo rules back',
      hostState: 'changed',
      explain: (output) =>
        output.exitCode === 68
          ? appError(
              'VERIFY_FAILED',
              'The sudo rules are not valid without the file that was set aside.',
              'Look at "visudo -c".',
              {
                hostState: 'changed',
              },
            )
          : undefined,
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** Repeatable: a file that is aside already stays there. */
export function setAside(host: HostWriter, paths: readonly string[]): Promise<Result<void>> {
  return move(host, 'aside', paths);
}

/** Repeatable. Errors: PRECONDITION_FAILED when a new file has taken the name meanwhile. */
export function putBack(host: HostWriter, paths: readonly string[]): Promise<Result<void>> {
  return move(host, 'back', paths);
}

const existingScript = `${prelude}
for p; do
  if [ -e "$p" ] || [ -L "$p" ]; then echo there; else echo gone; fi
done
`;

/** Which of the paths exist. */
export async function existing(
  host: HostWriter,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<Result<readonly string[]>> {
  if (paths.length === 0) {
    return succeed([]);
  }
  const ran = await runChecked(
    host,
    { name: 'paths-exist', script: existingScript, args: paths, privileged: true, deadlineSeconds: 20 },
    { doing: 'look for keys and sudo rules' },
    signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).split('\n');
  return succeed(paths.filter((_, index) => lines[index] === 'there'));
}
