/**
 * Temporary folders that a power cut left beside files that a step was writing: the script that would have removed them ended
 * with the host. They are removed by the next work on this step. Only what bears this step's name, belongs to us alone and
 * holds nothing but the two files that a write makes in it is ours.
 */
import type { Change } from '../domain/change.ts';
import type { Result } from '../domain/result.ts';
import { succeed } from '../domain/result.ts';
import { prelude, runChecked } from './host-script.ts';
import type { HostWriter } from './ports.ts';

// The script stands in the folder that it empties: a swapped path cannot lead it anywhere else.
const sweepScript = `${prelude}
name=.bulwark-$1; shift
me=$(id -u)
private() { case $(stat -c '%u %a' .) in "$me 700"|"$me 2700") return 0 ;; esac; return 1; }
for d; do
  [ -d "$d" ] || continue
  find -P "$d" -xdev -maxdepth 2 -type d -user "$me" \\( -name "$name" -o -name "$name-[0-9]" -o -name "$name-[0-9][0-9]" \\) 2>/dev/null
done | sort -u | while IFS= read -r w; do
  (
    cd -P -- "$w" 2>/dev/null && [ "\${PWD##*/}" = "\${w##*/}" ] && private || exit 0
    [ -z "$(ls -A | grep -vxE 'f|old')" ] || exit 0
    rm -f ./f ./old
  )
  rmdir -- "$w" 2>/dev/null && { sync "\${w%/*}" 2>/dev/null || sync; }
done
exit 0
`;

function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** Folders that a change may write to: those that it names or whose files it names, and those that its kind stands for. */
export function foldersOf(change: Change): readonly string[] {
  const named = strings(change).filter((text) => /^\/[^\n]*$/.test(text) && text.length < 4096);
  const above = named.map((path) => path.replace(/\/[^/]*\/?$/, '') || '/');
  return [...new Set([...named, ...above, '/etc', '/etc/systemd/system', '/etc/firewalld'])].slice(0, 400);
}

/**
 * Removes what an interrupted write of this step left. Nothing may be writing for the step any more: the host is locked, and
 * the connection was made anew.
 */
export async function sweepLeftovers(host: HostWriter, change: Change, tag: string): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'sweep-leftovers',
      script: sweepScript,
      args: [tag, ...foldersOf(change)],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: 'remove what an interrupted write left' },
  );
  return ran.ok ? succeed(undefined) : ran;
}
