/**
 * One file on a host: read with its owner and mode, replaced atomically, removed. Everything goes through POSIX `sh` with
 * GNU or BusyBox tools; paths are arguments, never part of a script.
 *
 * Hazard: the folder may belong to an unprivileged service user. The script goes into it once and names everything from where
 * it stands; the new file is built inside a private folder (a swapped path cannot redirect `chmod` or `chown`), and only then
 * renamed over the target, never into it: a link to a folder may have taken its place.
 * A connection that breaks closes standard input early: the length is checked, so that half a file never goes live.
 */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { attributeFunctions, maxListBytes, parseAttributes } from './host-attributes.ts';
import { goIn, privateIn } from './host-folder.ts';
import { prelude, runChecked, textOf } from './host-script.ts';
import { type HostFileStat, parseStat, statFormat } from './host-stat.ts';
import type { HostWriter } from './ports.ts';

export type { HostFileStat } from './host-stat.ts';
export { chownTree, copyTree, moveAside, setEntries, statTree, type TreeEntry } from './host-trees.ts';

export interface HostFile extends HostFileStat {
  /** Empty for anything but a regular file. */
  readonly bytes: Uint8Array;
  /** Security context, where the host runs SELinux. */
  readonly selinux?: string;
  /** Whether extended attributes and ACLs survive a new content on this host; otherwise it is not known whether there are any. */
  readonly keepsAttributes: boolean;
  /** Extended attributes as `name=hex,…`, where the host's tools can tell. */
  readonly attributes?: string;
}

const readScript = `${prelude}${attributeFunctions}
p=$1; max=$2
if [ "$3" = follow ]; then l=-L; else l=; fi
if [ ! -e "$p" ] && [ ! -L "$p" ]; then echo absent; exit 0; fi
stat $l -c '${statFormat}' -- "$p" || exit 1
c='?'; if [ -e /sys/fs/selinux/enforce ]; then c=$(stat $l -c '%C' -- "$p" 2>/dev/null) || c='?'; fi
k=no; cp --help 2>&1 | grep -q -- --preserve && k=yes
getfattr --version >/dev/null 2>&1 && setfattr --version >/dev/null 2>&1 && k=yes
printf '%s %s %s\\n' "\${c:-?}" $k "$([ -L "$p" ] || attributes "$p" | head -c ${maxListBytes + 1})"
if [ -L "$p" ] && [ -z "$l" ]; then exit 0; fi
[ -f "$p" ] || exit 0
[ "$(stat -L -c %s -- "$p")" -le "$max" ] || exit 48
cat < "$p"
`;

/** Reads a file. Errors: OUTPUT_TOO_LARGE, COMMAND_FAILED. A link is reported as such unless `follow` is set. */
export async function readFile(
  host: HostWriter,
  path: string,
  options: { readonly maxBytes?: number; readonly follow?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Result<HostFile | 'absent'>> {
  const maxBytes = options.maxBytes ?? 4 * 1024 * 1024;
  const ran = await runChecked(
    host,
    {
      name: 'read-file',
      script: readScript,
      args: [path, String(maxBytes), options.follow === true ? 'follow' : ''],
      privileged: true,
      deadlineSeconds: 30,
      maxOutputBytes: maxBytes + 262_144,
    },
    { doing: `read ${path}` },
    options.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const firstEnd = ran.value.indexOf(10);
  const first = textOf(ran.value.subarray(0, firstEnd));
  if (first === 'absent') {
    return succeed('absent');
  }
  const secondEnd = ran.value.indexOf(10, firstEnd + 1);
  const stat = firstEnd < 0 || secondEnd < 0 ? undefined : parseStat(first);
  if (stat === undefined) {
    return fail(
      appError(
        'PROBE_MALFORMED',
        `The host did not describe ${path} as expected.`,
        'Check that the host has a POSIX `stat`.',
        {
          hostState: 'unchanged',
          detail: first.slice(0, 200),
        },
      ),
    );
  }
  const [selinux = '', keeps, list = ''] = textOf(ran.value.subarray(firstEnd + 1, secondEnd)).split(' ');
  const attributes = parseAttributes(list);
  return succeed({
    ...stat,
    bytes: ran.value.slice(secondEnd + 1),
    keepsAttributes: keeps === 'yes',
    ...(attributes === undefined ? {} : { attributes }),
    ...(selinux === '?' || selinux === '' ? {} : { selinux }),
  });
}

const writeScript = `${prelude}${attributeFunctions}${goIn}${privateIn}
p=$1; tag=$2; owner=$3; group=$4; mode=$5; expects=$6; length=$7; needs=$8; list=$9
d=\${p%/*}; t=../\${p##*/}; w=.bulwark-$tag
[ -d "\${d:-/}" ] || exit 44
go_in "\${d:-/}" || exit $?
[ -L "./\${p##*/}" ] && exit 46
if [ -e "./\${p##*/}" ] && [ ! -f "./\${p##*/}" ]; then exit 45; fi
trap '[ "\${PWD##*/}" != "$w" ] || cd -P ..; rm -rf -- "./$w"' EXIT
trap 'exit 130' HUP INT TERM
private_in "$w" || exit $?
selinux=no; [ -e /sys/fs/selinux/enforce ] && selinux=yes
new=yes
if [ -e "$t" ]; then
  new=no
  cp --preserve=all -- "$t" ./f 2>/dev/null || {
    cp -p -- "$t" ./f || exit 1
    getfattr --dump --match=- --encoding=hex --absolute-names -- "$t" 2>/dev/null |
      sed '1s/.*/# file: f/' | setfattr --restore=- 2>/dev/null
  }
fi
cat > ./f || exit 1
[ "$(wc -c < ./f)" -eq "$length" ] || exit 52
if [ -n "$owner$group" ]; then chown -h "$owner\${group:+:$group}" ./f || exit 1; fi
if [ $selinux = yes ] && [ $new = no ]; then chcon --reference="$t" ./f 2>/dev/null || true; fi
# After the owner, whose change takes capabilities away; before the mode, which an ACL would change.
if [ -n "$list" ]; then set_attributes ./f "$list" || exit $?
elif [ $new = no ]; then set_attributes ./f "$(capability_of "$t")" || exit $?; fi
if [ -n "$mode" ]; then chmod "$mode" ./f || exit 1; elif [ $new = yes ]; then chmod 600 ./f || exit 1
else chmod "$(stat -c %a -- "$t")" ./f || exit 1; fi
sync ./f 2>/dev/null || fsync ./f 2>/dev/null || sync
case $expects in
  '') ;;
  absent) if [ -e "$t" ] || [ -L "$t" ]; then exit 47; fi ;;
  *) [ -f "$t" ] && [ ! -L "$t" ] || exit 47
     [ "$(sha256sum < "$t" | cut -d' ' -f1)" = "$expects" ] || exit 47 ;;
esac
if [ -n "$needs" ] && [ ! -e "$needs" ]; then exit 53; fi
one=; mv --help 2>&1 | grep -q -e ' -T' && one=-T
[ -d "$t" ] && exit 45
mv -f $one -- ./f "$t" || exit 1
if [ $selinux = yes ] && [ $new = yes ] && [ -z "$list" ]; then restorecon -- "$t" 2>/dev/null || true; fi
# Before the folder is written to the disk: a power cut would bring the temporary one back.
trap - EXIT
cd -P .. && rm -rf -- "./$w"
sync . 2>/dev/null || fsync . 2>/dev/null || sync
`;

export interface WriteOptions {
  /** Absent: as the existing file has it; for a new file the user that runs the script (root). */
  readonly owner?: string;
  readonly group?: string;
  /** Absent: as the existing file has it; for a new file 0600. */
  readonly mode?: string;
  /** Extended attributes to set, as `HostFile.attributes` has them. Absent: those of the existing file. */
  readonly attributes?: string;
  /** Names the temporary folder beside the file. `[a-z0-9-]+` */
  readonly tag: string;
  /** SHA-256 that the file must still have in the moment of the rename, or `absent`. */
  readonly expects?: string;
  /** A path that must still exist in the moment of the rename: a guard that is armed. */
  readonly onlyWhile?: string;
  readonly signal?: AbortSignal;
}

/**
 * Replaces or creates a file: new content, owner, mode and label are complete before the rename; extended attributes and
 * ACLs of an existing file stay. Errors leave the file as it was: DISK_FULL, FILE_NOT_REGULAR (also for a symbolic link),
 * FILE_CHANGED_UNDERNEATH, PRECONDITION_FAILED (no such folder), GUARD_FIRED (`onlyWhile` is gone), COMMAND_FAILED. A lost connection is not known to be either.
 */
export async function writeFileAtomic(
  host: HostWriter,
  path: string,
  bytes: Uint8Array,
  options: WriteOptions,
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'write-file',
      script: writeScript,
      args: [
        path,
        options.tag,
        options.owner ?? '',
        options.group ?? '',
        options.mode ?? '',
        options.expects ?? '',
        String(bytes.length),
        options.onlyWhile ?? '',
        options.attributes ?? '',
      ],
      stdin: bytes,
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: `write ${path}` },
    options.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

const removeScript = `${prelude}${goIn}
p=$1; expects=$2; needs=$3
if [ ! -e "$p" ] && [ ! -L "$p" ]; then exit 0; fi
d=\${p%/*}; p=./\${p##*/}
go_in "\${d:-/}" || exit $?
if [ ! -e "$p" ] && [ ! -L "$p" ]; then exit 0; fi
[ -L "$p" ] && exit 46
[ -f "$p" ] || exit 45
if [ -n "$expects" ]; then [ "$(sha256sum < "$p" | cut -d' ' -f1)" = "$expects" ] || exit 47; fi
if [ -n "$needs" ] && [ ! -e "$needs" ]; then exit 53; fi
rm -f -- "$p" || exit 1
sync . 2>/dev/null || fsync . 2>/dev/null || sync
`;

/** Removes a regular file; succeeds when there is none. Errors: FILE_NOT_REGULAR, FILE_CHANGED_UNDERNEATH. */
export async function removeFile(
  host: HostWriter,
  path: string,
  options: {
    readonly expects?: string;
    readonly onlyWhile?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'remove-file',
      script: removeScript,
      args: [path, options.expects ?? '', options.onlyWhile ?? ''],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: `remove ${path}` },
    options.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

const digestScript = `${prelude}
[ -L "$1" ] && exit 46
[ -e "$1" ] || { echo absent; exit 0; }
[ -f "$1" ] || exit 45
stat -c '${statFormat}' -- "$1" || exit 1
sha256sum < "$1" | cut -d' ' -f1
`;

/** Owner, mode and SHA-256 of a regular file as the host itself computes it: the independent look after a write. */
export async function digestFile(
  host: HostWriter,
  path: string,
  signal?: AbortSignal,
): Promise<Result<(HostFileStat & { readonly sha256: string }) | 'absent'>> {
  const ran = await runChecked(
    host,
    { name: 'digest-file', script: digestScript, args: [path], privileged: true, deadlineSeconds: 60 },
    { doing: `check ${path}` },
    signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const [first = '', sha256 = ''] = textOf(ran.value).split('\n');
  if (first === 'absent') {
    return succeed('absent');
  }
  const stat = parseStat(first);
  return stat === undefined
    ? fail(
        appError(
          'PROBE_MALFORMED',
          `The host did not describe ${path} as expected.`,
          'Check the tools on the host.',
          {
            hostState: 'unchanged',
          },
        ),
      )
    : succeed({ ...stat, sha256 });
}
