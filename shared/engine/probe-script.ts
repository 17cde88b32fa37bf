/**
 * Composes all probes into one static script and takes its output apart again. Every probe runs in a shell of its own, with
 * its own deadline and size limit, and prints into a frame that only this run's nonce can open and close: a probe that hangs,
 * crashes or prints binary data spoils its own fact and no other. The script writes nothing.
 */
import type { FactSource, ProbeFrame } from './fact-source.ts';

export type AnySource = FactSource<string, unknown>;

/** Text in single quotes for `sh`, whatever it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Prints `<nonce> begin <id>`, the probe's bytes, and `<nonce> end <id> <exit code>`. A probe over its deadline is killed
 * with all its descendants: halted first, so that none can start another meanwhile, and itself last, because its end is
 * what the caller waits for. `timeout` is not used because some hosts have none and BusyBox's leaves descendants alive.
 */
const frameFunctions = String.raw`
end_tree() {
  all=" $1 " round=0
  while [ "$round" -lt 9 ]; do
    seen=$all round=$((round + 1))
    kill -STOP $all 2>/dev/null
    for file in /proc/[0-9]*/stat; do
      { read -r line <"$file"; } 2>/dev/null || continue
      child=${'$'}{line%% *} rest=${'$'}{line##*) }
      rest=${'$'}{rest#* } mother=${'$'}{rest%% *}
      case $all in *" $child "*) ;; *" $mother "*) all=" $child$all" ;; esac
    done
    [ "$all" = "$seen" ] && break
  done
  kill -9 $all 2>/dev/null
}
limited() {
  /bin/sh -c "$2" </dev/null 2>/dev/null 3>&- 4>&- &
  work=$!
  (
    left=$1
    while [ "$left" -gt 0 ]; do
      sleep 1
      kill -0 "$work" 2>/dev/null || exit 0
      left=$((left - 1))
    done
    end_tree "$work"
  ) </dev/null >/dev/null 2>&1 3>&- 4>&- &
  watch=$!
  wait "$work" 2>/dev/null
  code=$?
  kill "$watch" 2>/dev/null
  return "$code"
}
frame() {
  printf '\n%s begin %s\n' "$nonce" "$1"
  code=$( { { limited "$2" "$4"; echo "$?" >&3; } | head -c "$3" >&4; } 3>&1 )
  printf '\n%s end %s %s\n' "$nonce" "$1" "${'$'}{code:-255}"
}
`;

export interface ProbeParts {
  readonly prelude: string;
  readonly preludeNames: readonly string[];
  readonly helpers: string;
  readonly sources: readonly AnySource[];
}

/** `$1` is the nonce; nothing else varies. */
export function composeProbe({ prelude, preludeNames, helpers, sources }: ProbeParts): string {
  const assign = preludeNames.map((name) => `    ${name}=*) ${name}=\${line#${name}=} ;;`).join('\n');
  const frames = sources.map(
    (source) =>
      `frame ${source.id} ${source.deadlineSeconds} ${source.maxBytes} "$helpers"${quoted(`\n${source.probe}`)}`,
  );
  return `nonce=$1
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export LC_ALL PATH
unset ENV BASH_ENV CDPATH
cd /
exec 4>&1
${frameFunctions}
helpers=${quoted(helpers)}
frame meta 2 200 'id -u'
found=$(limited ${preludeSeconds} ${quoted(prelude)})
${preludeNames.map((name) => `${name}=`).join(' ')}
while IFS= read -r line; do
  case $line in
${assign}
  esac
done <<END_OF_FOUND
$found
END_OF_FOUND
export ${preludeNames.join(' ')}
${frames.join('\n')}
frame finished 2 10 'echo yes'
`;
}

const preludeSeconds = 10;

/** Seconds within which the whole script ends even if every probe hangs. */
export function probeDeadline(sources: readonly AnySource[]): number {
  return sources.reduce((sum, source) => sum + source.deadlineSeconds + 1, preludeSeconds + 8);
}

export function probeMaxBytes(sources: readonly AnySource[]): number {
  return sources.reduce((sum, source) => sum + source.maxBytes + 200, 4096);
}

export interface ProbeFrames {
  readonly frames: ReadonlyMap<string, ProbeFrame>;
  readonly uid: number | undefined;
  /** False when the script was cut off before its end. */
  readonly finished: boolean;
}

/** @param limits size limit by id, to tell that a frame was cut */
export function takeApart(
  output: Uint8Array,
  nonce: string,
  limits: ReadonlyMap<string, number>,
): ProbeFrames {
  const frames = new Map<string, ProbeFrame>();
  const begin = encode(`\n${nonce} begin `);
  let at = indexOf(output, begin, 0);
  while (at >= 0) {
    const lineEnd = indexOf(output, encode('\n'), at + begin.length);
    if (lineEnd < 0) break;
    const id = decode(output.subarray(at + begin.length, lineEnd));
    const mark = encode(`\n${nonce} end ${id} `);
    const end = indexOf(output, mark, lineEnd);
    if (end < 0) break;
    const codeEnd = indexOf(output, encode('\n'), end + mark.length);
    const code = Number.parseInt(
      decode(output.subarray(end + mark.length, codeEnd < 0 ? output.length : codeEnd)),
      10,
    );
    const bytes = output.subarray(Math.min(lineEnd + 1, end + 1), end);
    const truncated = bytes.length >= (limits.get(id) ?? Number.POSITIVE_INFINITY);
    const exitCode = Number.isInteger(code) ? code : 255;
    frames.set(id, { exitCode, timedOut: exitCode === killed, truncated, output: bytes });
    at = indexOf(output, begin, end);
  }
  const uid = Number.parseInt(decode(frames.get('meta')?.output ?? new Uint8Array()), 10);
  return { frames, uid: Number.isInteger(uid) ? uid : undefined, finished: frames.has('finished') };
}

const killed = 137;

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function indexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const [first] = needle;
  if (first === undefined) return -1;
  for (let at = haystack.indexOf(first, from); at >= 0; at = haystack.indexOf(first, at + 1)) {
    let length = 1;
    while (length < needle.length && haystack[at + length] === needle[length]) length++;
    if (length === needle.length) return at;
  }
  return -1;
}
