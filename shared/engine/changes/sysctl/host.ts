/** What the sysctl kind asks a host and tells it; every script static, keys and values as arguments. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { HostWriter } from '../../ports.ts';
import { plainValue, procPath, readingOrder, type SettingsFile } from './precedence.ts';

/** Where sysctl.d(5) looks, the most important folder first. */
const folders = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
] as const;
export const ownFile = '/etc/sysctl.d/zz-bulwark.conf';
export const lateFile = '/etc/sysctl.conf';
const kernelFolder = '/proc/sys';

const lookScript = `${prelude}
running=$1; late=$2; kernel=$3; keys=$4; shift 4
if [ -d "$running" ] && command -v systemctl >/dev/null 2>&1; then
  echo systemd=yes
  echo "loader=$(systemctl is-enabled systemd-sysctl.service 2>/dev/null)"
fi
c=$(systemd-detect-virt --container 2>/dev/null || tr '\\0' '\\n' < /proc/1/environ 2>/dev/null | sed -n 's/^container=//p')
echo "container=$c"
while [ "$keys" -gt 0 ]; do
  if [ ! -f "$kernel/$1" ]; then echo "absent $1"
  elif v=$(cat "$kernel/$1" 2>/dev/null); then printf 'live %s %s\\n' "$1" "$(printf '%s' "$v" | tr '\\n\\t' '  ')"
  else echo "unreadable $1"; fi
  # Opened and closed: that writes nothing. A failed redirection of ":" ends the shell it runs in, and "[ -w" says yes to root.
  [ ! -f "$kernel/$1" ] || ( : >> "$kernel/$1" ) 2>/dev/null || echo "fixed $1"
  keys=$((keys - 1)); shift
done
echo ---
give() {
  if [ -f "$1" ]; then n=$(wc -c < "$1") || exit 1; [ "$n" -le 262144 ] || exit 48
    printf '%s %s\\n' "$((n))" "$1"; cat "$1" || exit 1; echo
  else printf '0 %s\\n\\n' "$1"; fi
}
for d; do
  for f in "$d"/*.conf; do
    [ -e "$f" ] || [ -L "$f" ] || continue
    case $f in *'
'*) exit 1 ;; esac
    give "$f"
  done
done
[ -e "$late" ] && give "$late"
exit 0
`;

export interface SysctlLook {
  readonly systemd: boolean;
  /** State of systemd-sysctl.service as `systemctl is-enabled` says; empty without systemd. */
  readonly loader: string;
  /** Kind of container, `none` or empty outside of one. */
  readonly container: string;
  /** By path below /proc/sys; undefined where the parameter is not there or cannot be read. */
  readonly live: ReadonlyMap<string, string>;
  /** Paths below /proc/sys of parameters that not even root can write, as in a container with /proc/sys read-only. */
  readonly fixed: ReadonlySet<string>;
  /** In the order in which they are read at boot. */
  readonly boot: readonly SettingsFile[];
  /** /etc/sysctl.conf where nothing reads it at boot. */
  readonly unread: readonly SettingsFile[];
}

function filesOf(bytes: Uint8Array): readonly SettingsFile[] | undefined {
  const files: SettingsFile[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(10, at);
    const head = end < 0 ? null : /^(\d{1,7}) (\/.+)$/.exec(textOf(bytes.subarray(at, end)));
    const length = Number(head?.[1]);
    const path = head?.[2];
    if (path === undefined || end + 1 + length + 1 > bytes.length) {
      return undefined;
    }
    files.push({ path, text: textOf(bytes.subarray(end + 1, end + 1 + length)) });
    at = end + 1 + length + 1;
  }
  return files;
}

export async function look(
  context: ChangeContext,
  keys: readonly string[],
  host: HostWriter = context.host,
): Promise<Result<SysctlLook>> {
  const ran = await runChecked(
    host,
    {
      name: 'sysctl-look',
      script: lookScript,
      args: [
        '/run/systemd/system',
        lateFile,
        kernelFolder,
        String(keys.length),
        ...keys.map(procPath),
        ...folders,
      ],
      privileged: true,
      deadlineSeconds: 30,
      maxOutputBytes: 4 * 1024 * 1024,
    },
    { doing: 'read the kernel parameters' },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const text = textOf(ran.value);
  const cut = text.startsWith('---\n') ? 0 : text.indexOf('\n---\n') + 1;
  const head = text.slice(0, cut);
  const files = filesOf(ran.value.subarray(new TextEncoder().encode(head).length + 4));
  if (files === undefined || cut === 0) {
    return fail(
      appError(
        'PROBE_MALFORMED',
        'The host did not describe its kernel parameters as expected.',
        'Check the files below /etc/sysctl.d.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const lines = head.split('\n');
  const get = (name: string) =>
    lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const systemd = get('systemd') === 'yes';
  const late = files.filter((file) => file.path === lateFile);
  return succeed({
    systemd,
    loader: get('loader'),
    container: get('container'),
    live: new Map(
      lines.flatMap((line) => {
        const found = /^live (\S+) (.*)$/.exec(line);
        return found === null ? [] : [[found[1] ?? '', plainValue(found[2] ?? '')]];
      }),
    ),
    fixed: new Set(lines.flatMap((line) => /^fixed (\S+)$/.exec(line)?.[1] ?? [])),
    boot: readingOrder(
      files.filter((file) => file.path !== lateFile),
      systemd ? [] : late,
    ),
    unread: systemd ? late : [],
  });
}

const setScript = `${prelude}
kernel=$1; needs=$2; shift 2
if [ -n "$needs" ] && [ ! -e "$needs" ]; then exit 53; fi
plain() { tr -s ' \\t\\n' ' ' | sed 's/^ //; s/ $//'; }
undo=
while [ $# -ge 2 ]; do
  old=$(plain < "$kernel/$1") || exit 1
  undo="$1 $old
$undo"
  if ! printf '%s\\n' "$2" > "$kernel/$1" || [ "$(plain < "$kernel/$1")" != "$(printf '%s' "$2" | plain)" ]; then
    echo "$1" >&2
    printf '%s' "$undo" | while read -r key value; do printf '%s\\n' "$value" > "$kernel/$key"; done
    exit 71
  fi
  shift 2
done
exit 0
`;

/** Sets live values, all or none; each is read back. Errors: COMMAND_FAILED where the kernel does not take one. */
export async function setLive(
  host: HostWriter,
  values: readonly { readonly key: string; readonly value: string }[],
  /** A path that must exist: a guard that is armed. */
  onlyWhile = '',
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: 'sysctl-set',
      script: setScript,
      args: [kernelFolder, onlyWhile, ...values.flatMap(({ key, value }) => [procPath(key), value])],
      privileged: true,
      deadlineSeconds: 30,
    },
    {
      doing: 'set the kernel parameters',
      explain: (output) =>
        output.exitCode === 71
          ? appError(
              'COMMAND_FAILED',
              'The kernel did not take one of the values; the earlier values were put back.',
              'Check the value against the documentation of this kernel.',
              { hostState: 'unchanged', detail: textOf(output.stderr).trim().slice(-300) },
            )
          : undefined,
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** For the guard: puts the values of its file `live` back; those that were never changed need no writing. */
export const revertProgram = `while IFS=' ' read -r key value; do
  [ "$(tr -s ' \\t' ' ' < "/proc/sys/$key")" = "$value" ] ||
    printf '%s\\n' "$value" > "/proc/sys/$key" || bad=1
done < "$1/live"
[ -z "\${bad:-}" ]
`;
