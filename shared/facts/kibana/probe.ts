import { statFormat } from '../parse.ts';

/**
 * Finds Kibana by its unit (`ExecStart=…/bin/kibana`), then by the directories where it is usually unpacked, and prints its
 * files. Arguments are printed as names only. The keystore is printed as it is; without a password its encryption protects
 * nothing, so only names and lengths are taken out of it and nothing else of it is kept.
 */
export const kibanaProbe = String.raw`
first() { sed -n "$1" | head -n 1; }
unit= units=0 home= conf= pid= user= elsewhere=0
if command -v systemctl >/dev/null 2>&1; then
  found=$(grep -lsE '^ExecStart=[-@:+!]*"?/[^ "]*/bin/kibana("| |$)' /etc/systemd/system/*.service /run/systemd/system/*.service \
    /usr/local/lib/systemd/system/*.service /usr/lib/systemd/system/*.service /lib/systemd/system/*.service | sed 's:.*/::' | sort -u)
  units=$(printf '%s' "$found" | grep -c .)
  unit=$(printf '%s\n' "$found" | head -n 1)
fi
if [ -n "$unit" ]; then
  shown=$(systemctl show -p LoadState -p MainPID -p User -p ExecStart "$unit" 2>/dev/null)
  case $shown in
    *LoadState=loaded*)
      home=$(printf '%s\n' "$shown" | first 's:^ExecStart={ path=\(/[^;]*\)/bin/kibana ;.*:\1:p')
      pid=$(printf '%s\n' "$shown" | first 's/^MainPID=\([1-9][0-9]*\)$/\1/p')
      user=$(printf '%s\n' "$shown" | first 's/^User=//p')
      [ -n "$pid" ] && user=$(stat -c %U "/proc/$pid" 2>/dev/null)
      user=${'$'}{user:-root}
      conf=$(systemctl show -p Environment "$unit" 2>/dev/null | sed 's/^Environment=//' | tr ' ' '\n' | tr -d '"' | first 's/^KBN_PATH_CONF=//p')
      for file in $(systemctl show -p EnvironmentFiles "$unit" 2>/dev/null | sed -n 's/^EnvironmentFiles=\([^ ]*\) .*/\1/p'); do
        named=$(first 's/^[[:space:]]*KBN_PATH_CONF=//p' <"$file" 2>/dev/null | tr -d "\"'")
        [ -n "$named" ] && conf=$named
      done
      ;;
    *) unit= units=0 ;;
  esac
fi
if [ -z "$home" ]; then
  for place in /usr/share/kibana /opt/kibana* /srv/kibana* /usr/local/kibana* /usr/local/share/kibana* /home/*/kibana*; do
    [ -z "$home" ] && [ -f "$place/bin/kibana" ] && [ -f "$place/package.json" ] && home=$place
  done
fi
if [ -z "$pid" ]; then
  own=$(stat -Lc %d:%i / 2>/dev/null)
  real=$(readlink -f "${'$'}{home:-/nowhere}" 2>/dev/null)
  for place in /proc/[0-9]*; do
    comm=
    { read -r comm <"$place/comm"; } 2>/dev/null || continue
    case $comm in node | MainThread | kibana*) ;; *) continue ;; esac
    case $(tr '\0' '\n' <"$place/cmdline" 2>/dev/null) in */src/cli/dist*) ;; *) continue ;; esac
    there=$(stat -Lc %d:%i "$place/root/" 2>/dev/null)
    if [ -n "$own" ] && [ -n "$there" ] && [ "$own" != "$there" ]; then
      elsewhere=1
    elif [ -z "$unit" ]; then
      case $(readlink "$place/exe" 2>/dev/null) in "$real"/*) pid=${'$'}{place#/proc/} user=$(stat -c %U "$place" 2>/dev/null) ;; esac
    fi
  done
fi
section found; printf '%s\n' "units=$units" "elsewhere=$elsewhere"
[ -n "$home" ] || exit 0
layout=archive
[ "$home" = /usr/share/kibana ] && [ -d /etc/kibana ] && layout=package
if [ -z "$conf" ] && [ -n "$pid" ]; then conf=$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | first 's/^KBN_PATH_CONF=//p'); fi
if [ -z "$conf" ]; then [ "$layout" = package ] && conf=/etc/kibana || conf=$home/config; fi
real=$(readlink -f "$conf" 2>/dev/null); [ -n "$real" ] && conf=$real
real=$(readlink -f "$home" 2>/dev/null); [ -n "$real" ] && home=$real
version=$(first 's/^[[:space:]]*"version"[[:space:]]*:[[:space:]]*"\([0-9][0-9A-Za-z.-]*\)".*/\1/p' <"$home/package.json" 2>/dev/null)
printf '%s\n' "home=$home" "conf=$conf" "unit=$unit" "pid=$pid" "user=$user" "version=$version" "layout=$layout"
section user
if [ -n "$user" ]; then
  { getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd; } | head -n 1
  id -gn "$user" 2>/dev/null
fi
section password
if [ -r /etc/shadow ]; then awk -F: -v name="$user" '$1 == name { if ($2 == "") print "empty"; else if ($2 ~ /^[!*]/ || $2 == "x") print "locked"; else print "set" }' /etc/shadow; else echo unreadable; fi
section arguments
{
  [ -z "$unit" ] || systemctl show -p ExecStart "$unit" 2>/dev/null | sed 's/.*argv\[\]=//; s/ ; .*//' | tr ' ' '\n'
  [ -z "$pid" ] || tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | sed '1,/src\/cli\/dist/d'
} | grep -oE '^--?[A-Za-z][A-Za-z0-9_.-]*' | sort -u
yml=$conf/kibana.yml
section path "$yml"
section symlink; [ -L "$yml" ] && echo yes
if [ ! -r "$yml" ]; then
  section unreadable; [ -e "$yml" ] || { [ -x "$conf" ] && echo missing; }
else
  section digest; { sha256sum "$yml" 2>/dev/null || openssl dgst -sha256 -r "$yml"; } | cut -c 1-64
  section text; head -c 262144 "$yml" | plain
fi
store=$conf/kibana.keystore
section keystore
if [ ! -e "$store" ]; then
  if ls "$conf" >/dev/null; then echo missing; else echo closed; fi
elif [ ! -f "$store" ] || [ ! -r "$store" ]; then
  echo closed
else
  echo present
  section keystore-digest; { sha256sum "$store" 2>/dev/null || openssl dgst -sha256 -r "$store"; } | cut -c 1-64
  section keystore-content; head -c 65537 "$store" | plain
fi
section tree; find "$conf" -xdev -exec stat -c '${statFormat}' {} + | plain
section named
for place in /var/lib/kibana /var/log/kibana; do [ -d "$place" ] && stat -Lc '${statFormat}' "$place"; done | plain
grep -v '^[[:space:]]*#' "$yml" 2>/dev/null | grep -oE '/[A-Za-z0-9_./@+-]+' | sort -u | head -n 40 | while IFS= read -r file; do
  [ -f "$file" ] && stat -Lc '${statFormat}' "$file"
done | plain
exit 0
`;
