/** Takes the rules back on the host itself: ufw's own chain and rule files, as they were; nothing else is loaded anew. */
import type { HandUndoOp, HandUndoScript } from '../../../hand-undo/ops.ts';
import { fileFunctions } from '../by-hand-files.ts';

/** No arguments. */
const script: HandUndoScript = `
set -u
LC_ALL=C; export LC_ALL
mode=$1; s=$2; R=$BULWARK_ROOT
${fileFunctions}
four=/etc/ufw/user.rules; six=/etc/ufw/user6.rules
live() {
  iptables-save -t filter | grep -E '^(:|-A )ufw-user-input ' | sed 's/ \\[.*\\]$//'
  ip6tables-save -t filter | grep -E '^(:|-A )ufw6-user-input ' | sed 's/ \\[.*\\]$//'
  return 0
}
# The rules of a chain in one transaction, when ufw has it.
load() {
  grep -q "^:$2 " "$s/cur" || return 0
  { echo '*filter'; echo ":$2 - [0:0]"; grep "^-A $2 " "$s/live"; echo COMMIT; } > "$s/load"
  $1 --noflush --test < "$s/load" && $1 --noflush < "$s/load"
}
case $mode in
  keep) live > "$s/live"; save four $four; save six $six ;;
  seal) live > "$s/live.now"; mark "$R$four" > "$s/four.now"; mark "$R$six" > "$s/six.now" ;;
  check)
    live > "$s/cur"
    cmp -s "$s/cur" "$s/live" || cmp -s "$s/cur" "$s/live.now" || { echo "the rules of ufw are not as Bulwark left them"; exit 1; }
    known four $four; known six $six ;;
  undo)
    live > "$s/cur"
    if ! cmp -s "$s/cur" "$s/live"; then
      load iptables-restore ufw-user-input && load ip6tables-restore ufw6-user-input || exit 1
    fi
    put four $four; put six $six ;;
esac
exit 0
`;

export const ufwByHand: HandUndoOp = { do: 'script', script, args: [] };
