/**
 * The command line that carries a script to a host. Three shells stand between the login shell and the script: one as the
 * login user that says hello and calls sudo, one as the final user that cleans the environment and starts the clock, and
 * one under the clock that takes the script and reports how it ended.
 *
 * Lines that start with the nonce are the conversation with this side: `hello` (a POSIX shell is there, and the address
 * the host sees), `begin` on both streams (what came before is noise of login files, sudo or its lecture), `end <code>`.
 */
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { isArgument, quoteCommand } from './quote.ts';

/** How the command becomes root: not at all, through sudo without a question, through sudo with its question on stderr. */
export type Elevation = 'none' | 'quiet' | 'prompt';

export interface RemoteCommand {
  readonly nonce: string;
  readonly elevation: Elevation;
  readonly script: string;
  readonly args: readonly string[];
  readonly deadlineSeconds: number;
  /** Whether standard input belongs to the script; otherwise the script itself travels on it. */
  readonly inputIsData: boolean;
}

/** A Linux kernel takes at most 128 KiB for one argument, and the login shell gets the whole command as one. */
const maxCommandBytes = 120_000;

/** Two characters in POSIX quotes; shells with other rules make something else of them. */
const quotingSample = '\\\\!';

const outer = `n=$1 how=$2 sample=$3 inner=$4
shift 4
[ "\${#sample}" -eq 3 ] || exit 97
PATH=\${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
unset LANGUAGE
cd /
printf "%s:hello %s\\n" "$n" "\${SSH_CONNECTION%% *}" >&2
case $how in
none) exec sh -c "$inner" sh "$n" "$@" ;;
esac
command -v sudo >/dev/null 2>&1 || { printf "%s:no-sudo\\n" "$n" >&2; exit 1; }
case $how in
quiet) exec sudo -k -n -- sh -c "$inner" sh "$n" "$@" ;;
prompt) exec sudo -k -S -p "$n:password " -- sh -c "$inner" sh "$n" "$@" ;;
esac`;

const inner = `n=$1 s=$2 timed=$3
shift 3
PATH=\${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
{ LC_ALL=C.UTF-8; LANG=C.UTF-8; } 2>/dev/null
export PATH LC_ALL LANG
unset LANGUAGE ENV BASH_ENV CDPATH
umask 077
cd /
printf "%s:begin\\n" "$n"
printf "%s:begin\\n" "$n" >&2
if timeout -k 5 5 true 2>/dev/null; then exec timeout -k 5 "$s" sh -c "$timed" sh "$n" "$@"
elif timeout 5 true 2>/dev/null; then exec timeout "$s" sh -c "$timed" sh "$n" "$@"
elif timeout -t 5 true 2>/dev/null; then exec timeout -t "$s" sh -c "$timed" sh "$n" "$@"
fi
printf "%s:no-timeout\\n" "$n" >&2
exit 1`;

// A script cut short by a broken link must not run: its last line names the nonce, or nothing is run.
// BusyBox's timeout ends one process only, so this shell passes the end on to everything that the script has started; it
// waits for a child in the background because a shell hears no signal while it waits for one in the foreground. What runs in the background gets an empty
// input, unless it is handed the real one under another number.
const timed = `bulwark_nonce=$1 bulwark_from=$2
shift 2
case $bulwark_from in
input)
bulwark_script=$(cat)
case $bulwark_script in
*"#$bulwark_nonce") ;;
*) exit 98 ;;
esac
exec </dev/null
;;
*)
bulwark_script=$1
shift
;;
esac
trap 'trap "" TERM; kill -TERM 0; exit 143' TERM
exec 3<&0
( exec <&3 3<&-; trap - TERM; eval "$bulwark_script" ) &
exec 3<&-
wait "$!"
bulwark_code=$?
printf "%s:end %s\\n" "$bulwark_nonce" "$bulwark_code" >&2
exit "$bulwark_code"`;

/** Errors: INPUT_INVALID. */
export function commandLine(command: RemoteCommand): Result<string> {
  const { nonce, args, deadlineSeconds } = command;
  if (!Number.isInteger(deadlineSeconds) || deadlineSeconds < 1 || deadlineSeconds > 3600)
    return fail(invalid('Its deadline is not between 1 and 3600 seconds.'));
  if (![command.script, ...args].every(isArgument))
    return fail(invalid('An argument holds a NUL or half a character.'));
  const line = quoteCommand([
    'sh',
    '-c',
    outer,
    'sh',
    nonce,
    command.elevation,
    quotingSample,
    inner,
    String(deadlineSeconds),
    timed,
    ...(command.inputIsData ? ['argument', command.script] : ['input']),
    ...args,
  ]);
  if (Buffer.byteLength(line) > maxCommandBytes)
    return fail(invalid('Its arguments are longer than a host accepts.'));
  return succeed(line);
}

/** What standard input carries when it does not belong to the script. */
export function scriptInput(command: RemoteCommand): Uint8Array {
  return Buffer.from(`${command.script}\n#${command.nonce}`);
}

function invalid(why: string) {
  return appError(
    'INPUT_INVALID',
    `A command for the host cannot be sent. ${why}`,
    'This is a defect of Bulwark; please report it.',
    {
      hostState: 'unchanged',
    },
  );
}
