/**
 * Runs Elasticsearch's own command-line tools as they want to be run: from `/`, with an absolute and checked
 * configuration directory, a clean environment, as the owner of that directory, one at a time, and never killed.
 *
 * Seen on 8.19.21: a wrong ES_PATH_CONF silently makes the caller's directory the configuration directory, without a
 * UTF-8 locale non-ASCII values are destroyed, and two writers at once lose values with exit code 0.
 */
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import { prelude, textOf } from '../host-script.ts';
import type { HostWriter, ScriptOutput } from '../ports.ts';

/** Exit codes of the wrapping script; the tools themselves use 0 to 80, 127 and 143. */
const wrapperExits = {
  configuration: 101,
  user: 102,
  bind: 103,
  busy: 104,
  cutShort: 105,
  noPlace: 106,
  notRoots: 107,
} as const;

/** Where lock and output may lie, best first; arguments of `toolsLock`. */
export const toolsPlaces = ['/run', '/var/lib'] as const;

/**
 * Sets `lock` to the lock file of the tools, `base` to its directory: a place that nobody but root writes to, because whoever
 * can make the file first can hold it for ever or put a link there. Empty when neither $1 nor $2 is such a place.
 */
export const toolsLock = `
private() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -w "$1" ] && [ "$(stat -c %u -- "$1")" = "$(id -u)" ] || return 1
  case $(stat -c %a -- "$1") in *[2367] | *[2367]?) return 1 ;; esac
}
base=; lock=
if private "$1"; then base=$1
elif private "$2" && { [ -d "$2/bulwark" ] || mkdir -m 700 -- "$2/bulwark"; } && private "$2/bulwark"; then base=$2/bulwark
fi
[ -z "$base" ] || lock=$base/bulwark-tools.lock
`;

/** Ends what standard input carries: half a password, cut off with the link, must not become the whole one. */
const endOfInput = '\nend of input\n';

/** Runs the program as the wanted user inside private mounts; $1 is the work folder that takes its output. */
const innerScript = `
work=$1; conf=$2; home=$3; java=$4; user=$5; group=$6; binds=$7; shift 7
cd / || exit 101
while [ "$binds" -gt 0 ]; do
  mount --bind "$1" "$2" || exit 103
  shift 2; binds=$((binds - 1))
done
[ -d "$conf" ] && [ -x "$conf" ] && [ -f "$conf/elasticsearch.yml" ] && [ ! -L "$conf/elasticsearch.yml" ] || exit 101
program=$1; shift
[ -x "$home/$program" ] || exit 127
roots() { # whether nobody but root can change what lies at $1
  at=$(readlink -f -- "$1") || return 1
  while :; do
    [ "$(stat -c %u -- "$at")" = 0 ] || return 1
    case $(stat -c %a -- "$at") in 1???) ;; *[2367] | *[2367]?) return 1 ;; esac
    [ "$at" != / ] || return 0
    at=\${at%/*}; at=\${at:-/}
  done
}
if [ "$(id -u "$user" 2>/dev/null)" = 0 ]; then
  for part in "$home/$program" "$home/lib" "$home/bin/elasticsearch-env" "$home/jdk"; do
    [ ! -e "$part" ] || roots "$part" || exit 107
  done
fi
set -- "$home/$program" "$@"
`;

const outerScript = `${prelude}${toolsLock}
inner=$3; shift 3
end='${endOfInput}x'
input=$(cat; echo x)
case $input in *"$end") input=\${input%"$end"} ;; *) exit 105 ;; esac
[ -n "$base" ] || exit 106
exec 9>>"$lock"
if command -v flock >/dev/null 2>&1; then flock -w 900 9 || exit 104; fi
rm -rf "$base"/bulwark-tool.*
work=$(mktemp -d "$base/bulwark-tool.XXXXXX") || exit 1
room=; if [ "$6" -gt 0 ]; then room='unshare -m --'; fi
printf '%s' "$input" | setsid $room sh -c "$inner" sh "$work" "$@" > "$work/out" 2> "$work/err" &
wait $!; status=$?
cat "$work/out"; cat "$work/err" >&2
rm -rf "$work"
exit $status
`;

const switchUser = `
extra=$TOOL_ENVIRONMENT
[ -z "$java" ] || set -- "ES_JAVA_HOME=$java" "$@"
if [ -n "$extra" ]; then set -- "CLI_NAME=\${extra%%:*}" "CLI_LIBS=\${extra#*:}" "$@"; fi
set -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "ES_PATH_CONF=$conf" "$@"
if [ "$(id -un)" = "$user" ]; then exec "$@"; fi
if setpriv --reuid="$user" --regid="$group" --init-groups true 2>/dev/null; then
  exec setpriv --reuid="$user" --regid="$group" --init-groups -- "$@"
fi
if command -v runuser >/dev/null 2>&1; then exec runuser -u "$user" -g "$group" -- "$@"; fi
if command -v su >/dev/null 2>&1; then exec su -s /bin/sh -c 'exec "$0" "$@"' -- "$user" "$@"; fi
exit 102
`;

/** Where a tool runs; differs from the live installation while a configuration is being prepared. */
export interface ToolPlace {
  readonly home: string;
  readonly pathConf: string;
  readonly javaHome?: string;
  /** Owner of the configuration directory: root for packages, the service user for archives. */
  readonly user: string;
  readonly group: string;
  /** Directories that the tool sees in place of others; nobody else does. */
  readonly binds?: readonly { readonly from: string; readonly to: string }[];
}

export interface ToolCall {
  /** Below the home directory, e.g. `bin/elasticsearch-keystore`. */
  readonly program: string;
  readonly args: readonly string[];
  /** One answer or value per line. Default: empty. */
  readonly stdin?: Secret | string;
  /** For `bin/elasticsearch-cli`: tool name and libraries. */
  readonly cli?: { readonly name: string; readonly libs: string };
  /** Default 600: key generation takes minutes on a loaded machine. A tool that takes longer goes on by itself. */
  readonly deadlineSeconds?: number;
}

export interface ToolRun {
  readonly exitCode: number;
  /** Without the launcher's own `warning: ` lines. May hold a secret when the tool prints one. */
  readonly stdout: string;
  /** Lines of standard error that name a cause and cannot repeat what was typed. */
  readonly complaint: string;
}

/** Launchers print `warning: ignoring JAVA_…` on standard output, in front of results. */
export function toolResult(stdout: string): string {
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('warning: '))
    .join('\n');
}

/** The tools repeat typed secrets in some messages; at most 600 characters of sentences that cannot are kept. */
export function toolComplaint(stderr: string): string {
  const kept = stderr
    .replace(/Enter value for [\w.-]+: /g, '\n')
    .split('\n')
    .filter((line) =>
      /^(ERROR:|Caused by:|Exception in|[a-z][\w.$]*(Exception|Error)\b|could not|.*elasticsearch-env: line|mount:|unshare:)/.test(
        line.trim(),
      ),
    )
    .filter((line) => !/Did not understand|Passwords are not equal|Enter (value|password|new)/i.test(line));
  return kept.join('\n').trim().slice(0, 600);
}

function wrapperError(
  output: ScriptOutput,
  place: ToolPlace,
  stderr: string,
): ReturnType<typeof appError> | undefined {
  const detail = toolComplaint(stderr);
  switch (output.exitCode) {
    case wrapperExits.configuration:
      return appError(
        'PRECONDITION_FAILED',
        `${place.pathConf} is not a usable configuration directory: it or its elasticsearch.yml is missing or a link.`,
        'Check which configuration directory the node uses, then assess the host again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.user:
      return appError(
        'ES_TOOL_FAILED',
        `The host has no program to run a command as ${place.user} (setpriv, runuser or su).`,
        'Install util-linux on the host and try again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.bind:
      return appError(
        'ES_TOOL_FAILED',
        'The host does not let root make private mounts, which Bulwark needs to prepare a configuration beside the live one.',
        'Check whether the host is a restricted container; secure the node by hand there.',
        { hostState: 'unchanged', detail },
      );
    case wrapperExits.noPlace:
      return appError(
        'ES_TOOL_FAILED',
        'Neither /run nor /var/lib on this host is a directory that only root can write to, so an Elasticsearch tool could be held up or led astray by another user. It was not started.',
        'Give /run back to root (owner root, mode 755) and try again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.notRoots:
      return appError(
        'PRECONDITION_FAILED',
        `The programs in ${place.home} can be changed by others than root, and ${place.pathConf} belongs to root; Bulwark does not run such programs as root.`,
        'Give the programs to root (owner root, not writable for others), or the configuration directory to the service user, then assess the host again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.cutShort:
      return appError(
        'SSH_CONNECTION_LOST',
        'The input for an Elasticsearch tool did not arrive completely; the tool was not started.',
        'Check the connection and try again.',
        { hostState: 'unchanged', retryable: true },
      );
    case wrapperExits.busy:
      return appError(
        'BUSY',
        'Another Elasticsearch tool is still running on this host.',
        'Wait until it has ended and try again.',
        {
          hostState: 'unchanged',
          retryable: true,
        },
      );
    default:
      return /elasticsearch-env: line \d+: cd:/.test(stderr)
        ? appError(
            'PRECONDITION_FAILED',
            `${place.user} may not enter ${place.pathConf}; the tool would have worked in another directory.`,
            'Correct owner and mode of the configuration directory and try again.',
            { hostState: 'unknown', detail },
          )
        : undefined;
  }
}

function inputOf(stdin: Secret | string | undefined): Secret {
  return new Secret(`${stdin instanceof Secret ? stdin.reveal() : (stdin ?? '')}${endOfInput}`);
}

/** Runs a tool. A non-zero exit code of the tool is a value: 0 is not success either until it was read back. */
export async function runTool(
  host: HostWriter,
  place: ToolPlace,
  call: ToolCall,
  signal?: AbortSignal,
): Promise<Result<ToolRun>> {
  const binds = place.binds ?? [];
  const environment = call.cli === undefined ? '' : `${call.cli.name}:${call.cli.libs}`;
  const inner = `TOOL_ENVIRONMENT='${environment}'${innerScript}${switchUser}`;
  const ran = await host.run(
    {
      name: call.program.replace(/^.*\//, ''),
      script: outerScript,
      args: [
        ...toolsPlaces,
        inner,
        place.pathConf,
        place.home,
        place.javaHome ?? '',
        place.user,
        place.group,
        String(binds.length),
        ...binds.flatMap((bind) => [bind.from, bind.to]),
        call.program,
        ...call.args,
      ],
      stdin: inputOf(call.stdin),
      privileged: true,
      deadlineSeconds: call.deadlineSeconds ?? 600,
    },
    signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const stderr = textOf(ran.value.stderr);
  const wrong = wrapperError(ran.value, place, stderr);
  return wrong === undefined
    ? succeed({
        exitCode: ran.value.exitCode,
        stdout: toolResult(textOf(ran.value.stdout)),
        complaint: toolComplaint(stderr),
      })
    : fail(wrong);
}

/** The error for a tool that ended with a code that the caller did not expect. */
export function toolError(
  doing: string,
  run: ToolRun,
  hostState: 'unchanged' | 'changed' | 'unknown' = 'unchanged',
) {
  return appError(
    'ES_TOOL_FAILED',
    `Could not ${doing}: Elasticsearch's tool ended with code ${run.exitCode}.`,
    'Read the details; correct the cause on the host and try again.',
    {
      hostState,
      retryable: run.exitCode === 69 || run.exitCode === 75,
      ...(run.complaint === '' ? {} : { detail: run.complaint }),
    },
  );
}
