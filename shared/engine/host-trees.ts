/** Folders on a host: looked at, given to somebody, copied, set aside. Never across a mount point or through a link. */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { keepCapabilities } from './host-attributes.ts';
import { exits, prelude, runChecked, textOf } from './host-script.ts';
import { type HostFileStat, parseStat, statFormat } from './host-stat.ts';
import type { HostWriter } from './ports.ts';

export interface TreeEntry extends HostFileStat {
  readonly path: string;
}

const maxTreeBytes = 64 * 1024 * 1024;

// GNU `stat` can end records with NUL and take many names at once; BusyBox cannot, there one process per file is the price.
const statTreeScript = `${prelude}
p=$1; depth=$2
if [ ! -e "$p" ] && [ ! -L "$p" ]; then exit 44; fi
if [ "$depth" = one ]; then
  printf '%s %s' "$(stat -c '%d ${statFormat}' -- "$p")" "$p"; printf '\\0'; exit 0
fi
if stat --printf='' / >/dev/null 2>&1; then
  find "$p" -xdev -exec stat --printf='%d ${statFormat} %n\\0' -- {} +
else
  find "$p" -xdev -exec sh -c 'for f; do s=$(stat -c "%d ${statFormat}" -- "$f") || continue; printf "%s %s\\0" "$s" "$f"; done' sh {} +
fi
exit 0
`;

/**
 * A path and, unless `below` is false, everything under it on the same file system; links are listed, not followed.
 * Files that vanish meanwhile are left out. Errors: PRECONDITION_FAILED when the path is absent, OUTPUT_TOO_LARGE beyond 64 MiB.
 */
export async function statTree(
  host: HostWriter,
  path: string,
  options: { readonly below?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Result<readonly TreeEntry[]>> {
  const ran = await runChecked(
    host,
    {
      name: 'stat-tree',
      script: statTreeScript,
      args: [path, options.below === false ? 'one' : 'all'],
      privileged: true,
      deadlineSeconds: 600,
      maxOutputBytes: maxTreeBytes,
    },
    { doing: `look at ${path}` },
    options.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const entries: TreeEntry[] = [];
  let device: string | undefined;
  for (const record of textOf(ran.value).split('\0')) {
    if (record === '') {
      continue;
    }
    const parts = /^(\d+) ((?:\S+ ){6}\S+) ([\s\S]+)$/.exec(record);
    const stat = parts?.[2] === undefined ? undefined : parseStat(parts[2]);
    if (parts?.[3] === undefined || stat === undefined) {
      return fail(
        appError(
          'PROBE_MALFORMED',
          `The host did not list ${path} as expected.`,
          'Check the tools on the host.',
          {
            hostState: 'unchanged',
          },
        ),
      );
    }
    device ??= parts[1];
    // `find -xdev` still names the folder that something is mounted on; what is mounted there is not ours. Only folders tell:
    // on a stacked file system the files in a folder may report another device than the folder itself.
    if (stat.type !== 'directory' || parts[1] === device) {
      entries.push({ path: parts[3], ...stat });
    }
  }
  return succeed(entries);
}

/** Names that one process on the host handles at once; records are filled up with empty names. */
const batch = 100;

// Each name is taken relative to its folder after checking that the folder's path has no link in it: a service user that
// swaps a folder for a link cannot make root change files elsewhere.
const setEntriesScript = `${prelude}
w=$(mktemp -d) || exit 1
trap 'rm -rf "$w"' EXIT
t=$w/list
cat > "$t" || exit 1
[ "$(wc -c < "$t")" -eq "$1" ] || exit 52
export w
cat > "$w/capabilities" <<'CAPABILITIES'
${keepCapabilities}CAPABILITIES
xargs -0 -n ${batch + 3} sh -c '
own=$1; mode=$2; dir=$3; shift 3
cd -P -- "$dir" 2>/dev/null || exit 0
[ "$PWD" = "$dir" ] || exit 1
n=$#
for name; do
  if [ -n "$name" ] && { [ -e "./$name" ] || [ -L "./$name" ]; }; then set -- "$@" "./$name"; fi
done
shift $n
[ $# -gt 0 ] || exit 0
bad=0
if [ "$own" != - ]; then
  sh "$w/capabilities" get "$w/kept" "$@"
  # Given once more before anything changes: where that fails they would be lost, and owners that are right already would hide it.
  sh "$w/capabilities" put "$w/kept" "$@" || exit 1
fi
if [ "$own" != - ] && ! chown -h "$own" "$@" 2>/dev/null; then
  for f; do
    if [ -e "$f" ] || [ -L "$f" ]; then chown -h "$own" "$f" || bad=1; fi
  done
fi
if [ "$mode" != - ]; then
  n=$#
  for f; do [ -L "$f" ] || set -- "$@" "$f"; done
  shift $n
  if [ $# -gt 0 ] && ! chmod "$mode" "$@" 2>/dev/null; then
    for f; do
      if [ -e "$f" ]; then chmod "$mode" "$f" || bad=1; fi
    done
  fi
fi
[ "$own" = - ] || sh "$w/capabilities" put "$w/kept" "$@" || bad=1
exit $bad
' sh < "$t"
s=$?
[ $s = 0 ] || exit 1
# Owner and mode are not on the disk before their file system is written.
sync -f "$2" 2>/dev/null || sync
`;

export interface EntrySetting {
  readonly path: string;
  /** `user:group`, names or numbers; absent leaves the owner. */
  readonly own?: string;
  /** Octal; absent leaves the mode. Not applied to symbolic links. */
  readonly mode?: string;
}

/** Sets owner and mode of the given paths; paths that are gone are passed over. The order is not kept. */
export async function setEntries(
  host: HostWriter,
  settings: readonly EntrySetting[],
  signal?: AbortSignal,
): Promise<Result<void>> {
  if (settings.length === 0) {
    return succeed(undefined);
  }
  const groups = new Map<string, { readonly head: string; readonly names: string[] }>();
  for (const setting of settings) {
    const cut = setting.path.lastIndexOf('/');
    const folder = cut <= 0 ? '/' : setting.path.slice(0, cut);
    // A fifth digit makes GNU chmod clear the set-id bits of a folder too, which it keeps otherwise.
    const head = `${setting.own ?? '-'}\0${setting.mode === undefined ? '-' : setting.mode.padStart(5, '0')}\0${folder}\0`;
    const group = groups.get(head) ?? { head, names: [] };
    group.names.push(setting.path.slice(cut + 1));
    groups.set(head, group);
  }
  const records = [...groups.values()].flatMap(({ head, names }) =>
    Array.from({ length: Math.ceil(names.length / batch) }, (_, index) => {
      const some = names.slice(index * batch, (index + 1) * batch);
      return `${head}${some.join('\0')}\0${'\0'.repeat(batch - some.length)}`;
    }),
  );
  const list = new TextEncoder().encode(records.join(''));
  const ran = await runChecked(
    host,
    {
      name: 'set-entries',
      script: setEntriesScript,
      args: [String(list.length), settings[0]?.path.replace(/\/[^/]*$/, '') || '/'],
      stdin: list,
      privileged: true,
      deadlineSeconds: 1800,
    },
    { doing: 'set owners and modes', hostState: 'changed' },
    signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** Gives a folder and everything below it, links included, to `user:group`. Returns how many paths changed. */
export async function chownTree(
  host: HostWriter,
  path: string,
  own: { readonly owner: string; readonly group: string },
  signal?: AbortSignal,
): Promise<Result<number>> {
  const tree = await statTree(host, path, signal === undefined ? {} : { signal });
  if (!tree.ok) {
    return tree;
  }
  const wrong = tree.value.filter((entry) => entry.owner !== own.owner || entry.group !== own.group);
  const set = await setEntries(
    host,
    wrong.map((entry) => ({
      path: entry.path,
      own: `${own.owner}:${own.group}`,
      // chown drops set-id bits; put them back.
      ...(entry.mode.startsWith('0') || entry.type === 'symlink' ? {} : { mode: entry.mode }),
    })),
    signal,
  );
  return set.ok ? succeed(wrong.length) : set;
}

const copyScript = `${prelude}
[ -e "$1" ] || exit 44
if [ -e "$2" ] || [ -L "$2" ]; then exit 49; fi
d=\${2%/*}; [ -n "$d" ] || d=/
[ -d "$d" ] || mkdir -p -m 700 -- "$d" || exit 1
cp -a -- "$1" "$2" || { rm -rf -- "$2"; exit 1; }
sync -f "$2" 2>/dev/null || sync
`;

/** Copies with owner, modes and times to a path that must not exist. Errors leave no partial copy: DISK_FULL, PRECONDITION_FAILED. */
export async function copyTree(
  host: HostWriter,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    { name: 'copy-tree', script: copyScript, args: [from, to], privileged: true, deadlineSeconds: 1800 },
    { doing: `copy ${from} to ${to}` },
    signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

const moveScript = `${prelude}
if [ ! -e "$1" ] && [ ! -L "$1" ]; then exit 44; fi
if [ -e "$2" ] || [ -L "$2" ]; then exit 49; fi
d=\${2%/*}; [ -n "$d" ] || d=/
[ -d "$d" ] || mkdir -p -m 700 -- "$d" || exit 1
from=$1; [ -d "$from" ] && [ ! -L "$from" ] || { from=\${1%/*}; [ -n "$from" ] || from=/; }
if [ "$(stat -c %d -- "$from")" != "$(stat -c %d -- "$d")" ]; then echo 'different file systems' >&2; exit 51; fi
mv -- "$1" "$2" || exit 1
sync "$d" 2>/dev/null || sync
`;

/** Renames within one file system to a path that must not exist; makes the destination's parent (0700) when absent. */
export async function moveAside(
  host: HostWriter,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    { name: 'move-aside', script: moveScript, args: [from, to], privileged: true, deadlineSeconds: 60 },
    {
      doing: `move ${from} to ${to}`,
      explain: (output) =>
        output.exitCode === exits.otherFileSystem
          ? appError(
              'PRECONDITION_FAILED',
              `${from} and ${to} lie on different file systems.`,
              'Choose a destination on the same file system.',
              { hostState: 'unchanged' },
            )
          : undefined,
    },
    signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}
