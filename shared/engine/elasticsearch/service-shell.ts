/**
 * Stops and starts a service from a script that runs on the host by itself. The script sets `unit`, `port` (of
 * Elasticsearch's HTTP interface; 0 for a service that has none) and `seconds` (that a start may take).
 */
export const serviceFunctions = `seconds_up() { # by a clock that nobody sets (proc(5)), and where that is not there by the other one
  up=; { read -r up rest < /proc/uptime; } 2>/dev/null
  case $up in '' | *[!0-9.]*) date +%s ;; *) echo "\${up%%.*}" ;; esac
}
value() { systemctl show -p "$1" --value -- "$unit" 2>/dev/null; }
hex=$(printf '%04X' "$port")
listening() { grep -hE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:0000 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null; }
ended() { # $1 half seconds to wait for it
  t=0
  while [ $t -lt "$1" ]; do
    case $(value ActiveState) in inactive|failed) [ -n "$(listening)" ] || return 0 ;; esac
    sleep 0.5; t=$((t + 1))
  done
  return 1
}

stop_node() {
  systemctl --no-block stop -- "$unit"
  ended 600
}

answers() { # $1 tls or any
  if [ "$port" = 0 ]; then sleep 3; [ "$(value ActiveState)" = active ]; return; fi
  where=$(listening | sed -n 's/^ *[0-9]*: \\([0-9A-F]*\\):.*/\\1/p')
  [ -n "$where" ] || return 1
  at=
  for w in $where; do
    case $w in
      00000000|*7F|00000000000000000000000000000000) at=127.0.0.1 ;;
      ????????) [ -n "$at" ] || at=$(printf '%d.%d.%d.%d' 0x\${w#??????} 0x$(echo $w | cut -c5-6) 0x$(echo $w | cut -c3-4) 0x$(echo $w | cut -c1-2)) ;;
    esac
  done
  [ -n "$at" ] || return 0
  if [ "$1" = tls ]; then
    if command -v curl >/dev/null 2>&1; then
      case $(curl -sk --max-time 10 -o /dev/null -w '%{http_code}' "https://$at:$port/_cluster/health") in 401|503) return 0 ;; *) return 1 ;; esac
    elif command -v openssl >/dev/null 2>&1; then
      echo | openssl s_client -connect "$at:$port" >/dev/null 2>&1
      return
    fi
  elif command -v curl >/dev/null 2>&1; then
    for scheme in http https; do
      case $(curl -sk --max-time 10 -o /dev/null -w '%{http_code}' "$scheme://$at:$port/_cluster/health") in 000|'') ;; *) return 0 ;; esac
    done
    return 1
  fi
  sleep 3
  [ -n "$(listening)" ]
}

start_node() { # $1 what it must speak
  systemctl daemon-reload
  systemctl reset-failed -- "$unit" 2>/dev/null
  systemctl --no-block start -- "$unit"
  tries=$(value NRestarts); idle=0; end=$(($(seconds_up) + seconds))
  while [ "$(seconds_up)" -lt $end ]; do
    now=$(value ActiveState); again=$(value NRestarts)
    [ "$now" != failed ] && [ "$(value SubState)" != auto-restart ] && [ "\${again:-0}" -le "\${tries:-0}" ] || return 1
    tries=$again
    if [ "$now" = active ] && answers "$1"; then return 0; fi
    if [ "$now" = inactive ]; then idle=$((idle + 1)); [ $idle -lt 10 ] || return 1; else idle=0; fi
    sleep 1
  done
  return 1
}
`;
