/**
 * Loading rules only while the guard is armed. A link that stalls can deliver a load after the guard has put the old rules
 * back: nothing would take the new ones away again.
 */

/**
 * Wraps a program that loads the texts in the folder `$1`. `$2` is the marker of the armed guard, or nothing. The guard that
 * fires in the middle of a load may have been overtaken by it, so its way back, kept beside, is gone once more. Exit 53: too
 * late, the old rules are live.
 */
export function loadWhileArmed(program: string): string {
  return `needs=$2; g=$1/guard
if [ -n "$needs" ]; then
  mkdir "$g" || exit 1
  for f in "\${needs%/*}"/*; do
    [ -f "$f" ] || continue
    cp -- "$f" "$g/" || { [ -e "$needs" ] && exit 1; exit 53; }
  done
  [ -e "$needs" ] && [ -f "$g/revert.sh" ] || exit 53
fi
(
set -- "$1"
${program})
code=$?
if [ -n "$needs" ] && [ ! -e "$needs" ]; then
  sh "$g/revert.sh" "$g" >&2 || exit 1
  exit 53
fi
exit $code
`;
}
