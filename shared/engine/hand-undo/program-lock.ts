/**
 * Functions of the program on the host that keep it from working beside somebody: it refuses while the host's lock is held or a
 * guard is armed, and holds the lock itself meanwhile. The forms are those of `lock.ts` and `guard-scripts.ts`.
 */
export const lockFunctions = `
run=$root/run/bulwark
told() { sed -n "$1p" "$2" 2>/dev/null | tr -d '[:cntrl:]'; }

# Prints who works on this host, a sentence each.
others() {
  if [ -e "$run/lock" ]; then
    beat=$(stat -c %Y "$run/lock/info" 2>/dev/null || stat -c %Y "$run/lock" 2>/dev/null || date +%s)
    owner=$(told 2 "$run/lock/info"); since=$(told 3 "$run/lock/info")
    echo "\${owner:-somebody} has been working on this host since \${since:-a short while}; the last sign of life was $((($(date +%s) - beat) / 60)) minutes ago."
  fi
  for mark in "\${d%/*}"/guard/*/armed "\${d%/*}"/guard/*/firing; do
    [ -e "$mark" ] || continue
    owner=$(told 1 "\${mark%/*}/owner"); fires=$(cat "\${mark%/*}/fires" 2>/dev/null || echo 0)
    seconds=$((\${fires:-0} - $(date +%s)))
    echo "\${owner:-somebody} is changing the access to this host under a guard, which puts back what it holds $([ "$seconds" -gt 0 ] && echo "in $seconds seconds" || echo now)."
  done
}

release() {
  [ "$(told 1 "$run/lock/info")" = "$token" ] && rm -rf "$run/lock"
  [ "\${made:-}" = yes ] && rmdir "$run" 2>/dev/null
  return 0
}

hold() {
  said=$(others)
  if [ -n "$said" ]; then
    if [ $break = no ]; then
      echo "Nothing was taken back."
      echo "$said"
      echo "Wait until they are done. When nobody is there any more, because their machine is gone: sh $0 --break-lock"
      exit 75
    fi
    echo "$said" | sed 's/^/note     /'
  fi
  token=by-hand-$$-$(date +%s)
  [ -d "$run" ] || made=yes
  mkdir -p -m 700 "$run" && [ ! -L "$run" ] && [ "$(stat -c %u "$run")" = "$(id -u)" ] || return 1
  trap release EXIT
  trap 'exit 130' INT TERM HUP
  rm -rf "$run/new.$token"; mkdir "$run/new.$token" || return 1
  printf '%s\\n' "$token" 'root, by hand' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" undo - > "$run/new.$token/info" || { rm -rf "$run/new.$token"; return 1; }
  if [ $break = yes ] && [ -e "$run/lock" ]; then mv "$run/lock" "$run/old.$token"; rm -rf "$run/old.$token"; fi
  if mkdir "$run/lock" 2>/dev/null; then mv "$run/new.$token/info" "$run/lock/info"; rmdir "$run/new.$token"; return 0; fi
  rm -rf "$run/new.$token"
  echo "Nothing was taken back: somebody has just begun to work on this host."
  exit 75
}
`;
