import { keepCapabilities } from '../host-attributes.ts';
import { goIn, privateIn } from '../host-folder.ts';

/**
 * Functions of the program for one item: `$item` is its folder, `$n` the number of an op, `$root` stands before every path.
 *
 * Hazard: on a full disk a redirection leaves an empty file, and an empty list reads as "nothing to do". What writes a file that
 * is read later therefore has its status looked at.
 */
export const itemFunctions = `${goIn}${privateIn}
part() { tail -c +$((\${1%:*} + 1)) "$item/data" | head -c "\${1#*:}"; }

mark() {
  if [ -L "$1" ]; then echo other
  elif [ ! -e "$1" ]; then echo absent
  elif [ ! -f "$1" ]; then echo other
  else echo "$(stat -c '%u:%g %a' -- "$1") $(sha256sum < "$1" | cut -d' ' -f1)"; fi
}

# Runs a command for which a file that vanished meanwhile is no error.
gone_or() {
  { said=$("$@" 2>&1 >&3 3>&-); } 3>&1 && return 0
  [ -n "$said" ] && ! printf '%s\\n' "$said" | grep -qv ': No such file or directory$' && return 0
  printf '%s\\n' "$said" >&2
  return 1
}

# \`there\` tells whether any of the paths exists.
listing() {
  there=no
  part "$1" > "$item/$n.paths" && [ "$(wc -c < "$item/$n.paths")" -eq "\${1#*:}" ] || return 1
  while IFS=$tab read -r how p; do
    [ -e "$root$p" ] && [ ! -L "$root$p" ] || continue
    there=yes
    if [ "$how" = R ]; then gone_or find "$root$p" -xdev ! -path "*$nl*" -exec stat -c '%u %g %a %n' {} + || return 1
    else gone_or stat -c '%u %g %a %n' -- "$root$p" || return 1; fi
  done < "$item/$n.paths" > "$item/$n.raw" || return 1
  sort -u "$item/$n.raw" || return 1
  rm -f -- "$item/$n.raw"
}

capabilities() (
${keepCapabilities})

unit_state() { systemctl is-active "$1" 2>/dev/null </dev/null; }

keep() {
  n=0
  while IFS=$tab read -r op a b rest; do
    n=$((n + 1))
    case $op in
      file)
        mark "$root$rest" > "$item/$n.was" || exit 1
        case $(cat "$item/$n.was") in
          other) exit 45 ;;
          absent) ;;
          *) cp --preserve=all -- "$root$rest" "$item/$n.file" 2>/dev/null || cp -p -- "$root$rest" "$item/$n.file" || exit 1 ;;
        esac ;;
      folder) if [ -d "$root$rest" ]; then echo there; else echo absent; fi > "$item/$n.was" || exit 1 ;;
      modes) listing "$a" > "$item/$n.was" || exit 1 ;;
      restart) unit_state "$rest" > "$item/$n.was" ;;
      script)
        mkdir "$item/$n.state" && part "$a" > "$item/$n.sh" && part "$b" > "$item/$n.state/args" || exit 1
        sh "$item/$n.sh" keep "$item/$n.state" </dev/null || exit 1 ;;
    esac
  done < "$item/ops"
  return 0
}

seal() {
  n=0
  while IFS=$tab read -r op a b rest; do
    n=$((n + 1))
    case $op in
      file) mark "$root$rest" > "$item/$n.now" || exit 1 ;;
      modes) listing "$a" > "$item/$n.now" || exit 1 ;;
      script) sh "$item/$n.sh" seal "$item/$n.state" </dev/null || exit 1 ;;
    esac
  done < "$item/ops"
  : > "$item/sealed"
}

# Prints what has to be set ("set uid:gid mode path") and what somebody changed ("drift uid:gid mode path").
differences() {
  now=$item/$n.now; [ -e "$item/sealed" ] || now=/dev/null
  listing "$a" > "$item/$n.cur" || return 1
  [ -s "$item/$n.cur" ] || [ ! -s "$item/$n.was" ] || [ $there = no ] || return 1
  awk -v sealed="$([ -e "$item/sealed" ] && echo 1 || echo 0)" '
    { path = $0; sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", path) }
    f == 1 { u[path] = $1; g[path] = $2; m[path] = $3; next }
    f == 2 { nu[path] = $1; ng[path] = $2; nm[path] = $3; next }
    path in u {
      if ($1 == u[path] && $2 == g[path] && $3 == m[path]) next
      ours = sealed && (path in nu) && ($1 == u[path] || $1 == nu[path]) && ($2 == g[path] || $2 == ng[path]) && ($3 == m[path] || $3 == nm[path])
      print (ours ? "set" : "drift") " " u[path] ":" g[path] " " m[path] " " path
      next
    }
    sealed {
      # Made since: it goes to whoever owned its folder before, when it has the owner that the change brought.
      q = path
      while (sub(/\\/[^\\/]*$/, "", q) && q != "") if (q in u) break
      if (q in u && q in nu && nu[q] != u[q] && $1 == nu[q]) print "set " u[q] ":" g[q] " - " path
    }
  ' f=1 "$item/$n.was" f=2 "$now" f=3 "$item/$n.cur"
}

to_set() {
  differences > "$item/$n.todo" || { why="the host could not list owners and modes"; return 1; }
}

# A program keeps its capabilities, which the kernel takes away with every change of owner. Six digits make GNU chmod clear the
# set-id bits of a folder too. What a service makes meanwhile ("-") is not waited for.
set_modes() {
  to_set || return 1
  bad=
  while IFS=' ' read -r _ own mode path; do
    dir=\${path%/*}; name=\${path##*/}
    ( cd -P -- "\${dir:-/}" && [ "$PWD" = "\${dir:-/}" ] || exit 1
      runs=no
      if [ -f "./$name" ] && [ ! -L "./$name" ]; then
        [ ! -x "./$name" ] || runs=yes
        case $mode in *[1357]*) runs=yes ;; esac
      fi
      [ $runs = no ] || { capabilities get "$item/$n.kept" "./$name"; capabilities put "$item/$n.kept"; } || exit 1
      chown -h "$own" "./$name" || exit 1
      [ "$mode" = - ] || [ -L "./$name" ] || chmod "00$mode" "./$name" || exit 1
      [ $runs = no ] || capabilities put "$item/$n.kept" ) </dev/null || bad=\${bad:-$path}
  done < "$item/$n.todo" || return 1
  [ -z "$bad" ] || { why="owner or mode of $bad could not be set"; return 1; }
  to_set || return 1
  bad=$(sed -n '/^[a-z]* [^ ]* - /d; s/^[a-z]* [^ ]* [^ ]* //p' "$item/$n.todo" | head -n 1)
  [ -z "$bad" ] || { why="owner or mode of $bad could not be set"; return 1; }
}

check() {
  n=0
  while IFS=$tab read -r op a b rest; do
    n=$((n + 1))
    case $op in
      file)
        cur=$(mark "$root$rest")
        [ "$cur" = "$(cat "$item/$n.was")" ] && continue
        if [ -e "$item/sealed" ]; then [ "$cur" = "$(cat "$item/$n.now")" ] && continue
        elif [ "$a" != - ] && [ "\${cur##* }" = "$a" ]; then continue; fi
        [ "$cur" != other ] && [ $force = yes ] && continue
        why="$rest is not as Bulwark left it"; return 1 ;;
      modes)
        to_set || return 1
        if [ $there = no ] && [ -s "$item/$n.was" ] && [ $force = no ]; then why="what it concerns is no longer there"; return 1; fi
        grep -q '^drift' "$item/$n.todo" && [ $force = no ] || continue
        why="owner or mode of $(sed -n 's/^drift [^ ]* [^ ]* //p' "$item/$n.todo" | head -n 1) is not as Bulwark left it"; return 1 ;;
      script)
        said=$(sh "$item/$n.sh" check "$item/$n.state" 2>&1 </dev/null) && continue
        [ $force = yes ] && continue
        why=\${said:-it is not as Bulwark left it}; return 1 ;;
    esac
  done < "$item/ops"
  return 0
}

# The private folder has the same name each time: what an end in the middle left there goes with the next run.
put_file() {
  was=$(cat "$item/$n.was")
  dir=\${1%/*}; w=.bulwark-undo
  if [ "$(mark "$1")" = "$was" ]; then
    [ ! -d "$dir/$w" ] || ( go_in "\${dir:-/}" && rm -rf -- "./$w" ) || :
    return 0
  fi
  [ ! -L "$1" ] || return 1
  [ -d "\${dir:-/}" ] || return 1
  ( go_in "\${dir:-/}" || exit 1
    if [ "$was" = absent ]; then rm -f -- "./\${1##*/}"; exit; fi
    t=../\${1##*/}
    trap '[ "\${PWD##*/}" != "$w" ] || cd -P ..; rm -rf -- "./$w"' EXIT
    trap 'exit 130' INT TERM HUP
    private_in "$w" || exit 1
    cp --preserve=all -- "$item/$n.file" ./f 2>/dev/null || cp -p -- "$item/$n.file" ./f || exit 1
    [ "$(mark ./f)" = "$was" ] || exit 1
    sync
    one=; mv --help 2>&1 | grep -q -e ' -T' && one=-T
    [ ! -d "$t" ] && mv -f $one -- ./f "$t" )
}

undo() {
  n=0
  while IFS=$tab read -r op a b rest; do
    n=$((n + 1))
    case $op in
      file) put_file "$root$rest" || { why="$rest could not be put back"; return 1; } ;;
      folder) [ "$(cat "$item/$n.was")" = there ] || rmdir "$root$rest" 2>/dev/null ;;
      modes) set_modes || return 1 ;;
      reload) systemctl daemon-reload </dev/null || { why="systemd did not read its units again"; return 1; } ;;
      restart) printf '%s %s\\n' "$rest" "$(cat "$item/$n.was")" >> "$d/pending" || { why="the restart of $rest could not be noted"; return 1; } ;;
      restarts) restarts ;;
      script) why=$(sh "$item/$n.sh" undo "$item/$n.state" 2>&1 </dev/null) || return 1 ;;
    esac
  done < "$item/ops"
  return 0
}

restarts() {
  [ -e "$d/pending" ] || return 0
  for unit in $(cut -d' ' -f1 "$d/pending" | sort -u); do
    how=restart
    grep -Eq "^$unit (inactive|failed)$" "$d/pending" && how=stop
    if systemctl $how "$unit" </dev/null; then
      echo "\${how}ed $unit" | sed 's/^stoped/stopped/'
      grep -v "^$unit " "$d/pending" > "$d/pending.new"; [ $? -gt 1 ] || mv "$d/pending.new" "$d/pending"
    else
      echo "failed   $unit did not $how; look at: journalctl -u $unit"; left=1
    fi
  done
  [ -s "$d/pending" ] || rm -f "$d/pending"
}
`;
