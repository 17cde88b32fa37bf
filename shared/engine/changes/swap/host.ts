/** What the swap kind asks a host and tells it; every script static. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, tailOf, textOf } from '../../host-script.ts';
import type { HostWriter } from '../../ports.ts';

const runningFolder = '/run/systemd/system';
const unitFolder = '/etc/systemd/system';
/** Where zram-generator.conf(5) may lie, drop-ins included. */
const zramFolders = ['/etc/systemd', '/run/systemd', '/usr/local/lib/systemd', '/usr/lib/systemd'] as const;

/** Prints the swap units that do not come from fstab and are not masked. For a host with systemd. */
export const swapUnits = `swap_units() {
{ systemctl list-units --all --type=swap --plain --no-legend --no-pager
  systemctl list-unit-files --type=swap --no-legend --no-pager
} 2>/dev/null | sed 's/^[^A-Za-z0-9]*//; s/ .*//' | sort -u | while read -r unit; do
  systemctl show -p LoadState -p FragmentPath -p SourcePath -- "$unit" 2>/dev/null | {
    load=; fragment=; source=
    while IFS= read -r line; do
      case $line in LoadState=*) load=\${line#*=} ;; FragmentPath=*) fragment=\${line#*=} ;; SourcePath=*) source=\${line#*=} ;; esac
    done
    [ "$load" = loaded ] && [ -n "$fragment" ] && [ "$source" != /etc/fstab ] && printf '%s\\n' "$unit"
  }
done
}`;

const lookScript = `${prelude}
${swapUnits}
running=$1; swaps=$2; memory=$3; shift 3
c=$(systemd-detect-virt --container 2>/dev/null || tr '\\0' '\\n' < /proc/1/environ 2>/dev/null | sed -n 's/^container=//p')
echo "container=$c"
sed -n 's/^\\(MemTotal\\|MemAvailable\\): *\\([0-9]*\\) kB$/\\1=\\2/p' < "$memory" || exit 1
for d; do
  for f in "$d/zram-generator.conf" "$d/zram-generator.conf.d"/*.conf; do
    [ -f "$f" ] && grep -q '^\\[zram' "$f" && echo "maker=$f"
  done
done
sed 1d < "$swaps" | while read -r name kind size used priority rest; do
  uuid=
  [ "$kind" = partition ] && command -v blkid >/dev/null 2>&1 && uuid=$(blkid -o value -s UUID "$name" 2>/dev/null)
  printf 'swap %s %s %s %s %s\\n' "$name" "$kind" "$used" "$priority" "$uuid"
done
[ -d "$running" ] && command -v systemctl >/dev/null 2>&1 || exit 0
echo systemd=yes
for m in dphys-swapfile zramswap swapspace; do
  case $(systemctl is-enabled "$m.service" 2>/dev/null) in enabled*) echo "maker=$m.service" ;; esac
done
swap_units | sed 's/^/unit /'
exit 0
`;

export interface ActiveSwap {
  /** As the kernel writes it, blanks as \\040. */
  readonly raw: string;
  readonly path: string;
  readonly kind: string;
  /** KiB in use. */
  readonly used: number;
  readonly priority: number;
  /** Of the file system on a device; empty for files and where it is not known. */
  readonly uuid: string;
}

export interface SwapLook {
  readonly container: string;
  readonly systemd: boolean;
  /** KiB. */
  readonly memoryTotal: number;
  readonly memoryAvailable: number;
  /** Highest priority first, as it has to be turned on again. */
  readonly active: readonly ActiveSwap[];
  /** Programs and files that make swap by themselves at boot. */
  readonly makers: readonly string[];
  /** Swap units that do not come from fstab and are not masked. */
  readonly units: readonly string[];
}

function swapOf(line: string): readonly ActiveSwap[] {
  const found = /^swap (\/\S+) (\S+) (\d+) (-?\d+) ?([A-Za-z0-9-]*)$/.exec(line);
  const [, raw = '', kind = '', used, priority, uuid = ''] = found ?? [];
  const path = raw.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return found === null ? [] : [{ raw, path, kind, used: Number(used), priority: Number(priority), uuid }];
}

export async function look(context: ChangeContext): Promise<Result<SwapLook>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'swap-look',
      script: lookScript,
      args: [runningFolder, '/proc/swaps', '/proc/meminfo', ...zramFolders],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: 'look at swap' },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).split('\n');
  const all = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const active = lines.flatMap(swapOf);
  const available = Number(all('MemAvailable')[0] ?? Number.NaN);
  if (
    !Number.isFinite(available) ||
    lines.filter((line) => line.startsWith('swap ')).length !== active.length
  ) {
    return fail(
      appError(
        'PROBE_MALFORMED',
        'The host did not describe its memory and swap as expected.',
        'Look at /proc/swaps and /proc/meminfo on the host.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return succeed({
    container: all('container')[0] ?? '',
    systemd: all('systemd')[0] === 'yes',
    memoryTotal: Number(all('MemTotal')[0] ?? 0),
    memoryAvailable: available,
    active: active.toSorted((left, right) => right.priority - left.priority),
    makers: all('maker'),
    units: lines.flatMap((line) => /^unit ([A-Za-z0-9:_.\\-]+\.swap)$/.exec(line)?.[1] ?? []),
  });
}

const offScript = `${prelude}
done_=
while [ $# -ge 2 ]; do
  if ! swapoff "$1"; then
    echo "$1" >&2
    printf '%s' "$done_" | while IFS=' ' read -r priority name; do
      if [ "$priority" -ge 0 ]; then swapon -p "$priority" "$name"; else swapon "$name"; fi
    done
    exit 72
  fi
  done_="$done_$2 $1
"
  shift 2
done
exit 0
`;

/** Turns them off, all or none. May take as long as reading back what is swapped out. */
export async function swapOff(host: HostWriter, active: readonly ActiveSwap[]): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'swap-off',
      script: offScript,
      args: active.flatMap(({ path, priority }) => [path, String(priority)]),
      privileged: true,
      deadlineSeconds: 3600,
    },
    {
      doing: 'turn swap off',
      explain: (output) =>
        output.exitCode === 72
          ? appError(
              'COMMAND_FAILED',
              'The kernel could not turn swap off; what was off already was turned on again.',
              'Free memory on the host, then try again.',
              { hostState: 'unchanged', retryable: true, detail: tailOf(output) },
            )
          : undefined,
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

const onScript = `${prelude}
swaps=$1; by=$2; shift 2
# One that a lost connection left running keeps its swap listed until it is done, and turns it off after all.
n=0
while pgrep -x swapoff >/dev/null 2>&1; do
  [ $n -lt 90 ] || { echo 'swap is still being turned off' >&2; exit 1; }
  sleep 1; n=$((n + 1))
done
bad=0
while [ $# -ge 4 ]; do
  device=$1; raw=$2
  if [ -n "$4" ] && [ -e "$by/$4" ]; then device=$by/$4; raw=$(readlink -f "$device"); fi
  active=no
  while read -r name rest; do [ "$name" = "$raw" ] && active=yes; done < "$swaps"
  if [ $active = no ]; then
    if [ "$3" -ge 0 ]; then swapon -p "$3" "$device" || bad=1; else swapon "$device" || bad=1; fi
  fi
  shift 4
done
exit $bad
`;

/** Turns on what is not on yet, with the same priority; a device is found by its UUID where that was known. */
export async function swapOn(host: HostWriter, swaps: readonly ActiveSwap[]): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'swap-on',
      script: onScript,
      args: [
        '/proc/swaps',
        '/dev/disk/by-uuid',
        ...swaps.flatMap(({ path, raw, priority, uuid }) => [path, raw, String(priority), uuid]),
      ],
      privileged: true,
      deadlineSeconds: 120,
    },
    { doing: 'turn swap on again', hostState: 'changed' },
  );
  return ran.ok ? succeed(undefined) : ran;
}

const maskScript = `${prelude}
running=$1; folder=$2; do=$3; shift 3
for unit; do
  p=$folder/$unit
  masked=no; [ -L "$p" ] && [ "$(readlink "$p")" = /dev/null ] && masked=yes
  if [ "$do" = mask ]; then
    [ $masked = yes ] && continue
    if [ -e "$p" ] || [ -L "$p" ]; then
      [ ! -e "$p.bulwark-off" ] || exit 49
      mv -- "$p" "$p.bulwark-off" || exit 1
    fi
    ln -s /dev/null "$p" || exit 1
  else
    if [ $masked = yes ]; then rm -f -- "$p" || exit 1; fi
    if [ -e "$p.bulwark-off" ] || [ -L "$p.bulwark-off" ]; then
      [ ! -e "$p" ] || exit 49
      mv -- "$p.bulwark-off" "$p" || exit 1
    fi
  fi
done
sync "$folder" 2>/dev/null || sync
if [ -d "$running" ] && command -v systemctl >/dev/null 2>&1; then systemctl daemon-reload || exit 1; fi
exit 0
`;

/** Masks swap units or takes the masks away, then lets systemd read units and fstab again. A unit file of the administrator's is set aside beside its place. */
export async function maskUnits(
  host: HostWriter,
  what: 'mask' | 'unmask',
  units: readonly string[],
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'swap-units',
      script: maskScript,
      args: [runningFolder, unitFolder, what, ...units],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: `${what} the swap units`, hostState: 'changed' },
  );
  return ran.ok ? succeed(undefined) : ran;
}

const witnessScript = `${prelude}
sed 1d < "$1"
swapon --show=NAME --noheadings 2>/dev/null
command -v findmnt >/dev/null 2>&1 && findmnt --fstab --noheadings --types swap --output SOURCE,OPTIONS 2>/dev/null | grep -v noauto
exit 0
`;

/** What util-linux's own tools still see as swap, now and in fstab; empty when there is none. */
export async function otherTools(context: ChangeContext): Promise<Result<string>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'swap-witness',
      script: witnessScript,
      args: ['/proc/swaps'],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'check that swap is off', hostState: 'changed' },
  );
  return ran.ok ? succeed(textOf(ran.value).trim()) : ran;
}
