/**
 * Shell functions that put the tables of a host (fstab, crypttab, a drop-in) into their new state and back. The calling script
 * stands in its private folder with `edits` (a path a line) and, per line, `edit-N.old` and `edit-N.new`; it has `exists`,
 * `flush` and `direction`. No table is ever replaced by one that was not written completely: on a full disk
 * (seen: /etc/fstab empty after its disk filled up between two tables) the old file comes back by its other name.
 */
export const tableFunctions = `
alike() { # two files, a missing one stands for none
  if exists "$1" && exists "$2"; then cmp -s -- "$1" "$2"; else ! exists "$1" && ! exists "$2"; fi
}
put() { # WANTED TARGET EXPECTED
  t=$2.bulwark-new; rm -f -- "$t"
  alike "$1" "$2" && return 0
  alike "$3" "$2" || return 1
  if [ ! -e "$1" ]; then rm -f -- "$2"; rmdir -- "\${2%/*}" 2>/dev/null; return 0; fi
  [ -d "\${2%/*}" ] || mkdir -m 755 -- "\${2%/*}" || return 1
  # On a full disk nothing new can be written: the very file that was there waits under a second name.
  if exists "$2.bulwark-old" && alike "$1" "$2.bulwark-old"; then mv -f -- "$2.bulwark-old" "$2" && flush "\${2%/*}"; return; fi
  if [ -e "$2" ]; then cp --preserve=all -- "$2" "$t" 2>/dev/null || cp -p -- "$2" "$t"
  else : > "$t" && chmod 644 "$t"
  fi && cat "$1" > "$t" && flush "$t" || { rm -f -- "$t"; return 1; }
  [ ! -e "$2" ] || ln -f -- "$2" "$2.bulwark-old" 2>/dev/null
  mv -f -- "$t" "$2" && flush "\${2%/*}"
}
less() { # FILE LINE: what somebody else wrote into it meanwhile stays, only our line goes
  grep -qxF -- "$2" "$1" || return 0
  t=$1.bulwark-new
  { cp --preserve=all -- "$1" "$t" 2>/dev/null || cp -p -- "$1" "$t"; } && { grep -vxF -- "$2" "$1" > "$t"; [ $? -le 1 ]; } && flush "$t" && mv -f -- "$t" "$1" && return 0
  rm -f -- "$t"; return 1
}
tables() { # new or old: all of them, or none is the caller's business to undo
  n=0; result=0
  if [ "$1" = new ]; then other=old; else other=new; fi
  while IFS= read -r target; do
    n=$((n + 1))
    put "edit-$n.$1" "$target" "edit-$n.$other" && continue
    echo "not as expected: $target"
    [ "$direction-$1" = there-old ] && [ -e "edit-$n.old" ] && less "$target" "$(tail -n 1 "edit-$n.new")" || result=1
  done < edits
  systemctl daemon-reload
  return $result
}
expected() { # whether the tables are as they were read, before anything is renamed
  n=0
  while IFS= read -r target; do
    n=$((n + 1))
    alike "edit-$n.old" "$target" || alike "edit-$n.new" "$target" || { echo "changed meanwhile: $target"; return 1; }
  done < edits
}
`;
