/**
 * What runs on the host during a rehearsal. The node under rehearsal lives in a unit of its own with a private network
 * and private mounts, so ending the unit ends everything; the running node shares nothing with it but the program.
 */
import { prelude } from '../host-script.ts';

/**
 * Runs as root inside the unit; reads its parameters from a file because systemd would expand `$` in arguments. Writes
 * one word to `state`: preparing, starting, listening, tls-bad, impossible-<why>, ended-<exit code>.
 */
export const runScript = `set -u
umask 077
d=\${0%/*}
cd / || exit 1
exec >"$d/output" 2>&1 </dev/null
say() { printf '%s\\n' "$1" > "$d/state.new" && mv "$d/state.new" "$d/state"; }
{ read -r conf; read -r home; read -r java; read -r user; read -r group; read -r logs; read -r port; read -r ca; read -r auto; } < "$d/parameters"
if [ "$(readlink /proc/self/ns/net)" = "$(readlink /proc/1/ns/net)" ]; then say impossible-network; exit 0; fi
if [ "$(readlink /proc/self/ns/mnt)" = "$(readlink /proc/1/ns/mnt)" ]; then say impossible-mounts; exit 0; fi
if command -v ip >/dev/null 2>&1; then
  ip link set lo up
  while read -r address; do ip addr add "$address" dev lo 2>/dev/null; done < "$d/addresses"
fi
mount --bind "$d/conf" "$conf" || { say impossible-mounts; exit 0; }
mkdir "$d/logs" && chown "$user:$group" "$d/logs" && chmod 750 "$d/logs"
for l in "$logs" "$home/logs"; do
  if [ -d "$l" ]; then mount --bind "$d/logs" "$l" || { say impossible-mounts; exit 0; }; fi
done
mkdir -m 711 /tmp/bulwark && mkdir /tmp/bulwark/data /tmp/bulwark/logs || { say impossible-mounts; exit 0; }
chown "$user:$group" /tmp/bulwark/data /tmp/bulwark/logs
chmod 755 /tmp/bulwark/data /tmp/bulwark/logs
ES_PATH_CONF=$conf; export ES_PATH_CONF
[ -z "$java" ] || { ES_JAVA_HOME=$java; export ES_JAVA_HOME; }
ES_JAVA_OPTS="\${ES_JAVA_OPTS:-} -Xms256m -Xmx256m -XX:TieredStopAtLevel=1"; export ES_JAVA_OPTS
LANG=C.UTF-8; export LANG
set -- "$home/bin/elasticsearch" -E path.data=/tmp/bulwark/data -E path.logs=/tmp/bulwark/logs \\
  -E discovery.initial_state_timeout=0s -E bootstrap.memory_lock=false
[ -z "$auto" ] || set -- "$@" -E "$auto"
umask 027
say starting
if [ "$(id -un)" = "$user" ]; then "$@" &
elif setpriv --reuid="$user" --regid="$group" --init-groups true 2>/dev/null; then
  setpriv --reuid="$user" --regid="$group" --init-groups -- "$@" &
elif command -v runuser >/dev/null 2>&1; then runuser -u "$user" -g "$group" -- "$@" &
else su -s /bin/sh -c 'exec "$0" "$@"' -- "$user" "$@" &
fi
node=$!
hex=$(printf '%04X' "$port")
while kill -0 $node 2>/dev/null; do
  if grep -qE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:0000 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null; then
    if [ -n "$ca" ] && command -v openssl >/dev/null 2>&1; then
      host=127.0.0.1
      grep -qE "^ *[0-9]+: (0100007F|00000000|0{32}|0{24}01000000):$hex " /proc/net/tcp /proc/net/tcp6 || host=
      if [ -n "$host" ]; then
        openssl s_client -connect "$host:$port" -CAfile "$conf/$ca" -verify_return_error </dev/null >"$d/handshake" 2>&1 \\
          || { say tls-bad; sleep 900; exit 0; }
      fi
    fi
    say listening
    sleep 900
    exit 0
  fi
  sleep 0.5
done
wait $node
say "ended-$?"
sleep 900
`;

/**
 * Prepares folder and unit and starts it. The unit takes over environment and limits of the real one, line by line, so
 * that nothing of them has to leave the host. $1 folder, $2 unit's name, $3 real unit, $4 configuration to rehearse,
 * $5 needed memory in KiB; parameters for the unit on standard input, after a blank line its script.
 */
export const startScript = `${prelude}
d=$1; name=$2; real=$3; source=$4; need=$5
command -v systemctl >/dev/null 2>&1 || exit 111
have=$(sed -n 's/^MemAvailable: *\\([0-9]*\\) .*/\\1/p' /proc/meminfo)
[ "\${have:-$need}" -ge "$need" ] || { echo "$have" >&2; exit 112; }
systemctl stop -- "$name" 2>/dev/null
rm -rf -- "$d"
mkdir -p -- "$d" && chmod 700 "$d" "\${d%/*}" || exit 1
cp -a -- "$source" "$d/conf" || exit 1
: > "$d/parameters"
while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "\${line#=}" >> "$d/parameters"; done
cat > "$d/run.sh" || exit 1
: > "$d/addresses"
if command -v ip >/dev/null 2>&1; then
  ip -o addr show scope global 2>/dev/null | sed -n 's/.* inet6\\{0,1\\} \\([^ ]*\\) .*/\\1/p' > "$d/addresses"
fi
unit=/run/systemd/system/$name
mkdir -p /run/systemd/system
: > "$unit" && chmod 600 "$unit" || exit 1
{
  printf '[Unit]\\nDescription=Rehearsal of an Elasticsearch configuration\\n[Service]\\nType=simple\\n'
  systemctl cat -- "$real" 2>/dev/null | awk '
    keep { print; keep = /\\\\$/; next }
    /^(Environment|EnvironmentFile|PassEnvironment|UnsetEnvironment|Limit[A-Z]+)[ \\t]*=/ { print; keep = /\\\\$/ }'
  printf 'PrivateNetwork=yes\\nPrivateTmp=yes\\nKillMode=control-group\\nTimeoutStopSec=10\\nSendSIGKILL=yes\\nRuntimeMaxSec=1200\\n'
  printf 'ExecStart=/bin/sh %s/run.sh\\n' "$d"
} > "$unit"
echo preparing > "$d/state"
systemctl daemon-reload || exit 1
systemctl reset-failed -- "$name" 2>/dev/null
systemctl --no-block start -- "$name"
`;

/** State of the unit, state word of the script, and the end of what the node printed. */
export const pollScript = `${prelude}
d=$1; name=$2
systemctl show -p ActiveState --value -- "$name"
cat "$d/state" 2>/dev/null || echo none
tail -c 40000 "$d/output" 2>/dev/null
exit 0
`;

/** Ends the unit with everything in it and removes what it left. */
export const stopScript = `${prelude}
d=$1; name=$2
systemctl stop -- "$name" 2>/dev/null
systemctl kill --signal=KILL -- "$name" 2>/dev/null
rm -f -- "/run/systemd/system/$name"
systemctl daemon-reload
systemctl reset-failed -- "$name" 2>/dev/null
rm -rf -- "$d"
rmdir -- "\${d%/*}" /var/lib/bulwark 2>/dev/null
exit 0
`;
