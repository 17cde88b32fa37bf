/**
 * The program that lies on the host and takes back what is kept beside it, newest first. It restores an item only when all of
 * it is still as Bulwark left it, says so otherwise, and goes on with the others. While somebody works on the host it refuses.
 *
 * Hazard: files and folders may belong to an unprivileged user who renames them meanwhile. Files are built in a private folder
 * that the program stands in; owners and modes are set from inside a folder whose path was resolved and compared; names with
 * a line end are left out of lists, because they could forge a line.
 */
import { itemFunctions } from './program-items.ts';
import { lockFunctions } from './program-lock.ts';

export const undoProgram = `#!/bin/sh
# Written by Bulwark. Takes back on this host what was changed here; "list" shows what it holds.
set -u
LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
umask 077
unset CDPATH
d=$(readlink -f -- "$0" 2>/dev/null); [ -n "$d" ] || d=$0
case $d in */*) d=\${d%/*}; d=\${d:-/} ;; *) d=. ;; esac
d=$(cd -P -- "$d" && pwd -P) || exit 70
tab=$(printf '\\t')
nl='
'
[ "$(id -u)" = "$(stat -c %u "$d" 2>/dev/null)" ] || { echo "This needs root: sudo sh $0" >&2; exit 77; }
root=$(cat "$d/root") || exit 70
BULWARK_ROOT=$root; export BULWARK_ROOT
cd / || exit 70
force=no; left=0
${itemFunctions}
${lockFunctions}
case \${1:-} in
  .keep) item=$2; keep; exit ;;
  .seal) item=$2; seal; exit ;;
  list)
    for name in $(ls "$d/items"); do
      item=$d/items/$name
      printf '%s\\t' "$name" "$([ -e "$item/sealed" ] && echo complete || echo begun)"
      tr '\\n' '\\t' < "$item/about"
      sed -n "s/^left$tab-$tab-$tab//p" "$item/ops" 2>/dev/null | head -n 1 | tr -d '\\n'; echo
    done
    exit 0 ;;
esac
break=
for word; do
  case $word in
    --force) force=yes ;;
    --break-lock=?*) break=$break,\${word#*=} ;;
    *) echo "usage: sh $0 [list | --force | --break-lock=NAME, as shown while somebody works here]" >&2; exit 64 ;;
  esac
done
[ -d "$d/items" ] || { echo "Nothing is kept in $d."; exit 70; }
# A disk that is full, or no folder for it, must not keep the host from being put back.
hold || echo "note     the lock of this host could not be taken; see that nobody else works on it"
names=$(ls -r "$d/items") || exit 70
stands=
for name in $names; do
  item=$d/items/$name
  title=$(sed -n 1p "$item/about")
  node=no; grep -q '^node' "$item/ops" && node=yes
  if [ -n "$stands" ] && [ $node = yes ]; then
    echo "left     $title: a later step still rests on it: $stands"; left=1; continue
  fi
  why=
  if [ ! -f "$item/ops" ]; then
    echo "failed   $title: what has to be done is missing in $item"
  elif grep -q '^left' "$item/ops"; then
    why=$(sed -n "s/^left$tab-$tab-$tab//p" "$item/ops")
    echo "left     $title: $why"
  elif ! check; then
    echo "drift    $title: $why. Nothing of it was restored."
  elif ! undo; then
    echo "failed   $title: \${why:-see above}"
  else
    echo "undone   $title"
    rm -rf -- "$item"
    continue
  fi
  left=1
  [ $node = yes ] && stands=$title
done
restarts
sync
if [ $left -ne 0 ]; then
  echo "Not everything could be taken back. What is left stays in $d; run this again once the cause is gone."
  echo "With --force what somebody changed since is overwritten as well."
  exit 1
fi
echo "Everything that Bulwark kept here was taken back."
rm -rf -- "$d" && rmdir "\${d%/*}" 2>/dev/null
exit 0
`;
