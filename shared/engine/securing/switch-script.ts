/**
 * The switch from one configuration (and data directory) to another, carried out by the host itself: once begun it needs
 * no connection. It ends in the new state that answers, or puts the old one back, also when it is killed (its unit's
 * ExecStopPost goes on) or when the host restarts in the middle (a unit before the node's goes on).
 *
 * A trade is `here out in`: what lies at `here` goes to `out`, what lies at `in` comes to `here`. Both are renames on one
 * file system, so which of its states a trade is in can be told from what exists; `-` stands for nothing. A `contents`
 * trade does the same with what is inside a mount point, which cannot be renamed; there markers tell the states.
 */

import { serviceFunctions } from '../elasticsearch/service-shell.ts';
import { noteFunctions, programHead } from '../host-program.ts';
import { entriesShell } from './entries.ts';

/** Words of the state file that are final. */
export const finalStates = [
  'committed',
  'returned-up',
  'returned-down',
  'returned-stopped',
  'returned-boot',
  'not-stopped',
  // The new state is in place and its node can neither be used nor stopped: nothing is moved under it. `mend` tries again when
  // it is asked to (state `returning`), `boot` finishes.
  'not-returned',
  // Somebody changed the watched folder while the new state was prepared from it: nothing was moved.
  'edited',
  // The host could not write down how far it was (a full disk): nothing was moved.
  'not-noted',
] as const;
export type FinalState = (typeof finalStates)[number];

/**
 * $1: `go` (forward), `mend` (after the unit ended, however), `boot` (before the node's unit starts). Reads `parameters`
 * (unit, port, seconds, speech tls|any, active yes|no, start yes|no, boot unit, watched folder, its fingerprint, seconds to wait for other hosts) and `trades`
 * (kind TAB here TAB out TAB in).
 */
export const switchScript = `${programHead}{ read -r unit; read -r port; read -r seconds; read -r speech; read -r active; read -r start; read -r bootunit; read -r watched; read -r expected; read -r hold; } < parameters
tab=$(printf '\\t')
${noteFunctions}flush_trades() { # only the file systems of the trades: one that does not answer elsewhere must not keep the node stopped
  while IFS="$tab" read -r kind here out in; do
    sync -f "\${here%/*}/." 2>/dev/null || { sync; return; }
    [ ! -d "$here" ] || sync -f "$here"
  done < trades
}
state() { head -n 1 state 2>/dev/null || echo none; }
exists() { [ -e "$1" ] || [ -L "$1" ]; }
${serviceFunctions}${entriesShell}unchanged() { [ -z "$watched" ] || [ "$(fingerprint "$watched")" = "$expected" ]; }
others() { # every entry of $1 but ours and the file system's own
  find "$1" -mindepth 1 -maxdepth 1 ! -path "$2" ! -path "$3" ! -name lost+found
}
move_all() { # from the list on standard input to $1
  while IFS= read -r one; do mv -- "$one" "$1/" || return 1; done
}
inside() { find "$1" -mindepth 1 -maxdepth 1; }

forward() {
  n=0
  while IFS="$tab" read -r kind here out in; do
    n=$((n + 1))
    if [ "$kind" = contents ]; then
      [ -d "$out" ] || mkdir -m 700 "$out" || return 1
      if [ ! -e "out-$n" ]; then others "$here" "$out" "$in" | move_all "$out" || return 1; : > "out-$n"; flush .; fi
      if [ ! -e "in-$n" ]; then
        if [ "$in" != - ]; then inside "$in" | move_all "$here" || return 1; rmdir "$in"; fi
        : > "in-$n"; flush .
      fi
      continue
    fi
    if [ "$out" != - ] && ! exists "$out" && exists "$here"; then mv -- "$here" "$out" || return 1; fi
    if [ "$in" != - ] && exists "$in" && ! exists "$here"; then mv -- "$in" "$here" || return 1; fi
  done < trades
  flush_trades
}

undo_trades() { # from standard input, the last one first
  n=$(wc -l < trades)
  bad=0
  while IFS="$tab" read -r kind here out in; do
    k=$n; n=$((n - 1))
    if [ "$kind" = contents ]; then
      [ -d "$out" ] || continue
      if [ -e "out-$k" ] && [ ! -e "back-$k" ]; then
        trial=$in; [ "$in" != - ] || trial=$out.trial
        [ -d "$trial" ] || mkdir -m 700 "$trial" || { bad=1; continue; }
        others "$here" "$out" "$trial" | move_all "$trial" || { bad=1; continue; }
        : > "back-$k"; flush .
      fi
      inside "$out" | move_all "$here" || { bad=1; continue; }
      rmdir "$out"
      continue
    fi
    if [ "$out" = - ]; then
      if exists "$here" && ! exists "$in"; then mv -- "$here" "$in" || bad=1; fi
    elif exists "$out"; then
      if exists "$here"; then
        if [ "$in" = - ]; then mv -- "$here" "$out.trial" || { bad=1; continue; }
        else mv -- "$here" "$in" || { bad=1; continue; }; fi
      fi
      mv -- "$out" "$here" || bad=1
    fi
  done
  flush_trades
  [ $bad -eq 0 ] && [ "$n" -eq 0 ]
}
# Without a list in a file, which a full disk would cut short. Does nothing where nothing was moved.
backward() { sed -n '1!G;h;$p' trades | undo_trades; }

all_stopped() { # nodes of one cluster meet here: none starts before all are stopped, and a host that nobody calls goes back
  [ "\${hold:-0}" -gt 0 ] || return 0
  phase held
  until=$(($(seconds_up) + hold))
  while [ ! -e go-on ]; do
    [ ! -e give-up ] && [ "$(seconds_up)" -lt $until ] || return 1
    sleep 0.5
  done
}

kill_node() { # for a node that is to go anyway: what it has not written by now is kept aside as it is
  for round in 1 2 3; do
    systemctl kill --signal=KILL -- "$unit"
    systemctl --no-block stop -- "$unit"
    ended 40 && return 0
  done
  return 1
}

forget_boot() {
  rm -f "/etc/systemd/system/multi-user.target.wants/$bootunit" "/etc/systemd/system/$bootunit"
  systemctl daemon-reload
}

return_old() {
  phase returning
  stop_node || kill_node || { phase not-returned; return; }
  tries=0
  until backward; do
    tries=$((tries + 1))
    [ $tries -lt 5 ] || { phase returned-down; forget_boot; return; }
    sleep 2
  done
  if [ "$active" = yes ]; then
    if start_node any; then phase returned-up; else phase returned-down; fi
  else phase returned-stopped
  fi
  forget_boot
}

not_noted() { # nothing was moved, and without a note nothing may be
  if [ "$1" = runs ] || [ "$active" = no ] || start_node any; then phase not-noted; else phase returned-down; fi && forget_boot
  exit 0
}

case $1 in
  go)
    # Who moves the order first has it: this script, or who withdraws it.
    [ "$(state)" = ready ] && mv order taken 2>/dev/null || exit 0
    unchanged || { phase edited; forget_boot; exit 0; }
    phase stopping || not_noted runs
    if ! stop_node; then
      systemctl --no-block start -- "$unit"
      phase not-stopped; forget_boot; exit 0
    fi
    if ! unchanged; then
      if [ "$active" = no ] || start_node any; then phase edited; else phase returned-down; fi
      forget_boot; exit 0
    fi
    phase trading || not_noted stopped
    forward && all_stopped || { return_old; exit 0; }
    phase starting
    if [ "$start" = no ] || start_node "$speech"; then phase committed && forget_boot; exit 0; fi
    date +%s > failed-at
    return_old
    ;;
  mend)
    case $(state) in
      stopping|trading|held|starting|returning) return_old ;;
    esac
    ;;
  boot)
    case $(state) in
      stopping|trading|held|starting|returning|not-returned) if backward; then phase returned-boot; else phase returned-down; fi ;;
      ready) phase returned-boot ;;
    esac
    forget_boot
    ;;
esac
`;
