/** Takes the change of an account back on the host itself: its own lines and files, nothing else of the account files. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { HandUndoOp, HandUndoScript } from '../../hand-undo/ops.ts';
import { lockFunctions } from './by-hand-lock.ts';
import { asideSuffix } from './set-aside.ts';

const common = `
set -u
LC_ALL=C; export LC_ALL
mode=$1; s=$2; e=$BULWARK_ROOT/etc
line() { [ -e "$e/$1" ] && awk -F: -v n="$2" '$1 == n { print; exit }' "$e/$1"; }
same() { printf '%s' "$1" | cmp -s - "$2"; }
# An empty file says that there is no such line, so one that could not be written is an error.
record() {
  [ -e "$e/$1" ] || { : > "$3"; return; }
  line "$1" "$2" > "$3" && [ "$(line "$1" "$2")" = "$(cat "$3")" ]
}
# The line of a name becomes what the file holds; an empty file removes it.
edit() {
  [ -e "$e/$1" ] || return 0
  t=$e/$1.bulwark-undo; was=$(sha256sum < "$e/$1")
  cp --preserve=all -- "$e/$1" "$t" 2>/dev/null || cp -p -- "$e/$1" "$t" || return 1
  awk -F: -v n="$2" -v l="$3" '
    BEGIN { have = (getline x < l) > 0 && x != "" }
    $1 == n { if (have && !done) print x; done = 1; next }
    { print }
    END { if (have && !done) print x }' "$e/$1" > "$t" || { rm -f -- "$t"; return 1; }
  [ "$(sha256sum < "$e/$1")" = "$was" ] || { rm -f -- "$t"; echo "/etc/$1 was changed in this moment"; return 1; }
  mv -f -- "$t" "$e/$1" || { rm -f -- "$t"; return 1; }
}
${lockFunctions}`;

/** Arguments: user, then one line `G group` for each group it leaves and `A path` for each file that is set aside. */
const lockScript: HandUndoScript = `${common}
u=$(sed -n 1p "$s/args")
each() {
  "$1" passwd "$u" "$2" || return 1; "$1" shadow "$u" "$2" || return 1
  sed -n 's/^G //p' "$s/args" > "$s/groups" || return 1
  while IFS= read -r g; do "$1" group "$g" "$2" || return 1; "$1" gshadow "$g" "$2" || return 1; done < "$s/groups"
}
store() { record "$1" "$2" "$s/$3.$1.$2"; }
known() {
  now=$(line "$1" "$2")
  [ "$now" = "$(cat "$s/was.$1.$2")" ] && return 0
  [ -e "$s/now.$1.$2" ] && [ "$now" = "$(cat "$s/now.$1.$2")" ] && return 0
  echo "the line of $2 in /etc/$1 is not as Bulwark left it"; return 1
}
back() { [ -e "$s/was.$1.$2" ] && edit "$1" "$2" "$s/was.$1.$2"; }
aside() { sed -n 's/^A //p' "$s/args"; }
case $mode in
  keep)
    each store was && [ -s "$s/was.passwd.$u" ] && aside > "$s/asides" || exit 1
    while IFS= read -r p; do [ ! -f "$BULWARK_ROOT$p" ] || echo "$p" || exit 1; done < "$s/asides" > "$s/there" || exit 1 ;;
  seal) each store now ;;
  check)
    each known - || exit 1
    while IFS= read -r p; do
      a=$BULWARK_ROOT$p${asideSuffix}
      if [ -e "$a" ] && { [ -e "$BULWARK_ROOT$p" ] || [ -L "$BULWARK_ROOT$p" ]; }; then echo "$p came back meanwhile"; exit 1; fi
    done < "$s/there" ;;
  undo)
    while IFS= read -r p; do
      dir=\${p%/*}; name=\${p##*/}
      cd -P -- "$BULWARK_ROOT$dir" && [ "$PWD" = "$BULWARK_ROOT$dir" ] || { echo "$dir cannot be entered"; exit 1; }
      [ ! -e "./$name${asideSuffix}" ] || mv -- "./$name${asideSuffix}" "./$name" || exit 1
    done < "$s/there"
    each back - ;;
esac
`;

/** Arguments: user, group. */
const createScript: HandUndoScript = `${common}
u=$(sed -n 1p "$s/args"); g=$(sed -n 2p "$s/args")
case $mode in
  keep) record passwd "$u" "$s/user" && record group "$g" "$s/group" || exit 1 ;;
  seal) record passwd "$u" "$s/made" || exit 1 ;;
  check)
    [ -s "$s/user" ] && exit 0
    now=$(line passwd "$u")
    [ -z "$now" ] && exit 0
    [ -e "$s/made" ] && [ "$now" = "$(cat "$s/made")" ] && exit 0
    echo "the account $u is not as Bulwark left it"; exit 1 ;;
  undo)
    : > "$s/nothing"
    if [ ! -s "$s/user" ]; then
      id=$(line passwd "$u" | cut -d: -f3)
      if [ -n "$id" ]; then
        for p in /proc/[0-9]*; do
          [ "$(stat -c %u "$p" 2>/dev/null)" = "$id" ] && { echo "processes still run as $u; stop their service first"; exit 1; }
        done
      fi
      edit passwd "$u" "$s/nothing" && edit shadow "$u" "$s/nothing" || exit 1
    fi
    if [ ! -s "$s/group" ]; then
      gid=$(line group "$g" | cut -d: -f3)
      if [ -n "$gid" ] && { [ -n "$(line group "$g" | cut -d: -f4)" ] || awk -F: -v i="$gid" '$4 == i { f = 1 } END { exit !f }' "$e/passwd"; }; then
        echo "the group $g is in use"; exit 1
      fi
      edit group "$g" "$s/nothing" && edit gshadow "$g" "$s/nothing" || exit 1
    fi ;;
esac
`;

export function accountByHand({ user, action }: ChangeOf<'account'>): readonly HandUndoOp[] {
  // Before the account goes, what was put back is read by its service, which then no longer runs under it.
  return action.do === 'create-system'
    ? [{ do: 'restarts' }, { do: 'script', script: createScript, args: [user, action.group] }]
    : [
        {
          do: 'script',
          script: lockScript,
          args: [
            user,
            ...action.leaveGroups.map((group) => `G ${group}`),
            ...[...action.authorizedKeys, ...action.sudoersFiles].map((path) => `A ${path}`),
          ],
        },
      ];
}
