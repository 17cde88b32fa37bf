/** Takes kernel parameters back on the host itself: the live values of before, where they are still the ones that were set. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { HandUndoOp, HandUndoScript } from '../../hand-undo/ops.ts';
import { ownFile } from './host.ts';
import { plainValue, procPath } from './precedence.ts';

/** Arguments: one line `path-below-/proc/sys value` for each parameter that is set. */
const script: HandUndoScript = `
set -u
LC_ALL=C; export LC_ALL
mode=$1; s=$2; k=$BULWARK_ROOT/proc/sys
plain() { tr -s ' \\t\\n' ' ' < "$k/$1" | sed 's/^ //; s/ $//'; }
case $mode in
  keep)
    while read -r key wrote; do
      [ -f "$k/$key" ] || exit 1
      printf '%s %s\\n' "$key" "$(plain "$key")"
    done < "$s/args" > "$s/was" ;;
  check)
    while read -r key wrote; do
      now=$(plain "$key")
      [ "$now" = "$wrote" ] || grep -Fqx -- "$key $now" "$s/was" ||
        { echo "the kernel parameter $key is not as Bulwark left it"; exit 1; }
    done < "$s/args" ;;
  undo)
    while read -r key old; do
      [ "$(plain "$key")" = "$old" ] && continue
      printf '%s\\n' "$old" > "$k/$key" && [ "$(plain "$key")" = "$old" ] ||
        { echo "the kernel does not take $old for $key"; exit 1; }
    done < "$s/was" ;;
esac
exit 0
`;

export function sysctlByHand({ settings }: ChangeOf<'sysctl'>): readonly HandUndoOp[] {
  return [
    {
      do: 'script',
      script,
      args: settings.map(({ key, value }) => `${procPath(key)} ${plainValue(value)}`),
    },
    { do: 'file', path: ownFile },
  ];
}
