/**
 * Functions of the program on the host that keep it from working beside somebody: it refuses while the host's lock is held or a
 * guard is armed, and holds the lock itself meanwhile. The forms are those of `lock.ts` and `guard-scripts.ts`.
 *
 * Every lock and guard has a word that names it. It goes on past those whose words were given, which are those that the operator
 * was shown: whoever took the host since then is shown first.
 */
export const lockFunctions = `
run=$root/run/bulwark
told() { sed -n "$1p" "$2" 2>/dev/null | tr -d '[:cntrl:]'; }

plain() { tr -cd 'A-Za-z0-9._-'; }
# What names the lock of the folder $1.
named() { word=$(told 1 "$1/info" | plain); echo "\${word:-unnamed}"; }

# Prints who works on this host, a line each: what names it, then a sentence.
others() {
  if [ -e "$run/lock" ]; then
    printf '%s ' "$(named "$run/lock")"
    beat=$(stat -c %Y "$run/lock/info" 2>/dev/null || stat -c %Y "$run/lock" 2>/dev/null || date +%s)
    owner=$(told 2 "$run/lock/info"); since=$(told 3 "$run/lock/info")
    echo "\${owner:-somebody} has been working on this host since \${since:-a short while}; the last sign of life was $((($(date +%s) - beat) / 60)) minutes ago."
  fi
  for mark in "\${d%/*}"/guard/*/armed "\${d%/*}"/guard/*/firing; do
    [ -e "$mark" ] || continue
    owner=$(told 1 "\${mark%/*}/owner"); fires=$(cat "\${mark%/*}/fires" 2>/dev/null || echo 0)
    seconds=$((\${fires:-0} - $(date +%s)))
    word=\${mark%/*}
    printf '%s ' "$(printf '%s' "\${word##*/}" | plain)"
    echo "\${owner:-somebody} is changing the access to this host under a guard, which puts back what it holds $([ "$seconds" -gt 0 ] && echo "in $seconds seconds" || echo now)."
  done
}

release() {
  [ "$(told 1 "$run/lock/info")" = "$token" ] && rm -rf "$run/lock"
  [ "\${made:-}" = yes ] && rmdir "$run" 2>/dev/null
  return 0
}

hold() {
  others=$(others)
  words=$(printf '%s\\n' "$others" | cut -d' ' -f1 | sort -u)
  said=$(printf '%s\\n' "$others" | cut -d' ' -f2-)
  if [ -n "$others" ]; then
    for word in $words; do
      case ",$break," in *",$word,"*) continue ;; esac
      echo "Nothing was taken back."
      echo "$said"
      echo "Wait until they are done. When nobody is there any more, because their machine is gone: sh $0 --break-lock=$(printf '%s' "$words" | tr '\\n' ,)"
      exit 75
    done
    echo "$said" | sed 's/^/note     /'
  fi
  token=by-hand-$$-$(date +%s)
  [ -d "$run" ] || made=yes
  mkdir -p -m 700 "$run" && [ ! -L "$run" ] && [ "$(stat -c %u "$run")" = "$(id -u)" ] || return 1
  trap release EXIT
  trap 'exit 130' INT TERM HUP
  rm -rf "$run/new.$token"; mkdir "$run/new.$token" || return 1
  printf '%s\\n' "$token" 'root, by hand' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" undo - > "$run/new.$token/info" || { rm -rf "$run/new.$token"; return 1; }
  if [ -n "$break" ] && [ -e "$run/lock" ]; then
    old=$run/old.$token
    mv "$run/lock" "$old"
    case ",$break," in
      *",$(named "$old"),"*) rm -rf "$old" ;;
      # Somebody else took it in this moment: it is theirs.
      *) [ -e "$run/lock" ] || mv "$old" "$run/lock"; rm -rf "$old" ;;
    esac
  fi
  if mkdir "$run/lock" 2>/dev/null; then mv "$run/new.$token/info" "$run/lock/info"; rmdir "$run/new.$token"; return 0; fi
  rm -rf "$run/new.$token"
  echo "Nothing was taken back: somebody has just begun to work on this host."
  exit 75
}
`;
