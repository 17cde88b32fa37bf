/**
 * Moves a directory's contents from one file system to another and puts the other in its place, carried out by the host
 * itself: once begun it needs no connection. `there` goes to the encrypted volume, `back` to the plain disk.
 *
 * It ends in the new state or in the old one, also when it is killed (its unit's ExecStopPost goes on) or when the host
 * restarts (a unit before the service goes on). Until `switching` the old state is untouched. From there:
 * - `there` is taken back; what was written into the volume by a service that had begun to start is kept in it.
 * - `back` is finished: the copy is complete and compared by then, and opening the volume might need a passphrase.
 */

import { serviceFunctions } from '../../elasticsearch/service-shell.ts';
import { noteFunctions, programHead } from '../../host-program.ts';
import { copyFunctions } from './copy-shell.ts';
import { tableFunctions } from './table-shell.ts';

/** Words of the state file that are final. */
export const finalStates = [
  'committed',
  'committed-down',
  'returned-up',
  'returned-stopped',
  'returned-down',
  'returned-boot',
] as const;
export type FinalState = (typeof finalStates)[number];

/** Words of the file `reason`: what went wrong. */
export const reasons = [
  'stop',
  'busy',
  'copy',
  'space',
  'written',
  'different',
  'switch',
  'start',
  'ended',
] as const;
export type Reason = (typeof reasons)[number];

/**
 * $1: `go`, `mend` (after the unit ended, however), `boot` (before the service's unit starts). Stands in a private folder
 * with `parameters` (one a line, in the order of the first `read`s below), and per line of `edits` (a path) the files
 * `edit-N.old` and `edit-N.new`, of which a missing one stands for "no such file".
 */
export const migrateScript = `${programHead}{ read -r direction; read -r path; read -r volume; read -r aside; read -r fresh; read -r mapper; read -r unit; read -r active; read -r port; read -r seconds; read -r bootunit; } < parameters
${noteFunctions}because() { [ -s reason ] || note reason "$1"; }
state() { head -n 1 state 2>/dev/null || echo none; }
exists() { [ -e "$1" ] || [ -L "$1" ]; }
mounted() { # whether something is mounted exactly there
  while read -r _ _ _ _ point _; do [ "$point" != "$1" ] || return 0; done < /proc/self/mountinfo
  return 1
}
number() { # of the device that is mounted there
  while read -r _ _ device _ point _; do [ "$point" != "$1" ] || echo "$device"; done < /proc/self/mountinfo | tail -n 1
}
release() { # unmounts, patiently: a process may still be leaving
  tries=0
  while mounted "$1"; do
    umount -- "$1" && continue
    tries=$((tries + 1)); [ $tries -lt 20 ] || return 1
    sleep 0.5
  done
}
${serviceFunctions}${copyFunctions}
${tableFunctions}strangers() { # processes that have files below $1 open
  ls -l /proc/[0-9]*/fd 2>/dev/null | grep -F -- " -> $1/" >/dev/null
}
unplug() { # what systemd has begun for the volume, then what is left of it
  systemctl stop -- "$(systemd-escape --path --suffix=mount "$path")" 2>/dev/null
  release "$path" || return 1
  release "$volume" || return 1
  systemctl stop -- "$(systemd-escape --template=systemd-cryptsetup@.service "$mapper")" 2>/dev/null
  return 0
}
close() { [ ! -e "/dev/mapper/$mapper" ] || cryptsetup close "$mapper"; }

counting() { # bytes written so far, for whoever asks
  base=$(df -Pk "$1" | tail -n 1 | { read -r _ _ used _; echo "$used"; })
  while :; do
    sleep 1
    now=$(df -Pk "$1" | tail -n 1 | { read -r _ _ used _; echo "$used"; })
    echo "$(((now - base) * 1024)) $2" > progress.part && mv progress.part progress
  done
}
transfer() { # FROM TO: copy, compare, and prove that nobody wrote meanwhile
  rm -f reason progress copy-failed
  phase copying
  need=$(du -skx -- "$1" | tail -n 1 | cut -f 1)
  free=$(df -Pk "$2" | tail -n 1 | { read -r _ _ _ free _; echo "$free"; })
  if [ "$free" -lt $((need + need / 20 + 4096)) ]; then echo "$((need * 1024)) $((free * 1024))" > room; because space; return 1; fi
  watch "$1" watch.1 || { because copy; return 1; }
  counting "$2" $((need * 1024)) & counter=$!
  copy "$1" "$2"; copied=$?
  kill $counter 2>/dev/null; wait $counter 2>/dev/null
  if [ $copied != 0 ]; then
    if tail -n 20 log | grep -q 'No space left on device'; then because space; else because copy; fi
    return 1
  fi
  sync
  if [ "$2" = "$volume" ]; then
    # What is compared comes from the device, not from memory.
    umount -- "$2" && mount -- "/dev/mapper/$mapper" "$2" || { because copy; return 1; }
  fi
  phase verifying
  manifest "$1" here && manifest "$2" there || { because copy; return 1; }
  watch "$1" watch.2 || { because copy; return 1; }
  if ! cmp -s watch.1 watch.2 || strangers "$1"; then because written; return 1; fi
  if ! cmp -s here there; then
    diff here there | head -n 40
    because different; return 1
  fi
}

switch_there() {
  expected || return 1
  if exists "$path" && ! exists "$aside"; then mv -- "$path" "$aside" || return 1; fi
  [ -d "$path" ] || mkdir -m 700 -- "$path" || return 1
  flush "\${path%/*}"
  tables new || return 1
  release "$volume" || return 1
  mounted "$path" || mount -- "$path" || return 1
  [ "$(number "$path")" = "$(cat "/sys/class/block/$(basename "$(readlink -f "/dev/mapper/$mapper")")/dev")" ]
}
unswitch_there() {
  result=0
  tables old || result=1
  unplug || return 1
  if exists "$aside"; then
    if exists "$path"; then rmdir -- "$path" || return 1; fi
    mv -- "$aside" "$path" || return 1
  fi
  flush "\${path%/*}"
  close || result=1
  return $result
}
switch_back() {
  tables new || return 1
  unplug || return 1
  coming=$(cat coming)
  if exists "$coming"; then
    if exists "$path"; then rmdir -- "$path" || return 1; fi
    mv -- "$coming" "$path" || return 1
  fi
  flush "\${path%/*}"
  [ -d "$path" ]
}
finish_back() {
  tries=0
  until switch_back; do
    tries=$((tries + 1)); [ $tries -lt 5 ] || return 1
    sleep 1
  done
  close || echo "still open: $mapper"
  return 0
}

forget_boot() {
  rm -f "/etc/systemd/system/multi-user.target.wants/$bootunit" "/etc/systemd/system/$bootunit"
  systemctl daemon-reload
}
tidy() {
  while IFS= read -r target; do rm -f -- "$target.bulwark-old"; done < edits
  rm -f ballast here there here.sums there.sums list list.found links attributes watch.1 watch.2 files progress
}

come_back() {
  phase returning
  if [ "$direction" = there ]; then
    if [ -e switched ]; then
      stop_node
      tries=0
      until unswitch_there; do
        tries=$((tries + 1))
        [ $tries -lt 5 ] || { phase returned-down; forget_boot; return; }
        sleep 2
      done
    fi
  else
    # Whatever the tables say by now: as long as the volume is mounted it is what counts.
    if mounted "$path"; then tables old; rm -rf -- "$fresh"; else phase returned-down; forget_boot; return; fi
  fi
  tidy
  if [ "$active" = yes ]; then
    if start_node any; then phase returned-up; else phase returned-down; fi
  else phase returned-stopped
  fi
  forget_boot
}
run_again() {
  if [ "$active" = no ] || { : > started && flush . && start_node any; }; then phase "$1"; else because start; date +%s > failed-at; return 1; fi
}
commit_back() {
  phase starting
  run_again committed || phase committed-down
  tidy; forget_boot
}

go() {
  phase stopping
  if ! stop_node; then because stop; come_back; return; fi
  strangers "$path" && sleep 3
  if strangers "$path"; then because busy; come_back; return; fi
  if [ "$direction" = there ]; then
    transfer "$path" "$volume" || { come_back; return; }
    # Without a note of it a restart in the middle would not know that there is something to put back.
    : > switched && phase switching || { because space; come_back; return; }
    switch_there || { because switch; come_back; return; }
    phase starting
    if run_again committed; then tidy; forget_boot; else come_back; fi
    return
  fi
  coming=$fresh
  if [ -d "$aside" ] && phase verifying && manifest "$path" here && manifest "$aside" there && cmp -s here there; then
    coming=$aside
  else
    rm -rf -- "$fresh" && mkdir -m 700 -- "$fresh" || { because copy; come_back; return; }
    transfer "$path" "$fresh" || { come_back; return; }
  fi
  note coming "$coming" && phase switching || { because space; come_back; return; }
  finish_back || { because switch; come_back; return; }
  commit_back
}

case $1 in
  go) [ "$(state)" = ready ] || exit 0; go ;;
  mend)
    # While the host shuts down nothing can be started: the unit at boot goes on.
    [ "$(systemctl is-system-running 2>/dev/null)" != stopping ] || exit 0
    case $direction-$(state) in
      back-switching) if finish_back; then commit_back; else because ended; come_back; fi ;;
      back-starting) commit_back ;;
      *-stopping | *-copying | *-verifying | *-switching | *-starting | *-returning) because ended; come_back ;;
    esac
    ;;
  boot)
    case $direction-$(state) in
      there-starting) phase committed ;;
      there-switching | there-returning) because ended; if [ ! -e switched ] || unswitch_there; then phase returned-boot; else phase returned-down; fi ;;
      back-switching) if finish_back; then phase committed; else phase returned-down; fi ;;
      back-starting) phase committed ;;
      back-*ing | back-ready) because ended; rm -rf -- "$fresh"; phase returned-boot ;;
      there-*ing | there-ready) because ended; phase returned-boot ;;
    esac
    tidy; forget_boot
    ;;
esac
`;
