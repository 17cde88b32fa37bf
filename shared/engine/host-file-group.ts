/**
 * Several files that belong together: all are complete beside their places, with final owner and mode, before the first is
 * renamed; then all are renamed one right after the other in the same command. A program that rereads its files every few
 * seconds sees them change within one look. When one rename fails the others are taken back.
 */
import { type Result, succeed } from '../domain/result.ts';
import { attributeFunctions } from './host-attributes.ts';
import { prelude, runChecked } from './host-script.ts';
import type { HostWriter } from './ports.ts';

// Old files are kept as links to themselves until all is done: taking back restores the very same file. What came in has
// no name any more once it is complete: whatever ends the script, no key lies about.
const groupScript = `${prelude}${attributeFunctions}
tag=$1; total=$2; needs=$3; shift 3
selinux=no; [ -e /sys/fs/selinux/enforce ] && selinux=yes
one=; mv --help 2>&1 | grep -q -e ' -T' && one=-T
base=/run; [ -d $base ] && [ -w $base ] || base=/var/tmp
all=$(mktemp $base/bulwark-group.XXXXXX) || exit 1
each() {
  act=$1; shift; at=0; i=0
  while [ $# -gt 0 ]; do
    p=$1; owner=$2; group=$3; mode=$4; expects=$5; length=$6; list=$7; shift 7
    d=\${p%/*}; [ -n "$d" ] || d=/
    w=$d/.bulwark-$tag-$i
    $act || return $?
    [ "$length" = - ] || at=$((at + length))
    i=$((i + 1))
  done
}
look() {
  [ -d "$d" ] || return 44
  if [ -L "$p" ]; then return 46; fi
  if [ -e "$p" ] && [ ! -f "$p" ]; then return 45; fi
  return 0
}
enter() {
  cd -P -- "$w" && [ "\${PWD##*/}" = ".bulwark-$tag-$i" ] || return 50
  [ "$(stat -c '%u %a' .)" = "$(id -u) 700" ] || { chmod g-s . && [ "$(stat -c '%u %a' .)" = "$(id -u) 700" ]; } || return 50
}
build() {
  rm -rf -- "$w"; mkdir -m 700 -- "$w" || return 1
  enter || return $?
  new=yes
  if [ -e "$p" ]; then
    new=no
    ln -- "$p" ./old 2>/dev/null || cp --preserve=all -- "$p" ./old 2>/dev/null || cp -p -- "$p" ./old || return 1
  fi
  [ "$length" = - ] && return 0
  if [ $new = no ]; then cp --preserve=all -- "$p" ./f 2>/dev/null || cp -p -- "$p" ./f || return 1; fi
  tail -c "+$((at + 1))" < /proc/self/fd/3 | head -c "$length" > ./f || return 1
  [ "$(wc -c < ./f)" -eq "$length" ] || { echo 'No space left on device' >&2; return 1; }
  if [ -n "$owner$group" ]; then chown -h "$owner\${group:+:$group}" ./f || return 1; fi
  if [ $selinux = yes ] && [ $new = no ]; then chcon --reference="$p" ./f 2>/dev/null || true; fi
  if [ -n "$list" ]; then set_attributes ./f "$list"
  elif [ $new = no ]; then set_attributes ./f "$(capability_of "$p")"; fi
  if [ -n "$mode" ]; then chmod "$mode" ./f || return 1; elif [ $new = yes ]; then chmod 600 ./f || return 1
  else chmod "$(stat -c %a -- "$p")" ./f || return 1; fi
  sync ./f 2>/dev/null || fsync ./f 2>/dev/null || sync
}
still() {
  case $expects in
    '') ;;
    absent) if [ -e "$p" ] || [ -L "$p" ]; then return 47; fi ;;
    *) [ -f "$p" ] && [ ! -L "$p" ] || return 47
       [ "$(sha256sum < "$p" | cut -d' ' -f1)" = "$expects" ] || return 47 ;;
  esac
}
go() {
  if [ "$length" = - ]; then rm -f -- "$p" || return 1; return 0; fi
  enter && [ ! -d "$p" ] && mv -f $one -- ./f "$p"
}
back() { enter || return 0; if [ -e ./old ]; then mv -f $one -- ./old "$p"; else rm -f -- "$p"; fi; return 0; }
after() {
  if [ $selinux = yes ] && [ "$length" != - ] && [ -z "$list" ] && [ ! -e "$w/old" ]; then restorecon -- "$p" 2>/dev/null || true; fi
  drop
  sync "$d" 2>/dev/null || fsync "$d" 2>/dev/null || sync
}
drop() { rm -rf -- "$w"; return 0; }
clean() { cd /; rm -f -- "$all"; each drop "$@"; }
trap 'clean "$@"' EXIT
trap 'exit 130' HUP INT TERM
cat > "$all" || exit 1
[ "$(wc -c < "$all")" -eq "$total" ] || exit 52
exec 3< "$all" && rm -f -- "$all" || exit 1
each look "$@" || exit $?
each build "$@" || exit $?
each still "$@" || exit $?
if [ -n "$needs" ] && [ ! -e "$needs" ]; then exit 53; fi
trap '' HUP INT TERM
each go "$@" || { each back "$@"; exit 1; }
cd /
each after "$@" || true
`;

export interface GroupMember {
  readonly path: string;
  /** Undefined: the file is removed. */
  readonly bytes: Uint8Array | undefined;
  /** Absent: as the existing file has it; for a new file the user that runs the script (root). */
  readonly owner?: string;
  readonly group?: string;
  /** Absent: as the existing file has it; for a new file 0600. */
  readonly mode?: string;
  /** Extended attributes to set, as `HostFile.attributes` has them. Absent: those of the existing file. */
  readonly attributes?: string;
  /** SHA-256 that the file must still have right before the renames, or `absent`. */
  readonly expects?: string;
}

/**
 * Writes and removes files together. Errors leave all of them as they were: DISK_FULL, FILE_NOT_REGULAR (also for a symbolic
 * link), FILE_CHANGED_UNDERNEATH, PRECONDITION_FAILED (no such folder), GUARD_FIRED (`onlyWhile` is gone), COMMAND_FAILED. A lost connection is not known to be
 * either.
 */
export async function writeFilesTogether(
  host: HostWriter,
  members: readonly GroupMember[],
  options: {
    readonly tag: string;
    /** A path that must still exist right before the renames: a guard that is armed. */
    readonly onlyWhile?: string;
    readonly signal?: AbortSignal;
  },
): Promise<Result<void>> {
  if (members.length === 0) {
    return succeed(undefined);
  }
  const total = members.reduce((sum, member) => sum + (member.bytes?.length ?? 0), 0);
  const stdin = new Uint8Array(total);
  let at = 0;
  for (const { bytes } of members) {
    stdin.set(bytes ?? new Uint8Array(), at);
    at += bytes?.length ?? 0;
  }
  const ran = await runChecked(
    host,
    {
      name: 'write-files',
      script: groupScript,
      args: [
        options.tag,
        String(total),
        options.onlyWhile ?? '',
        ...members.flatMap((member) => [
          member.path,
          member.owner ?? '',
          member.group ?? '',
          member.mode ?? '',
          member.expects ?? '',
          member.bytes === undefined ? '-' : String(member.bytes.length),
          member.attributes ?? '',
        ]),
      ],
      stdin,
      privileged: true,
      deadlineSeconds: 120,
    },
    { doing: `write ${members.map((member) => member.path).join(', ')}` },
    options.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}
