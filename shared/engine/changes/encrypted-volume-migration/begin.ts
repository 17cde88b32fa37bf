/** Hands a migration to the host. */
import { appError } from '../../../domain/error.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked } from '../../host-script.ts';
import type { Edit } from './image.ts';
import { migrateScript } from './migrate-script.ts';

export type Direction = 'there' | 'back';

/** Private folder of one direction. `there` shares it with the formatting of the volume. */
export function folderOf(tag: string, direction: Direction): string {
  return `/var/lib/bulwark/${tag}/volume${direction === 'there' ? '' : '-back'}`;
}

export const unitNames = (tag: string, direction: Direction) => ({
  go: `bulwark-volume-${direction}-${tag}.service`,
  boot: `bulwark-volume-settle-${direction}-${tag}.service`,
});

export interface Wish {
  readonly direction: Direction;
  readonly path: string;
  /** Where the volume is mounted while it is filled. */
  readonly volume: string;
  /** Where the old directory stays. */
  readonly aside: string;
  /** Where a copy on the plain disk grows. */
  readonly fresh: string;
  readonly mapper: string;
  readonly unit: string;
  readonly active: boolean;
  /** 0 for a service without Elasticsearch's HTTP interface. */
  readonly httpPort: number;
  /** That one start of the service may take. */
  readonly seconds: number;
  readonly edits: readonly Edit[];
}

const beginScript = `${prelude}
d=$1; go=$2; boot=$3; unit=$4; state=$5
mkdir -p -- "$d" && chmod 700 /var/lib/bulwark "\${d%/*}" "$d" || exit 1
[ ! -e "$d/state" ] || [ "$(cat "$d/state")" = "$state" ] || exit 61
rm -f -- "$d"/edit-* "$d/started" "$d/switched" "$d/reason" "$d/failed-at" "$d/coming"
: > "$d/parameters"
while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "\${line#=}" >> "$d/parameters" || exit 53; done
: > "$d/edits"; n=0
while IFS= read -r line && [ -n "$line" ]; do
  n=$((n + 1)); printf '%s\\n' "\${line#=}" >> "$d/edits" || exit 53
  for side in old new; do
    IFS= read -r kind
    [ "$kind" = file ] || continue
    while IFS= read -r line && [ -n "$line" ]; do printf '%b' "\${line#=}" || exit 53; done > "$d/edit-$n.$side" || exit 53
  done
done
cat > "$d/migrate.sh" || exit 53
[ "$(tail -n 1 "$d/migrate.sh")" = '# end' ] || exit 52
printf '[Unit]\\nDescription=Bulwark: settle an interrupted migration of data\\nBefore=%s\\nRequiresMountsFor=%s\\n[Service]\\nType=oneshot\\nTimeoutStartSec=1800\\nExecStart=/bin/sh %s/migrate.sh boot\\n[Install]\\nWantedBy=multi-user.target\\n' \\
  "$unit" "$d" "$d" > "/etc/systemd/system/$boot" || exit 1
mkdir -p /etc/systemd/system/multi-user.target.wants /run/systemd/system
ln -sf "/etc/systemd/system/$boot" "/etc/systemd/system/multi-user.target.wants/$boot" || exit 1
printf '[Unit]\\nDescription=Bulwark: migration of data\\n[Service]\\nType=simple\\nExecStart=/bin/sh %s/migrate.sh go\\nExecStopPost=/bin/sh %s/migrate.sh mend\\nTimeoutStopSec=3600\\n' \\
  "$d" "$d" > "/run/systemd/system/$go" || exit 1
# Kept for the notes of a host whose disk fills up meanwhile.
head -c 262144 /dev/zero > "$d/ballast" || exit 53
leave() { # nothing was begun: what was noted before comes back
  if [ "$state" = none ]; then rm -f -- "$d/state"; else echo "$state" > "$d/state"; fi
  rm -f -- "/run/systemd/system/$go" "/etc/systemd/system/multi-user.target.wants/$boot" "/etc/systemd/system/$boot"
  systemctl daemon-reload
  exit "$1"
}
echo ready > "$d/state" || leave 53
sync
systemctl daemon-reload || leave 1
systemctl reset-failed -- "$go" 2>/dev/null
# An answer that was lost is not a refusal: what runs goes on.
systemctl --no-block start -- "$go" && exit 0
case $(systemctl show -p ActiveState --value -- "$go" 2>/dev/null) in active | activating) exit 0 ;; esac
[ "$(cat "$d/state")" = ready ] || exit 0
leave 1
`;

/** A file's bytes as octal escapes for `printf %b`, 64 a line: through `sh` in every encoding, whatever the bytes are. */
function asLines(bytes: Uint8Array | null): string {
  if (bytes === null) {
    return 'none\n';
  }
  const escapes = Array.from(bytes, (byte) => `\\0${byte.toString(8).padStart(3, '0')}`);
  let text = 'file\n';
  for (let at = 0; at < escapes.length; at += 64) {
    text += `=${escapes.slice(at, at + 64).join('')}\n`;
  }
  return `${text}\n`;
}

/** From here on the host ends it by itself. Errors: PRECONDITION_FAILED (an earlier one is not settled), the connection's. */
export async function beginMigration(context: ChangeContext, wish: Wish): Promise<Result<void>> {
  const names = unitNames(context.tag, wish.direction);
  const parameters = [
    wish.direction,
    wish.path,
    wish.volume,
    wish.aside,
    wish.fresh,
    wish.mapper,
    wish.unit,
    wish.active ? 'yes' : 'no',
    String(wish.httpPort),
    String(wish.seconds),
    names.boot,
  ];
  const head = `${parameters.map((line) => `=${line}`).join('\n')}\n\n`;
  const edits = wish.edits.map((edit) => `=${edit.path}\n${asLines(edit.old)}${asLines(edit.new)}`).join('');
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-begin',
      script: beginScript,
      args: [
        folderOf(context.tag, wish.direction),
        names.go,
        names.boot,
        wish.unit,
        wish.direction === 'there' ? 'prepared' : 'none',
      ],
      stdin: new TextEncoder().encode(`${head}${edits}\n${migrateScript}# end\n`),
      privileged: true,
      deadlineSeconds: 60,
    },
    {
      doing: 'begin the migration',
      explain: (output) =>
        output.exitCode === 53
          ? appError(
              'DISK_FULL',
              'The host has no room for the bookkeeping of the migration.',
              'Make room below /var/lib on the host, then try again.',
              { hostState: 'changed', retryable: true },
            )
          : output.exitCode === 61
            ? appError(
                'PRECONDITION_FAILED',
                'An earlier migration of this step is not settled.',
                'Let Bulwark settle the interrupted work of this host first.',
                { hostState: 'unchanged' },
              )
            : undefined,
    },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}
