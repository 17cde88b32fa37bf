/**
 * Several files that belong together: all are complete beside their places, with final owner and mode, before the first is
 * renamed; then all are renamed one right after the other in the same command. A program that rereads its files every few
 * seconds sees them change within one look. When one rename fails the others are taken back.
 */
import { type Result, succeed } from '../domain/result.ts';
import { attributeFunctions } from './host-attributes.ts';
import { goIn, privateIn } from './host-folder.ts';
import { prelude, runChecked } from './host-script.ts';
import type { HostWriter } from './ports.ts';

// Old files are kept as links to themselves until all is done: taking back restores the very same file. What comes in has
// no name from the first byte: whatever ends the script, no key lies about. A private folder is known again by its
// number: nobody else can move it to another folder, so that `../name` is the same place each time.
const groupScript = `${prelude}${attributeFunctions}${goIn}${privateIn}
tag=$1; total=$2; needs=$3; shift 3
selinux=no; [ -e /sys/fs/selinux/enforce ] && selinux=yes
one=; mv --help 2>&1 | grep -q -e ' -T' && one=-T
base=/run; [ -d $base ] && [ -w $base ] || base=/var/tmp
all=$(mktemp $base/bulwark-group.XXXXXX) || exit 1
each() {
  act=$1; shift; at=0; i=0
  while [ $# -gt 0 ]; do
    p=$1; owner=$2; group=$3; mode=$4; expects=$5; length=$6; listed=$7; shift 7
    d=\${p%/*}; d=\${d:-/}; n=\${p##*/}; w=.bulwark-$tag-$i
    $act || return $?
    at=$((at + listed)); [ "$length" = - ] || at=$((at + length))
    i=$((i + 1))
  done
}
input() { tail -c "+$((at + 1 + $1))" < /proc/self/fd/3 | head -c "$2"; }
look() {
  [ -d "$d" ] || return 44
  go_in "$d" || return $?
  if [ -L "./$n" ]; then return 46; fi
  if [ -e "./$n" ] && [ ! -f "./$n" ]; then return 45; fi
  return 0
}
enter() {
  eval "known=\\\${private_$i-}"
  [ -n "$known" ] && cd -P -- "\${d%/}/$w" 2>/dev/null && only_own && [ "$(stat -c '%d:%i' .)" = "$known" ] || return 50
}
build() {
  look || return $?
  made=$((i + 1))
  # Not known by number yet, so \`drop\` would leave it.
  private_in "$w" || { s=$?; [ "\${PWD##*/}" != "$w" ] || cd -P ..; rmdir -- "./$w" 2>/dev/null; return $s; }
  eval "private_$i=\\$(stat -c '%d:%i' .)"
  t=../$n; new=yes
  if [ -e "$t" ]; then
    new=no
    ln -- "$t" ./old 2>/dev/null || cp --preserve=all -- "$t" ./old 2>/dev/null || cp -p -- "$t" ./old || return 1
  fi
  [ "$length" = - ] && return 0
  if [ $new = no ]; then cp --preserve=all -- "$t" ./f 2>/dev/null || cp -p -- "$t" ./f || return 1; fi
  input "$listed" "$length" > ./f || return 1
  [ "$(wc -c < ./f)" -eq "$length" ] || { echo 'No space left on device' >&2; return 1; }
  if [ -n "$owner$group" ]; then chown -h "$owner\${group:+:$group}" ./f || return 1; fi
  if [ $selinux = yes ] && [ $new = no ]; then chcon --reference="$t" ./f 2>/dev/null || true; fi
  if [ "$listed" -gt 0 ]; then set_attributes ./f "$(input 0 "$listed")" || return $?
  elif [ $new = no ]; then set_attributes ./f "$(capability_of "$t")" || return $?; fi
  if [ -n "$mode" ]; then chmod "$mode" ./f || return 1; elif [ $new = yes ]; then chmod 600 ./f || return 1
  else chmod "$(stat -c %a -- "$t")" ./f || return 1; fi
  sync ./f 2>/dev/null || fsync ./f 2>/dev/null || sync
}
still() {
  enter || return $?
  t=../$n
  case $expects in
    '') ;;
    absent) if [ -e "$t" ] || [ -L "$t" ]; then return 47; fi ;;
    *) [ -f "$t" ] && [ ! -L "$t" ] || return 47
       [ "$(sha256sum < "$t" | cut -d' ' -f1)" = "$expects" ] || return 47 ;;
  esac
}
go() {
  enter || return $?
  if [ "$length" = - ]; then rm -f -- "../$n" || return 1; return 0; fi
  [ ! -d "../$n" ] && mv -f $one -- ./f "../$n"
}
back() {
  # What still holds its new content was never renamed.
  enter || { mixed=yes; return 0; }
  if [ "$length" != - ] && [ -e ./f ]; then return 0; fi
  if [ -e ./old ]; then mv -f $one -- ./old "../$n" || mixed=yes
  elif [ "$length" != - ]; then rm -f -- "../$n" || mixed=yes; fi
  return 0
}
after() {
  enter || return 0
  if [ $selinux = yes ] && [ "$length" != - ] && [ "$listed" = 0 ] && [ ! -e ./old ]; then restorecon -- "../$n" 2>/dev/null || true; fi
  drop
  sync . 2>/dev/null || fsync . 2>/dev/null || sync
}
drop() { [ $i -lt $made ] || return 0; enter && rm -f ./f ./old && cd -P .. && rm -rf -- "./$w"; return 0; }
clean() { rm -f -- "$all"; each drop "$@"; }
made=0; mixed=no
trap 'clean "$@"' EXIT
trap 'exit 130' HUP INT TERM
exec 4> "$all" 3< "$all" && rm -f -- "$all" || exit 1
cat >&4 || exit 1
exec 4>&-
[ "$(wc -c < /proc/self/fd/3)" -eq "$total" ] || exit 52
each look "$@" || exit $?
each build "$@" || exit $?
each still "$@" || exit $?
if [ -n "$needs" ] && [ ! -e "$needs" ]; then exit 53; fi
trap '' HUP INT TERM
each go "$@" || { each back "$@"; [ $mixed = no ] || exit 54; exit 1; }
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
 * link), FILE_CHANGED_UNDERNEATH, PRECONDITION_FAILED (no such folder), GUARD_FIRED (`onlyWhile` is gone), COMMAND_FAILED; only where its
 * text says that some are new, somebody kept them from being taken back. A lost connection is not known to be either.
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
  // Lists of attributes travel with the content: a command holds only a few of them.
  const lists = members.map(({ attributes = '' }) => new TextEncoder().encode(attributes));
  const total = members.reduce(
    (sum, { bytes }, index) => sum + (lists[index]?.length ?? 0) + (bytes?.length ?? 0),
    0,
  );
  const stdin = new Uint8Array(total);
  let at = 0;
  for (const [index, { bytes }] of members.entries()) {
    for (const part of [lists[index] ?? new Uint8Array(), bytes ?? new Uint8Array()]) {
      stdin.set(part, at);
      at += part.length;
    }
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
        ...members.flatMap((member, index) => [
          member.path,
          member.owner ?? '',
          member.group ?? '',
          member.mode ?? '',
          member.expects ?? '',
          member.bytes === undefined ? '-' : String(member.bytes.length),
          String(lists[index]?.length ?? 0),
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
