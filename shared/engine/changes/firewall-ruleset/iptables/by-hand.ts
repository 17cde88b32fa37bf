/** Takes the rules back on the host itself: Bulwark's chain goes, or is as it was, and so are the files that are loaded at boot. */
import type { HandUndoOp, HandUndoScript } from '../../../hand-undo/ops.ts';
import { fileFunctions } from '../by-hand-files.ts';
import { loadProgram, ours } from './rules.ts';

/** No arguments. The folder `was` holds what `loadProgram` reads. */
const script: HandUndoScript = `
set -u
LC_ALL=C; export LC_ALL
mode=$1; s=$2; R=$BULWARK_ROOT
${fileFunctions}
four=/etc/iptables/rules.v4; six=/etc/iptables/rules.v6
live() { iptables-save -t filter | grep -E '${ours}'; echo ---; ip6tables-save -t filter | grep -E '${ours}'; return 0; }
rules() {
  $1-save -t filter > "$s/all" || exit 1
  grep '^-A bulwark ' "$s/all"
  if grep -qx '[*]filter' "$s/all"; then echo '#'; else echo '# no table'; fi
}
case $mode in
  keep)
    mkdir "$s/was" || exit 1
    rules iptables > "$s/was/v4"; rules ip6tables > "$s/was/v6"
    live > "$s/live"; save four $four; save six $six ;;
  seal) live > "$s/live.now"; mark "$R$four" > "$s/four.now"; mark "$R$six" > "$s/six.now" ;;
  check)
    live > "$s/cur"
    cmp -s "$s/cur" "$s/live" || cmp -s "$s/cur" "$s/live.now" || { echo "the chain bulwark is not as Bulwark left it"; exit 1; }
    known four $four; known six $six ;;
  undo)
    live > "$s/cur"
    if ! cmp -s "$s/cur" "$s/live"; then
      ( set -- "$s/was"
${loadProgram} ) || exit 1
    fi
    put four $four; put six $six ;;
esac
exit 0
`;

export const iptablesByHand: HandUndoOp = { do: 'script', script, args: [] };
