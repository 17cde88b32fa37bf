/**
 * A folder that root works in, while an unprivileged service user may own it or one above it. The script goes in once and
 * then uses names relative to where it stands (`./name`, `../name` out of a private folder): whatever takes the folder's path
 * meanwhile, it cannot lead root anywhere else. Out of a private folder the way is `cd -P ..`: a plain `cd ..` takes the last part
 * off the remembered path and goes to what stands there by now.
 */

/**
 * Shell function `go_in FOLDER`: 0 when the script stands in it, 44 when there is none, 50 when the way in cannot be trusted.
 * A path without links is entered in one step. Links are followed one by one: those of root always, those of anybody else
 * only into a folder of the same user, as the kernel does it in sticky folders (proc(5), `protected_symlinks`). A link that
 * is exchanged while it is read has another number or time of change (inode(7)).
 */
export const goIn = `
go_in() {
  cd -P -- "$1" 2>/dev/null || return 44
  [ "$PWD" = "$1" ] && return 0
  go_rest=$1 go_owner= go_hops=0
  cd / || return 1
  while [ -n "$go_rest" ]; do
    case $go_rest in /*) go_rest=\${go_rest#/}; continue ;; esac
    go_part=\${go_rest%%/*}; go_rest=\${go_rest#"$go_part"}
    if [ -L "./$go_part" ]; then
      go_hops=$((go_hops + 1)); [ $go_hops -le 40 ] || return 50
      go_seen=$(stat -c '%u %i %z' -- "./$go_part" 2>/dev/null) && go_to=$(readlink -- "./$go_part") && [ -n "$go_to" ] || return 50
      [ "$go_seen" = "$(stat -c '%u %i %z' -- "./$go_part" 2>/dev/null)" ] || return 50
      case \${go_seen%% *} in
        0) ;;
        "\${go_owner:-\${go_seen%% *}}") go_owner=\${go_seen%% *} ;;
        *) return 50 ;;
      esac
      case $go_to in /*) cd / || return 1 ;; esac
      go_rest=$go_to$go_rest
    else
      case $go_part in
        .) continue ;;
        ..) go_want=\${PWD%/*} ;;
        *) go_want=\${PWD%/}/$go_part ;;
      esac
      cd -P -- "./$go_part" 2>/dev/null || return 44
      [ "$PWD" = "\${go_want:-/}" ] || return 50
    fi
  done
  [ -z "$go_owner" ] || [ "$(stat -c %u .)" = "$go_owner" ] || return 50
}
`;

/**
 * Shell functions for a private folder inside the one that the script stands in. `private_in NAME` makes it anew and goes
 * in; 50 when it is not root's alone. From then on the target is `../name`: root's folder cannot be moved elsewhere by others.
 */
export const privateIn = `
only_own() { [ "$(stat -c '%u %a' .)" = "$(id -u) 700" ] || { chmod g-s . && [ "$(stat -c '%u %a' .)" = "$(id -u) 700" ]; } }
private_in() {
  rm -rf -- "./$1" && mkdir -m 700 -- "./$1" || return 1
  cd -P -- "./$1" && [ "\${PWD##*/}" = "$1" ] && only_own || return 50
}
`;
