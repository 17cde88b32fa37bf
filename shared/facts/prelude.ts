/**
 * What runs before every probe: it finds the Elasticsearch process, its unit, program and configuration directory, and the
 * directories that its settings name. Prints `NAME=value` lines which the frame script reads word by word and never evaluates.
 *
 * From 8.0 a node is two processes: a launcher and the server, its child; only the launcher carries `-Des.path.conf`
 * (seen on 8.19 and 9.4). A process with another root directory
 * lives in a container: its paths are not ours.
 */
export const preludeNames = [
  'ES_FOUND',
  'ES_PID',
  'ES_LAUNCHER_PID',
  'ES_NODES',
  'ES_ELSEWHERE',
  'ES_LOOKALIKES',
  'ES_HOME',
  'ES_PATH_CONF',
  'ES_UNIT',
  'ES_USER',
  'ES_VERSION',
  'ES_LAYOUT',
  'ES_DIRS',
  'ES_PORTS',
  'VIRT',
] as const;

/** Several directories or ports in one value are separated by this. No path that Elasticsearch can be given holds it. */
export const separator = '|';

export const prelude = String.raw`
arguments() { tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null; }
variable() { tr '\0' '\n' <"/proc/$1/environ" 2>/dev/null | sed -n "s/^$2=//p" | head -n 1; }
first() { sed -n "$1" | head -n 1; }

candidates= elsewhere=0 own=$(stat -Lc %d:%i / 2>/dev/null)
boxed=no
if [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -e /run/systemd/container ]; then boxed=yes; fi
for place in /proc/[0-9]*; do
  comm=
  { read -r comm <"$place/comm"; } 2>/dev/null || continue
  case $comm in java | jsvc* | elasticsearch*) ;; *) continue ;; esac
  case $(arguments "${'$'}{place#/proc/}") in *org.elasticsearch.bootstrap.Elasticsearch*) ;; *) continue ;; esac
  there=$(stat -Lc %d:%i "$place/root/" 2>/dev/null)
  if [ -n "$own" ] && [ -n "$there" ] && [ "$own" != "$there" ]; then
    elsewhere=1
    continue
  fi
  case $(cat "$place/cgroup" 2>/dev/null) in
    *docker* | *containerd* | *libpod* | *kubepods*) [ "$boxed" = yes ] || { elsewhere=1; continue; } ;;
  esac
  candidates="$candidates ${'$'}{place#/proc/}"
done

# A command line proves nothing: every user can start a process that looks like a node. Which system unit a process is in, and
# that the unit itself started it under its own account, is told by the kernel and by systemd.
property() { printf '%s\n' "$2" | sed -n "s/^$1=//p"; }
unit_of() {
  grep -v -e '/user\.slice/' -e '/user@' "/proc/$1/cgroup" 2>/dev/null | first 's:.*/\([^/]*\.service\).*:\1:p' | grep -vE \
    '^(user@.*|ssh|ssh@.*|sshd|sshd@.*|cron|crond|atd|getty@.*|serial-getty@.*)\.service$'
}
mother() { sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null; }
started_by() {
  told=$(systemctl show -p MainPID -p User "$1" 2>/dev/null)
  main=$(property MainPID "$told") account=$(property User "$told")
  case " $(stat -c '%U %u' "/proc/$2" 2>/dev/null) " in *" ${'$'}{account:-root} "*) ;; *) return 1 ;; esac
  [ "${'$'}{main:-0}" -gt 1 ] || return 1
  at=$2 steps=0
  while [ "${'$'}{at:-0}" -gt 1 ] && [ "$steps" -lt 6 ]; do
    [ "$at" = "$main" ] && return 0
    at=$(mother "$at") steps=$((steps + 1))
  done
  return 1
}
hears() {
  for inode in $(ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p'); do
    grep -qE " 0A [0-9A-F:]+ [0-9A-F:]+ [0-9A-F]+ +[0-9]+ +[0-9]+ $inode " /proc/net/tcp /proc/net/tcp6 2>/dev/null && return 0
  done
  return 1
}
set_aside() { lookalikes="$lookalikes${'$'}{lookalikes:+|}$1 $(stat -c %U "/proc/$1" 2>/dev/null)"; }
genuine= loose= lookalikes= trusted=' root '
for one in $candidates; do
  of=$(unit_of "$one")
  if [ -n "$of" ] && started_by "$of" "$one"; then
    genuine="$genuine $one" trusted="$trusted$(stat -c %U "/proc/$one" 2>/dev/null) "
  else
    loose="$loose $one"
  fi
done
installed=
if [ -z "$genuine" ] && command -v systemctl >/dev/null 2>&1; then
  installed=$(grep -lsE '^ExecStart=.*/bin/(elasticsearch|systemd-entrypoint)( |$)' /etc/systemd/system/*.service /run/systemd/system/*.service \
    /usr/local/lib/systemd/system/*.service /usr/lib/systemd/system/*.service /lib/systemd/system/*.service | head -n 1)
  installed=${'$'}{installed##*/}
  [ -z "$installed" ] || trusted="$trusted$(property User "$(systemctl show -p User "$installed" 2>/dev/null)") "
fi
kept=
for one in $loose; do
  case $trusted in *" $(stat -c %U "/proc/$one" 2>/dev/null) "*) kept="$kept $one"; continue ;; esac
  if [ -n "$genuine$installed" ]; then set_aside "$one"; else kept="$kept $one"; fi
done
set -- $kept
if [ -z "$genuine" ] && [ "$#" -gt 1 ]; then
  hearing=
  for one in $kept; do hears "$one" && hearing="$hearing $one"; done
  if [ -n "$hearing" ]; then
    for one in $kept; do case "$hearing " in *" $one "*) ;; *) set_aside "$one" ;; esac; done
    kept=$hearing
  fi
fi
set -- $genuine $kept
nodes=$# pid=${'$'}{1:-}

home= conf= unit= user= launcher=
if [ -n "$pid" ]; then
  own_args=$(arguments "$pid")
  parent=$(mother "$pid")
  parent_args=
  case $(arguments "${'$'}{parent:-0}") in *-Dcli.name=server*) launcher=$parent parent_args=$(arguments "$parent") ;; esac
  home=$(printf '%s\n' "$own_args" | first 's/^-Des\.path\.home=//p')
  [ -n "$home" ] || home=$(printf '%s\n' "$parent_args" | first 's/^-Des\.path\.home=//p')
  [ -n "$home" ] || home=$(printf '%s\n' "$own_args" | first '/^--module-path$/{n;s:/lib$::p;}')
  [ -n "$home" ] || home=$(variable "$pid" ES_HOME)
  conf=$(printf '%s\n' "$own_args" | first 's/^-Des\.path\.conf=//p')
  [ -n "$conf" ] || conf=$(printf '%s\n' "$parent_args" | first 's/^-Des\.path\.conf=//p')
  [ -n "$conf" ] || conf=$(variable "$pid" ES_PATH_CONF)
  user=$(stat -c %U "/proc/$pid" 2>/dev/null)
  unit=$(unit_of "$pid")
else
  unit=$installed
fi
if [ -n "$unit" ]; then
  shown=$(systemctl show -p LoadState -p User -p Environment -p ExecStart "$unit" 2>/dev/null)
  case $shown in
    *LoadState=loaded*)
      words=$(printf '%s\n' "$shown" | sed -n 's/^Environment=//p' | tr ' ' '\n' | tr -d '"')
      [ -n "$home" ] || home=$(printf '%s\n' "$words" | first 's/^ES_HOME=//p')
      [ -n "$home" ] || home=$(printf '%s\n' "$shown" | first 's:^ExecStart={ path=\(/[^;]*\)/bin/[^/ ]* ;.*:\1:p')
      [ -n "$conf" ] || conf=$(printf '%s\n' "$words" | first 's/^ES_PATH_CONF=//p')
      [ -n "$user" ] || user=$(printf '%s\n' "$shown" | first 's/^User=//p')
      ;;
    *) unit= ;;
  esac
fi
if [ -z "$home" ]; then
  for place in /usr/share/elasticsearch /opt/elasticsearch* /srv/elasticsearch* /usr/local/elasticsearch* /usr/local/share/elasticsearch* /home/*/elasticsearch*; do
    for jar in "$place"/lib/elasticsearch-[0-9]*.jar; do
      [ -e "$jar" ] && [ -z "$home" ] && home=$place
    done
  done
fi
version= layout=archive
if [ -n "$home" ]; then
  for jar in "$home"/lib/elasticsearch-[0-9]*.jar; do
    [ -e "$jar" ] || continue
    version=${'$'}{jar##*/elasticsearch-} version=${'$'}{version%.jar}
  done
  kind=$(first 's/^ES_DISTRIBUTION_TYPE=//p' <"$home/bin/elasticsearch-env" 2>/dev/null)
  case $kind in
    deb | rpm) layout=package ;;
    docker) layout=docker ;;
    '') [ "$home" = /usr/share/elasticsearch ] && [ -d /etc/elasticsearch ] && layout=package ;;
  esac
  for file in /etc/default/elasticsearch /etc/sysconfig/elasticsearch; do
    [ "$layout" = package ] && [ -z "$conf" ] && [ -r "$file" ] && conf=$(first 's/^[[:space:]]*\(export[[:space:]]*\)\{0,1\}ES_PATH_CONF=//p' <"$file" | tr -d "\"'")
  done
  if [ -z "$conf" ]; then
    [ "$layout" = package ] && conf=/etc/elasticsearch || conf=$home/config
  fi
  real=$(readlink -f "$conf" 2>/dev/null)
  [ -n "$real" ] && conf=$real
  real=$(readlink -f "$home" 2>/dev/null)
  [ -n "$real" ] && home=$real
fi

[ -n "$user" ] || [ -z "$home" ] || {
  for place in "$conf/elasticsearch.keystore" "$home/data" "$home"; do
    [ -e "$place" ] && [ -z "$user" ] && user=$(stat -c %U "$place" 2>/dev/null)
  done
  if [ "$layout" = package ] || [ -n "$unit" ]; then user=${'$'}{user:-root}; fi
}
virt=$(systemd-detect-virt 2>/dev/null)
if [ -z "$virt" ]; then
  if [ -r /run/systemd/container ]; then read -r virt </run/systemd/container
  elif [ -e /.dockerenv ]; then virt=docker
  elif [ -e /run/.containerenv ]; then virt=podman
  else
    case $(tr '\0' '\n' </proc/1/environ 2>/dev/null) in *container=*) virt=container-other ;; esac
  fi
fi
printf '%s=%s\n' ES_PID "$pid" ES_LAUNCHER_PID "$launcher" ES_NODES "$nodes" ES_ELSEWHERE "$elsewhere" ES_LOOKALIKES "$lookalikes" ES_HOME "$home" ES_PATH_CONF "$conf" \
  ES_UNIT "$unit" ES_USER "$user" ES_VERSION "$version" ES_LAYOUT "$layout" VIRT "${'$'}{virt:-unknown}"

# A file system that does not answer can only hang what follows.
dirs= ports=
if [ -n "$conf" ]; then
  named=$(grep -v '^[[:space:]]*#' "$conf/elasticsearch.yml" 2>/dev/null | grep -oE '/[A-Za-z0-9_./@+-]+' | sed 's:/*$::' | sort -u | head -n 40)
  for place in $named "$home/data" "$home/logs" /var/lib/elasticsearch /var/log/elasticsearch; do
    [ -d "$place" ] || continue
    case "|$dirs|" in *"|$place|"*) ;; *) dirs="$dirs${'$'}{dirs:+|}$place" ;; esac
  done
  ports=$(grep -v '^[[:space:]]*#' "$conf/elasticsearch.yml" 2>/dev/null | sed -n 's/.*port[[:space:]]*:[[:space:]]*["[]*\([0-9][0-9]*\).*/\1/p' | sort -u | head -n 12 | tr '\n' '|')
fi
printf '%s=%s\n' ES_DIRS "$dirs" ES_PORTS "$ports" ES_FOUND yes
`;

/** Functions that probes may use. */
export const probeHelpers = String.raw`
section() { printf '@@ %s\n' "$*"; }
plain() { sed 's/^@@/ @@/'; echo; }
each_dir() { old=$IFS; IFS='|'; set -f; for dir in $ES_DIRS; do IFS=$old; set +f; "$@" "$dir"; done; IFS=$old; set +f; }
show_unit() { [ -n "$ES_UNIT" ] && systemctl show "$@" "$ES_UNIT" 2>/dev/null; }
`;
