/** Takes the rules back on the host itself: Bulwark's rich rules of every zone in use, live by firewalld, and the zones' files. */
import type { HandUndoOp, HandUndoScript } from '../../../hand-undo/ops.ts';
import { fileFunctions } from '../by-hand-files.ts';
import { loadProgram } from './host.ts';
import { ours } from './rules.ts';
import { firewalldUp } from './up.ts';

/** No arguments. The folder `was` holds what `loadProgram` reads: `zones`, and `rules` behind their zones. */
const script: HandUndoScript = `
set -u
LC_ALL=C; export LC_ALL
mode=$1; s=$2; R=$BULWARK_ROOT
${fileFunctions}
zones() {
  default=$(firewall-cmd --get-default-zone) && active=$(firewall-cmd --get-active-zones) || exit 1
  printf '%s\\n' "$default" "$active" | grep -v '^[[:space:]]' | cut -d' ' -f1 | grep -Ex '[A-Za-z0-9_-]+' | sort -u
}
live() {
  while read -r zone; do
    all=$(firewall-cmd --zone="$zone" --list-rich-rules </dev/null) || return 1
    printf '%s\\n' "$all" | grep -E '${ours}' | sort -u | sed "s/^/$zone /"
  done < "$s/was/zones"
}
${firewalldUp}each() { while read -r zone; do "$1" "zone-$zone" "/etc/firewalld/zones/$zone.xml"; done < "$s/was/zones"; }
note() { mark "$R$2" > "$s/$1.now"; }
case $mode in
  keep)
    mkdir "$s/was" && zones > "$s/was/zones" && live > "$s/was/rules" || exit 1
    each save ;;
  seal) live > "$s/live.now"; each note ;;
  check)
    if firewalld_up; then
      live > "$s/cur" || { echo "firewalld does not tell the rules of its zones"; exit 1; }
      cmp -s "$s/cur" "$s/was/rules" || cmp -s "$s/cur" "$s/live.now" || { echo "the rich rules are not as Bulwark left them"; exit 1; }
    fi
    each known ;;
  undo)
    ( set -- "$s/was"
${loadProgram} ) || exit 1
    each put ;;
esac
exit 0
`;

export const firewalldByHand: HandUndoOp = { do: 'script', script, args: [] };
