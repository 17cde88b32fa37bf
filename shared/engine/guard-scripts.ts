/**
 * What the guard runs on the host, written so that it works when nobody is connected: everything it needs lies in its own
 * folder, and a rename decides between "disarmed" and "fired", so that never both happen.
 */
import { putBackProgram } from './guard-saved.ts';
import { prelude } from './host-script.ts';

export const guardFolder = '/var/lib/bulwark/guard';
/**
 * Passed to the scripts: where systemd shows that it runs, and where an administrator's units lie; the pipe by which sysvinit
 * is spoken to (initctl(5)), and where its scripts lie.
 */
export const initPlaces = [
  '/run/systemd/system',
  '/etc/systemd/system',
  '/run/initctl',
  '/etc/init.d',
] as const;

// One runner at a time: a second one waits, and goes on only where the first was killed or did not get through. A runner is
// known by its number, when that began (proc_pid_stat(5)) and the boot, so that nobody else is taken for it; the link that
// says so is made in one step. Where no link can be made, as on a full disk, the old state comes back all the same.
const oneRunner = `runner() {
  { IFS= read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 0
  set -- "$1" \${stat##*) }
  case $2 in Z | X) ;; *) echo "$1-\${21}-$boot" ;; esac
}
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
me=$(runner $$); k=1; waited=0
until [ ! -e "$d/firing" ] || ln -s "\${me:-$$}" "$d/by-$k" 2>/dev/null; do
  [ -L "$d/by-$k" ] || break
  by=$(readlink "$d/by-$k")
  if [ $waited -lt 60 ] && [ "$by" = "$(runner "\${by%%-*}")" ]; then
    waited=$((waited + 1)); sleep 1
  else
    k=$((k + 1))
  fi
done
[ -e "$d/firing" ] || exit 0
`;

/** Runs on the host when the time is over, at boot, or on request. `$1` is the guard's folder. */
export const fireProgram = `#!/bin/sh
# Written by Bulwark. Puts back what was there before a change that could have cut off access.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
umask 077
d=$1
mv "$d/armed" "$d/firing" 2>/dev/null || [ -e "$d/firing" ] || exit 0
${oneRunner}# A log that cannot be written, as on a full disk, must not keep the old state from coming back.
if ( : >>"$d/log" ) 2>/dev/null; then exec >>"$d/log" 2>&1; fi
date
tries=0
until sh "$d/revert.sh" "$d"; do
  tries=$((tries + 1))
  [ $tries -lt 5 ] || break
  sleep 1
done
[ $tries -lt 5 ] || bad=1
${putBackProgram}[ ! -f "$d/after.sh" ] || sh "$d/after.sh" "$d" || bad=1
sync
[ -z "\${bad:-}" ] && mv "$d/firing" "$d/fired"
`;

/** One line about a guard: tag, state, when it fires and the host's time now (seconds since 1970), who armed it. */
const tell = `tell() {
  s=disarmed
  for one in armed firing fired; do [ -e "$1/$one" ] && s=$one; done
  echo "\${1##*/} $s $(cat "$1/fires" 2>/dev/null || echo 0) $(date +%s) $(head -n 1 "$1/owner" 2>/dev/null)"
}
`;

// An init script that is last of all stays a leaf of the boot order: adding and removing it moves no other. A link that an
// interruption left without its script is found as well.
const sysvFunctions = `
boot_name=bulwark-guard-boot-$tag
sysv_boot() {
  [ -p "$initctl" ] && [ -d "$scripts" ] && command -v update-rc.d >/dev/null 2>&1 || return 1
  cat > "$scripts/$boot_name" <<INIT || return 1
#!/bin/sh
### BEGIN INIT INFO
# Provides:          $boot_name
# Required-Start:    \\$local_fs
# Required-Stop:
# Should-Start:      \\$network ssh nftables netfilter-persistent ufw firewalld
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: Put back what Bulwark was changing when this host went down
### END INIT INFO
[ "\\$1" = start ] || exit 0
[ -e "$d/armed" ] || [ -e "$d/firing" ] || exit 0
exec /bin/sh "$d/run.sh" "$d"
INIT
  chmod 755 "$scripts/$boot_name" && update-rc.d "$boot_name" defaults >&2 || return 1
  for link in /etc/rc[2345].d/S[0-9][0-9]"$boot_name"; do [ -L "$link" ] || return 1; done
}
no_sysv_boot() {
  for link in "$scripts/$boot_name" /etc/rc?.d/[SK][0-9][0-9]"$boot_name"; do
    [ -e "$link" ] || [ -L "$link" ] || continue
    rm -f "$scripts/$boot_name"; update-rc.d "$boot_name" remove >/dev/null 2>&1
    break
  done
}
`;

/**
 * Arms. `$1` folder of all guards, `$2` tag, `$3` seconds, `$4` folder that is there when systemd runs, `$5` folder of
 * units, `$6` pipe that is there when sysvinit runs, `$7` folder of its scripts, `$8` who works, `$9` `boot` when a restart of
 * the host must put back too, further arguments: files to save, each with the digest of what the change writes there (`absent`
 * where it removes the file) and what becomes of an edited one. Standard input: for each file
 * `name lines`, then that many lines; the last line is `end`. Prints how it will fire: `systemd` or `sleep`. Exit 66: another
 * guard is armed; its line as the list has it is on standard output. Exit 68: nothing would put back at a restart.
 */
export const armScript = `${prelude}
base=$1; tag=$2; seconds=$3; running=$4; units=$5; initctl=$6; scripts=$7; owner=$8; boot=$9; shift 9
d=$base/$tag
${sysvFunctions}${tell}
for other in "$base"/*/armed "$base"/*/firing; do
  [ -e "$other" ] || continue
  [ "$other" = "$d/armed" ] || { tell "\${other%/*}"; exit 66; }
done
mkdir -p -m 700 "\${base%/*}" "$base" || exit 1
rm -rf "$d"; mkdir -m 700 "$d" "$d/saved" || exit 1
trap 'rm -rf "$d"
rm -f "$units/multi-user.target.wants/bulwark-guard-boot-$tag.service" "$units/bulwark-guard-boot-$tag.service"
no_sysv_boot
rmdir "$base" "\${base%/*}" 2>/dev/null' EXIT
while :; do
  IFS=' ' read -r name lines || exit 52
  [ "$name" = end ] && break
  case $name in */*|'') exit 1 ;; esac
  : > "$d/$name" || exit 1
  while [ "$lines" -gt 0 ]; do
    IFS= read -r line || exit 52
    printf '%s\\n' "$line" >> "$d/$name" || exit 1
    lines=$((lines - 1))
  done
done
n=0
while [ $# -gt 0 ]; do
  p=$1
  printf '%s\\n' "$2" > "$d/saved/$n.wrote" && printf '%s\\n' "$3" > "$d/saved/$n.edited" && printf '%s\\n' "$p" > "$d/saved/$n.path" || exit 1
  shift 3
  if [ -L "$p" ]; then exit 46; fi
  if [ -e "$p" ]; then cp -a "$p" "$d/saved/$n.was" || exit 1; else : > "$d/saved/$n.none" || exit 1; fi
  n=$((n + 1))
done
printf '%s\\n' "$owner" > "$d/owner" && echo $(($(date +%s) + seconds)) > "$d/fires" || exit 1
sync
printf '%s\\n' "$seconds" > "$d/armed" || exit 1
how=
if [ -d "$running" ]; then
  cat > "$units/bulwark-guard-boot-$tag.service" <<UNIT || exit 1
[Unit]
Description=Put back what Bulwark was changing when this host went down
ConditionPathExists=|$d/armed
ConditionPathExists=|$d/firing
After=local-fs.target network.target nftables.service netfilter-persistent.service ufw.service firewalld.service

[Service]
Type=oneshot
ExecStart=/bin/sh $d/run.sh $d
UNIT
  chmod 644 "$units/bulwark-guard-boot-$tag.service"
  mkdir -p "$units/multi-user.target.wants"
  ln -sf "../bulwark-guard-boot-$tag.service" "$units/multi-user.target.wants/bulwark-guard-boot-$tag.service" || exit 1
  if command -v systemd-run >/dev/null 2>&1 && systemd-run --quiet --collect --unit="bulwark-guard-$tag" --on-active="$seconds" --timer-property=AccuracySec=200ms \\
      /bin/sh "$d/run.sh" "$d" >&2 && systemctl --quiet is-active "bulwark-guard-$tag.timer"; then
    how=systemd
  fi
elif ! sysv_boot; then
  no_sysv_boot
  [ "$boot" != boot ] || exit 68
fi
if [ -z "$how" ]; then
  detach=; command -v setsid >/dev/null 2>&1 && detach=setsid
  $detach sh -c 'sleep "$1"; exec sh "$2/run.sh" "$2"' sh "$seconds" "$d" </dev/null >/dev/null 2>&1 &
  echo $! > "$d/pid"
  sleep 1
  kill -0 "$(cat "$d/pid")" 2>/dev/null || exit 67
  how=sleep
fi
# What is changed after this must not outlive a power cut that the guard does not.
sync
trap - EXIT
echo "$how"
`;

/**
 * Takes away what would fire. Shared by disarming and by firing on request. After a restart of the host the number of the
 * process that waited is another one's.
 */
const removeTriggers = `${sysvFunctions}
remove_triggers() {
  if [ -e "$d/pid" ]; then
    p=$(cat "$d/pid")
    if tr '\\0' '\\n' 2>/dev/null < "/proc/$p/cmdline" | grep -qxF -- "$d"; then
      pkill -P "$p" 2>/dev/null; kill "$p" 2>/dev/null
    fi
  fi
  no_sysv_boot
  if [ -d "$running" ]; then
    systemctl stop "bulwark-guard-$tag.timer" 2>/dev/null
    systemctl stop "bulwark-guard-boot-$tag.service" "bulwark-guard-$tag.service" 2>/dev/null
    rm -f "$units/multi-user.target.wants/bulwark-guard-boot-$tag.service" \\
      "$units/bulwark-guard-boot-$tag.service"
  fi
}
`;

/** Disarms: exit 64 when it has fired, or is about to. */
export const disarmScript = `${prelude}
base=$1; tag=$2; running=$3; units=$4; initctl=$5; scripts=$6; d=$base/$tag
${removeTriggers}
mv "$d/armed" "$d/disarmed" 2>/dev/null || exit 64
remove_triggers
rm -rf "$d"
rmdir "$base" "\${base%/*}" 2>/dev/null
# A guard that a power cut brings back would fire at the next boot.
sync
exit 0
`;

/**
 * Fires now, waits for one that is firing already, and clears up. Prints what it did to files that somebody else had changed. Exit 65: it did not get through.
 */
export const fireScript = `${prelude}
base=$1; tag=$2; running=$3; units=$4; initctl=$5; scripts=$6; d=$base/$tag
${removeTriggers}
[ -d "$d" ] || exit 0
# A bracket, so that the search does not find itself.
at_it() { cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -qx -- "$d/run[.]sh"; }
# Without any of its marks it was never armed: the host went down on the way, and nothing was changed yet.
if [ -e "$d/armed" ] || [ -e "$d/firing" ] || [ -e "$d/fired" ] || [ -e "$d/disarmed" ]; then :; else : > "$d/disarmed"; fi
# The host may be at it by itself; what was killed midway is done again. A guard of an earlier version does not keep a second
# runner out by itself.
tries=0; runs=0
until [ -e "$d/fired" ] || [ -e "$d/disarmed" ]; do
  if at_it; then
    [ $tries -lt 20 ] || break
    sleep 1; tries=$((tries + 1))
  else
    [ $runs -lt 2 ] || break
    sh "$d/run.sh" "$d"; runs=$((runs + 1))
  fi
done
if [ ! -e "$d/fired" ] && [ ! -e "$d/disarmed" ]; then tail -n 20 "$d/log" >&2; exit 65; fi
[ ! -e "$d/told" ] || sort -u "$d/told"
# Nobody may find the folder empty in the middle of putting back.
tries=0
while at_it && [ $tries -lt 10 ]; do sleep 1; tries=$((tries + 1)); done
remove_triggers
rm -rf "$d"
rmdir "$base" "\${base%/*}" 2>/dev/null
sync
exit 0
`;

/** Prints every guard on the host, one a line. */
export const listScript = `${prelude}
${tell}
for d in "$1"/*; do
  [ -d "$d" ] && tell "$d"
done
exit 0
`;
