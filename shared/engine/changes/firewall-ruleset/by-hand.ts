/** Takes the rules back on the host itself: Bulwark's table, the boot configuration and its service, as they were. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { HandUndoOp, HandUndoScript } from '../../hand-undo/ops.ts';

/** Argument: path of the file with Bulwark's rules. The boot file is the one that nftables.service loads. */
const script: HandUndoScript = `
set -u
LC_ALL=C; export LC_ALL
mode=$1; s=$2; R=$BULWARK_ROOT
table() { if nft list tables 2>/dev/null | grep -qx 'table inet bulwark'; then nft list table inet bulwark; fi; }
mark() { if [ -e "$1" ]; then echo "$(stat -c '%u:%g %a' -- "$1") $(sha256sum < "$1")"; else echo absent; fi; }
boot() {
  start=$(systemctl show -p ExecStart --value nftables.service 2>/dev/null)
  printf '%s\\n' "$start" | sed -n 's/.*-f  *\\(\\/[^ ";]*\\).*/\\1/p; s/.*include  *\\\\*"\\(\\/[^ ";\\\\]*\\).*/\\1/p' | head -n 1
}
save() { mark "$R$2" > "$s/$1.was"; [ ! -e "$R$2" ] || cp --preserve=all -- "$R$2" "$s/$1.file" || exit 1; }
known() {
  now=$(mark "$R$2")
  [ "$now" = "$(cat "$s/$1.was")" ] || [ "$now" = "$(cat "$s/$1.now" 2>/dev/null)" ] || { echo "$2 is not as Bulwark left it"; exit 1; }
}
put() {
  [ "$(mark "$R$2")" = "$(cat "$s/$1.was")" ] && return 0
  if [ -e "$s/$1.file" ]; then cp --preserve=all -- "$s/$1.file" "$R$2.bulwark-$$" && mv -f -- "$R$2.bulwark-$$" "$R$2"
  else rm -f -- "$R$2"; fi || exit 1
}
rules=$(sed -n 1p "$s/args")
case $mode in
  keep)
    table > "$s/table"; boot > "$s/boot"
    systemctl is-enabled nftables.service > "$s/enabled" 2>/dev/null
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
    case $(cat "$s/enabled") in
      enabled) systemctl enable nftables.service >/dev/null 2>&1 ;;
      *) systemctl disable nftables.service >/dev/null 2>&1 ;;
    esac ;;
esac
exit 0
`;

export function firewallByHand({ backend }: ChangeOf<'firewall-ruleset'>): readonly HandUndoOp[] {
  return backend === 'nftables'
    ? [{ do: 'script', script, args: ['/etc/nftables.d/bulwark.nft'] }]
    : [
        {
          do: 'left',
          text: `rules of ${backend} are not taken back by hand. Look at them and change them with ${backend} itself`,
        },
      ];
}
