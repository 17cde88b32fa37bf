/** Whether the service works with the data in their own place, so that what is kept beside them may go. Reads only. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { Image } from './image.ts';
import { mapperOf } from './tables.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;

// Lucene maps its files and closes them, but the node keeps its lock file open: so both are looked at.
const servedScript = `${prelude}
path=$1; kept=$2; mapper=$3; unit=$4
own=$(cat "/sys/class/block/$(basename "$(readlink -f "/dev/mapper/$mapper")")/dev" 2>/dev/null)
found=
while read -r _ _ number _ point _; do [ "$point" != "$path" ] || found=$number; done < /proc/self/mountinfo
if [ -z "$found" ]; then echo mounted=nothing; elif [ "$found" = "$own" ]; then echo mounted=volume; else echo mounted=other; fi
if [ -L "$path" ] || [ ! -d "$path" ]; then echo path=missing
elif [ -z "$(find "$path" -mindepth 1 -maxdepth 1 | head -n 1)" ]; then echo path=empty
else echo path=filled; fi
echo "unit=$(systemctl show -p ActiveState --value -- "$unit" 2>/dev/null)"
cgroup=$(systemctl show -p ControlGroup --value -- "$unit" 2>/dev/null)
[ "$cgroup" != / ] || cgroup=
for process in /proc/[0-9]*; do
  uses=$({ ls -l "$process/fd" "$process/cwd"; cat "$process/maps"; } 2>/dev/null)
  case $uses in *" $kept/"* | *" $kept
"* | *" $kept") echo "held=\${process#/proc/} $(tr -d '\\n' < "$process/comm" 2>/dev/null)" ;; esac
  [ -n "$cgroup" ] || continue
  case $uses in *" $path/"*) ;; *) continue ;; esac
  while read -r group; do case $group in *:"$cgroup" | *:"$cgroup"/*) echo served=yes ;; esac; done < "$process/cgroup"
done 2>/dev/null | sort -u
echo end
`;

export interface StillServed {
  /** On what the directory lies: `nothing` is mounted there, this change's `volume`, or something `other`. */
  readonly mounted: 'nothing' | 'volume' | 'other';
  readonly path: 'missing' | 'empty' | 'filled';
  readonly running: boolean;
  /** A process of the service has files of the directory open. */
  readonly inUse: boolean;
  /** Processes that use what is kept: `123 java`. */
  readonly held: readonly string[];
}

/** Errors: PROBE_MALFORMED, the connection's. */
export async function lookAtService(
  change: Change,
  image: Image,
  keptPath: string,
  context: Pick<ChangeContext, 'host' | 'signal'>,
): Promise<Result<StillServed>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-served',
      script: servedScript,
      args: [change.path, keptPath, mapperOf(image), change.unit],
      privileged: true,
      deadlineSeconds: 120,
    },
    { doing: `see what ${change.unit} works with` },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).trim().split('\n');
  const all = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const [mounted] = all('mounted');
  const [path] = all('path');
  if (
    lines.at(-1) !== 'end' ||
    (mounted !== 'nothing' && mounted !== 'volume' && mounted !== 'other') ||
    (path !== 'missing' && path !== 'empty' && path !== 'filled')
  ) {
    return fail(
      appError(
        'PROBE_MALFORMED',
        `What ${change.unit} works with could not be read.`,
        'Try again. Nothing was removed.',
        { hostState: 'unchanged', retryable: true },
      ),
    );
  }
  return succeed({
    mounted,
    path,
    running: all('unit')[0] === 'active',
    inUse: all('served')[0] === 'yes',
    held: all('held'),
  });
}

/** Why nothing shows that the service works with its data on the plain disk; empty when it does. */
export function doubtsAfterUndo(change: Change, image: Image, seen: StillServed): readonly string[] {
  const { path, unit, install } = change;
  if (seen.mounted !== 'nothing') {
    return [
      seen.mounted === 'volume'
        ? `${path} is mounted from the volume, although the move was taken back.`
        : `Something else is mounted on ${path} by now.`,
    ];
  }
  const doubts: readonly (readonly [boolean, string])[] = [
    [seen.path === 'missing', `${path} is no directory.`],
    [seen.path === 'empty', `${path} is empty.`],
    [
      image.active && !seen.running,
      `${unit} does not run, so nothing shows that its data in ${path} are good.`,
    ],
    // Other services may open their files for a moment only.
    [
      install !== undefined && seen.running && !seen.inUse,
      `${unit} runs and has nothing open in ${path}, so its data may lie elsewhere.`,
    ],
  ];
  return doubts.filter(([doubt]) => doubt).map(([, sentence]) => sentence);
}
