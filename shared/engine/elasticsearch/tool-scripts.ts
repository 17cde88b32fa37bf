/** The shell around Elasticsearch's own command-line tools; `tool.ts` runs it. */
import { prelude } from '../host-script.ts';

/** Exit codes of the wrapping script; the tools themselves use 0 to 80, 127 and 143. */
export const wrapperExits = {
  configuration: 101,
  user: 102,
  bind: 103,
  busy: 104,
  cutShort: 105,
  noPlace: 106,
  notRoots: 107,
} as const;

/** Where lock and output may lie, best first; arguments of `toolsLock`. */
export const toolsPlaces = ['/run', '/var/lib'] as const;

/**
 * Sets `lock` to the lock file of the tools, `base` to its directory: a place that nobody but root writes to, because whoever
 * can make the file first can hold it for ever or put a link there. Empty when neither $1 nor $2 is such a place.
 */
export const toolsLock = `
private() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -w "$1" ] && [ "$(stat -c %u -- "$1")" = "$(id -u)" ] || return 1
  case $(stat -c %a -- "$1") in *[2367] | *[2367]?) return 1 ;; esac
}
base=; lock=
if private "$1"; then base=$1
elif private "$2" && { [ -d "$2/bulwark" ] || mkdir -m 700 -- "$2/bulwark"; } && private "$2/bulwark"; then base=$2/bulwark
fi
[ -z "$base" ] || lock=$base/bulwark-tools.lock
`;

/** Ends what standard input carries: half a password, cut off with the link, must not become the whole one. */
export const endOfInput = '\nend of input\n';

/** Runs the program as the wanted user inside private mounts; $1 is the work folder that takes its output. */
export const innerScript = `
work=$1; conf=$2; home=$3; java=$4; user=$5; group=$6; binds=$7; shift 7
cd / || exit 101
while [ "$binds" -gt 0 ]; do
  mount --bind "$1" "$2" || exit 103
  shift 2; binds=$((binds - 1))
done
[ -d "$conf" ] && [ -x "$conf" ] && [ -f "$conf/elasticsearch.yml" ] && [ ! -L "$conf/elasticsearch.yml" ] || exit 101
program=$1; shift
[ -x "$home/$program" ] || exit 127
roots() { # whether nobody but root can change what lies at $1
  at=$(readlink -f -- "$1") || return 1
  while :; do
    [ "$(stat -c %u -- "$at")" = 0 ] || return 1
    case $(stat -c %a -- "$at") in 1???) ;; *[2367] | *[2367]?) return 1 ;; esac
    [ "$at" != / ] || return 0
    at=\${at%/*}; at=\${at:-/}
  done
}
if [ "$(id -u "$user" 2>/dev/null)" = 0 ]; then
  for part in "$home/$program" "$home/lib" "$home/bin/elasticsearch-env" "$home/jdk"; do
    [ ! -e "$part" ] || roots "$part" || exit 107
  done
fi
set -- "$home/$program" "$@"
`;

export const outerScript = `${prelude}${toolsLock}
inner=$3; shift 3
end='${endOfInput}x'
input=$(cat; echo x)
case $input in *"$end") input=\${input%"$end"} ;; *) exit 105 ;; esac
[ -n "$base" ] || exit 106
exec 9>>"$lock"
if command -v flock >/dev/null 2>&1; then flock -w 900 9 || exit 104; fi
rm -rf "$base"/bulwark-tool.*
work=$(mktemp -d "$base/bulwark-tool.XXXXXX") || exit 1
room=; if [ "$6" -gt 0 ]; then room='unshare -m --'; fi
printf '%s' "$input" | setsid $room sh -c "$inner" sh "$work" "$@" > "$work/out" 2> "$work/err" &
wait $!; status=$?
cat "$work/out"; cat "$work/err" >&2
rm -rf "$work"
exit $status
`;

/**
 * The tools take some secrets as an argument only, and arguments are for every process of the host to see. The launcher
 * script runs as it is, with an `exec` that hands Java its arguments in a pipe (an argument file, java(1)) and adds the
 * first line of standard input as the value of the option. Performance data would hold them too (/tmp/hsperfdata_…).
 * Seen on 8.19.21 and 9.4.3. Arguments: launcher, option, then those of the tool.
 */
export const hideScript = `
option=$1; shift
IFS= read -r value || exit 105
exec() {
  java=$1; shift
  lines=
  for one in "$@" "$option" "$value"; do
    one=\${one//\\\\/\\\\\\\\}; one=\${one//\\"/\\\\\\"}
    lines="$lines\\"$one\\"
"
  done
  builtin exec "$java" -XX:-UsePerfData @/dev/fd/3 3< <(printf %s "$lines")
}
. "$0"
`;

export const switchUser = `
extra=$TOOL_ENVIRONMENT
if [ -n "$TOOL_HIDDEN" ]; then program=$1; shift; set -- bash -c "$hide" "$program" "$TOOL_HIDDEN" "$@"; fi
[ -z "$java" ] || set -- "ES_JAVA_HOME=$java" "$@"
if [ -n "$extra" ]; then set -- "CLI_NAME=\${extra%%:*}" "CLI_LIBS=\${extra#*:}" "$@"; fi
set -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "ES_PATH_CONF=$conf" "$@"
if [ "$(id -un)" = "$user" ]; then exec "$@"; fi
if setpriv --reuid="$user" --regid="$group" --init-groups true 2>/dev/null; then
  exec setpriv --reuid="$user" --regid="$group" --init-groups -- "$@"
fi
if command -v runuser >/dev/null 2>&1; then exec runuser -u "$user" -g "$group" -- "$@"; fi
if command -v su >/dev/null 2>&1; then exec su -s /bin/sh -c 'exec "$0" "$@"' -- "$user" "$@"; fi
exit 102
`;
