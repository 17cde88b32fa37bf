/**
 * Shell functions that copy a directory with everything it has and compare two directories, for GNU and BusyBox. The
 * calling script stands in its private folder and uses its own names for the files there.
 */

import { goIn } from '../../host-folder.ts';

/**
 * copy FROM TO: owner, mode, times, links, extended attributes and ACLs. GNU cp does all of it; so do rsync and GNU tar;
 * BusyBox tar keeps hard links, which BusyBox cp does not. What a tool could not keep is found by the comparison.
 *
 * manifest DIRECTORY NAME: writes `NAME` with a line per entry (kind, owner, mode, size, time in seconds, security
 * context), the targets of links, which names are one file, attributes and ACLs, and the SHA-256 of every file. XFS shows
 * every ACL a second time, as it lies on its disk (trusted.SGI_ACL_*, which xattr.conf(5) leaves out of copies too): seen on
 * Debian 12.
 *
 * watch DIRECTORY NAME: inode, size, and times of change to the nanosecond of every entry. Two of them are equal when
 * nobody wrote in between: reading does not move these times, and nobody can set the time of an inode's change.
 */
export const copyFunctions = `${goIn}
gnu() { "$1" --version 2>/dev/null | head -n 1 | grep -q GNU; }
copy() (
  # Whoever owns the folder around it cannot put a link in its place any more.
  go_in "$2" && [ "$(stat -c %u .)" = "$(id -u)" ] || return 1
  if gnu cp; then cp -a -- "$1/." ./
  elif command -v rsync >/dev/null 2>&1; then rsync -aHAX --numeric-ids -- "$1/" ./
  else
    keep=; if gnu tar; then keep='--xattrs --acls'; fi
    { (cd "$1" && tar --numeric-owner $keep -cf - .) || : > "$d/copy-failed"; } | tar --numeric-owner $keep -xpf - && [ ! -e "$d/copy-failed" ]
  fi || return 1
  chown "$(stat -c '%u:%g' -- "$1")" . && chmod "$(stat -c %a -- "$1")" . && touch -r "$1" .
)

entries() { # DIRECTORY LIST [find's tests]: names in a fixed order, ended by NUL
  from=$1; list=$2; shift 2
  (cd "$from" && find . -xdev "$@" -print0) > "$list.found" || return 1
  sort -z < "$list.found" > "$list" || return 1
  rm -f "$list.found"
}
each() { # DIRECTORY LIST command ...
  from=$1; list=$PWD/$2; shift 2
  [ -s "$list" ] || return 0
  (cd "$from" && xargs -0 "$@" < "$list")
}
same_file() { # lines "inode name" in the order of the names: each with the first name of its inode
  seen=
  sort -s -n -k 1,1 | while IFS= read -r line; do
    inode=\${line%% *}; name=\${line#* }
    [ "$inode" = "$seen" ] || { seen=$inode; first=$name; }
    printf 'same %s = %s\\n' "$name" "$first"
  done | sort
}
manifest() {
  context=; if [ -e /sys/fs/selinux/enforce ] && stat -c %C -- "$1" >/dev/null 2>&1; then context=' %C'; fi
  entries "$1" list ! -path ./lost+found -type d || return 1
  each "$1" list stat -c "%F %u:%g %a$context %n" -- > "$2" || return 1
  entries "$1" list ! -type d || return 1
  each "$1" list stat -c "%F %u:%g %a %s %Y %h$context %n" -- >> "$2" || return 1
  entries "$1" list ! -path ./lost+found -type d ! -path . || return 1
  each "$1" list stat -c 'time %Y %n' -- >> "$2" || return 1
  entries "$1" list -type l || return 1
  each "$1" list -n 1 readlink >> "$2" || return 1
  entries "$1" list ! -type d -links +1 || return 1
  each "$1" list stat -c '%i %n' -- > links || return 1
  same_file < links >> "$2" || return 1
  if command -v getfattr >/dev/null 2>&1; then
    entries "$1" list ! -path ./lost+found || return 1
    each "$1" list getfattr -h -d -m - -e hex -- > attributes || return 1
    file=
    while IFS= read -r line; do
      case $line in '# file: '*) file=\${line#'# file: '} ;; trusted.SGI_ACL_*) ;; ?*) printf '%s %s\\n' "$file" "$line" ;; esac
    done < attributes | sort >> "$2"
  fi
  entries "$1" list -type f || return 1
  tr -dc '\\0' < list | wc -c > files
  : > "$2.sums"
  each "$1" list -n 32 sha256sum -- > "$2.sums" || return 1
  cat "$2.sums" >> "$2"
}
watch() {
  entries "$1" list || return 1
  each "$1" list stat -c '%i %s %y %z %n' -- > "$2"
}
`;
