/** Turns swap on again on the host itself: masks away, then what was on before; fstab is a file like others. */
import type { HandUndoOp, HandUndoScript } from '../../hand-undo/ops.ts';
import { swapUnits } from './host.ts';

/** No arguments. `active` holds `priority uuid name` of each swap as the kernel lists them, `-` for no UUID. */
const script: HandUndoScript = `
set -u
LC_ALL=C; export LC_ALL
mode=$1; s=$2; R=$BULWARK_ROOT; units=$R/etc/systemd/system
running=no; [ -d "$R/run/systemd/system" ] && command -v systemctl >/dev/null 2>&1 && running=yes
${swapUnits}
masked() { [ -L "$1" ] && [ "$(readlink "$1")" = /dev/null ]; }
case $mode in
  keep)
    sed 1d "$R/proc/swaps" | while read -r name kind size used priority rest; do
      uuid=
      [ "$kind" = partition ] && command -v blkid >/dev/null 2>&1 && uuid=$(blkid -o value -s UUID "$name" 2>/dev/null)
      printf '%s %s %s\\n' "$priority" "\${uuid:--}" "$name"
    done | sort -rn > "$s/active"
    : > "$s/units"
    [ $running = no ] || swap_units > "$s/units" ;;
  check)
    sed 1d "$R/proc/swaps" | while read -r name rest; do
      cut -d' ' -f3 "$s/active" | grep -Fqx -- "$name" && continue
      uuid=$(blkid -o value -s UUID "$name" 2>/dev/null)
      [ -n "$uuid" ] && cut -d' ' -f2 "$s/active" | grep -Fqx -- "$uuid" && continue
      echo "swap on $name was turned on meanwhile"; exit 1
    done || exit 1
    while read -r unit; do
      p=$units/$unit
      if [ -e "$p.bulwark-off" ] && ! masked "$p"; then echo "$p came back meanwhile"; exit 1; fi
    done < "$s/units" ;;
  undo)
    while read -r unit; do
      p=$units/$unit
      if masked "$p"; then rm -f -- "$p" || exit 1; fi
      if [ -e "$p.bulwark-off" ] || [ -L "$p.bulwark-off" ]; then mv -- "$p.bulwark-off" "$p" || exit 1; fi
    done < "$s/units"
    [ $running = no ] || systemctl daemon-reload || exit 1
    bad=0
    while read -r priority uuid name; do
      device=$(printf '%b' "$(printf '%s' "$name" | sed 's/\\\\\\([0-7][0-7][0-7]\\)/\\\\0\\1/g')")
      if [ "$uuid" != - ] && [ -e "$R/dev/disk/by-uuid/$uuid" ]; then
        device=$R/dev/disk/by-uuid/$uuid; name=$(readlink -f "$device")
      fi
      sed 1d "$R/proc/swaps" | cut -d' ' -f1 | grep -Fqx -- "$name" && continue
      if [ "$priority" -ge 0 ]; then swapon -p "$priority" "$device"; else swapon "$device"; fi || bad=1
    done < "$s/active"
    [ $bad = 0 ] || { echo 'swap could not be turned on again'; exit 1; } ;;
esac
exit 0
`;

export function swapByHand(): readonly HandUndoOp[] {
  return [
    { do: 'file', path: '/etc/fstab' },
    { do: 'script', script, args: [] },
  ];
}
