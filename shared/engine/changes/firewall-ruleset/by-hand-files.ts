/** Shell functions for configuration files of a firewall that are taken back on the host itself: `$s` is the state, `$R` the root. */

/**
 * `save NAME PATH` before the change, `mark PATH > "$s/NAME.now"` after it, `known NAME PATH` ends with a sentence when the
 * file is neither, `put NAME PATH` restores it.
 */
export const fileFunctions = `mark() { if [ -e "$1" ]; then echo "$(stat -c '%u:%g %a' -- "$1") $(sha256sum < "$1")"; else echo absent; fi; }
save() { mark "$R$2" > "$s/$1.was"; [ ! -e "$R$2" ] || cp --preserve=all -- "$R$2" "$s/$1.file" || exit 1; }
known() {
  now=$(mark "$R$2")
  [ "$now" = "$(cat "$s/$1.was")" ] || [ "$now" = "$(cat "$s/$1.now" 2>/dev/null)" ] || { echo "$2 is not as Bulwark left it"; exit 1; }
}
put() {
  [ "$(mark "$R$2")" = "$(cat "$s/$1.was")" ] && return 0
  if [ -e "$s/$1.file" ]; then cp --preserve=all -- "$s/$1.file" "$R$2.bulwark-undo" && mv -f -- "$R$2.bulwark-undo" "$R$2"
  else rm -f -- "$R$2"; fi || exit 1
}`;
