/** Takes the rules back on the host itself: Bulwark's table, the boot configuration and its service, as they were. */

import { bootFunctions } from '../../../../text/firewall-managers.ts';
import type { HandUndoOp, HandUndoScript } from '../../../hand-undo/ops.ts';
import { fileFunctions } from '../by-hand-files.ts';

/** Argument: path of the file with Bulwark's rules. The boot file is the one that nftables.service loads. */
const script: HandUndoScript = `
set -u
LC_ALL=C; export LC_ALL
${bootFunctions}
mode=$1; s=$2; R=$BULWARK_ROOT
table() { if nft list tables 2>/dev/null | grep -qx 'table inet bulwark'; then nft list table inet bulwark; fi; }
boot() {
  [ -d /run/systemd/system ] || { init_nft; return; }
  start=$(systemctl show -p ExecStart --value nftables.service 2>/dev/null)
  printf '%s\\n' "$start" | sed -n 's/.*-f  *\\(\\/[^ ";]*\\).*/\\1/p; s/.*include  *\\\\*"\\(\\/[^ ";\\\\]*\\).*/\\1/p' | head -n 1
}
${fileFunctions}
rules=$(sed -n 1p "$s/args")
case $mode in
  keep)
    table > "$s/table"; boot > "$s/boot"
    if on nftables.service; then echo enabled; else echo disabled; fi > "$s/enabled"
    [ ! -d "$R/etc/nftables.d" ] || : > "$s/folder"
    [ ! -s "$s/boot" ] || save boot "$(cat "$s/boot")"
    save rules "$rules" ;;
  seal)
    table > "$s/table.now"
    [ ! -s "$s/boot" ] || mark "$R$(cat "$s/boot")" > "$s/boot.now"
    mark "$R$rules" > "$s/rules.now" ;;
  check)
    table > "$s/table.cur"
    cmp -s "$s/table.cur" "$s/table" || cmp -s "$s/table.cur" "$s/table.now" || { echo "the rules are not as Bulwark left them"; exit 1; }
    [ ! -s "$s/boot" ] || known boot "$(cat "$s/boot")"
    known rules "$rules" ;;
  undo)
    { printf 'table inet bulwark\\ndelete table inet bulwark\\n'; cat "$s/table"; } > "$s/load"
    nft -f "$s/load" || exit 1
    [ ! -s "$s/boot" ] || put boot "$(cat "$s/boot")"
    put rules "$rules"
    [ -e "$s/folder" ] || rmdir "$R/etc/nftables.d" 2>/dev/null
    [ -d /run/systemd/system ] || exit 0
    case $(cat "$s/enabled") in
      enabled) systemctl enable nftables.service >/dev/null 2>&1 ;;
      *) systemctl disable nftables.service >/dev/null 2>&1 ;;
    esac ;;
esac
exit 0
`;

export const nftablesByHand: HandUndoOp = { do: 'script', script, args: ['/etc/nftables.d/bulwark.nft'] };
