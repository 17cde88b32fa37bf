/**
 * One operator at a time per host: a folder below `/run` that only root can make, gone after a reboot, with who holds it
 * since when. It is broken only on purpose; a lock that was not touched for half an hour is called abandoned.
 *
 * What an interruption left behind is not somebody else's: a lock with the token that is being asked for (the answer to the
 * first attempt was lost), or one of the same operator from the same workspace on the same machine that nobody there holds
 * any more. Only one program at a time writes into a workspace, so that one knows which of its locks are alive.
 */
import { type AppError, appError } from '../domain/error.ts';
import { type Result, succeed } from '../domain/result.ts';
import { prelude, runChecked, textOf } from './host-script.ts';
import type { HostWriter } from './ports.ts';

const folder = '/run/bulwark';
const abandonedAfterSeconds = 30 * 60;

export interface HostLock {
  readonly token: string;
  /** When our own lock was taken that an interruption had left and that this one replaces: ISO 8601, the host's clock. */
  readonly leftSince?: string;
}

/** Which lock of somebody else may be broken: none, whichever is there, or only the one with this token (`AppError.lock`). */
export type LockBreak = boolean | string;

export interface LockHolder {
  /** Empty where the lock says nothing of itself. */
  readonly token: string;
  readonly owner: string;
  /** ISO 8601, the host's clock. */
  readonly since: string;
  readonly planId: string;
  /** Seconds since its owner last showed a sign of life. */
  readonly idleSeconds: number;
}

// The info file is written before the folder gets its final name, so that no lock is ever seen without its owner.
const takeScript = `${prelude}
d=$1; token=$2; owner=$3; plan=$4; force=$5; expected=$6; from=$7; shift 7
mkdir -p -m 700 "$d" || exit 1
[ -d "$d" ] && [ ! -L "$d" ] && [ "$(stat -c %u "$d")" = "$(id -u)" ] || exit 50
cd "$d" || exit 1
line() { sed -n "$1p" lock/info 2>/dev/null; }
n=new.$token
rm -rf "$n"; mkdir "$n" || exit 1
{ echo "$token"; echo "$owner"; date -u +%Y-%m-%dT%H:%M:%SZ; echo "$plan"; echo "$from"; } > "$n/info" || { rm -rf "$n"; exit 1; }
seen=$(line 1)
[ "$seen" = "$token" ] && { rm -rf "$n"; exit 0; }
[ "$force" = that ] && [ "$seen" != "$expected" ] && force=
if [ -n "$seen" ] && [ -z "$force" ] && [ "$from" != - ] && [ "$(line 5)" = "$from" ] && [ "$(line 2)" = "$owner" ]; then
  force=ours
  for alive; do [ "$alive" = "$seen" ] && force=; done
  [ "$force" = ours ] && since=$(line 3)
fi
if [ -n "$force" ] && [ -d lock ]; then
  rm -rf "old.$token"
  mv lock "old.$token" || { rm -rf "$n"; exit 1; }
  if [ "$force" != any ] && [ "$(sed -n 1p "old.$token/info" 2>/dev/null)" != "$seen" ]; then
    # Somebody else took it in this moment: it is theirs.
    force=
    [ -e lock ] || mv "old.$token" lock
  fi
  rm -rf "old.$token"
fi
if [ ! -e lock ] && mkdir lock 2>/dev/null; then
  mv "$n/info" lock/info && rmdir "$n" || { rm -rf lock "$n"; exit 1; }
  [ "$force" = ours ] && echo "$since"
  exit 0
fi
rm -rf "$n"
now=$(date +%s)
beat=$(stat -c %Y lock/info 2>/dev/null || stat -c %Y lock 2>/dev/null || echo "$now")
echo "$((now - beat))"
cat lock/info 2>/dev/null
exit 60
`;

function parseHolder(text: string): LockHolder {
  const [idle = '0', token = '', owner = 'somebody', since = '', planId = ''] = text.trim().split('\n');
  return { token, owner, since, planId, idleSeconds: Math.max(0, Number(idle)) };
}

function ago(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) {
    return 'less than a minute ago';
  }
  return minutes < 120
    ? `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ago`
    : `${Math.floor(minutes / 60)} hours ago`;
}

function lockedBy(holder: LockHolder): AppError {
  const abandoned = holder.idleSeconds > abandonedAfterSeconds;
  return appError(
    'HOST_LOCKED',
    `${holder.owner} has been working on this host since ${holder.since || 'a short while'}; the last sign of life was ${ago(holder.idleSeconds)}.`,
    abandoned
      ? 'The lock looks abandoned. Ask them; if their work was interrupted, break the lock and look at the interrupted work first.'
      : 'Wait until they are done, or ask them; breaking the lock while they work may damage the host.',
    { hostState: 'unchanged', retryable: true, detail: `plan ${holder.planId}`, lock: holder.token },
  );
}

export interface LockRequest {
  readonly owner: string;
  readonly planId: string;
  /** Tells this lock from every other one; the same at a second attempt after a lost answer. `[a-z0-9-]+` */
  readonly token: string;
  /** Only when the operator asked for exactly that. Default: none. */
  readonly force?: LockBreak;
  /** The workspace on this machine, which only one program at a time works on. Absent: nothing is taken over. */
  readonly from?: string | undefined;
  /** Tokens of `from` that are in use right now. */
  readonly alive?: readonly string[];
}

/** Takes the lock. Errors: HOST_LOCKED, naming owner and time; its `lock` is the token of the lock that stands. */
export async function lockHost(
  host: HostWriter,
  about: LockRequest,
  signal?: AbortSignal,
): Promise<Result<HostLock>> {
  const { force = false } = about;
  const owner = about.owner.replace(/[\r\n]+/g, ' ');
  const args = [
    folder,
    about.token,
    owner,
    about.planId,
    typeof force === 'string' ? 'that' : force ? 'any' : '',
    typeof force === 'string' ? force : '',
    about.from ?? '-',
    ...(about.alive ?? []),
  ];
  const ran = await runChecked(
    host,
    { name: 'lock-host', script: takeScript, args, privileged: true, deadlineSeconds: 20 },
    {
      doing: 'lock the host',
      explain: (output) =>
        output.exitCode === 60 ? lockedBy(parseHolder(textOf(output.stdout))) : undefined,
    },
    signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const leftSince = textOf(ran.value).trim();
  return succeed({ token: about.token, ...(leftSince === '' ? {} : { leftSince }) });
}

const checkScript = `${prelude}
[ "$(head -n 1 "$1/lock/info" 2>/dev/null)" = "$2" ] || exit 61
case $3 in
  touch) touch "$1/lock/info" ;;
  release) mv "$1/lock" "$1/old.$2" && rm -rf "$1/old.$2" ;;
esac
`;

async function withLock(host: HostWriter, lock: HostLock, act: 'touch' | 'release'): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: `lock-${act}`,
      script: checkScript,
      args: [folder, lock.token, act],
      privileged: true,
      deadlineSeconds: 20,
    },
    {
      doing: 'keep the lock of the host',
      explain: (output) =>
        output.exitCode === 61
          ? appError(
              'HOST_LOCKED',
              'The lock on this host was broken by somebody, or the host was restarted.',
              'Find out who works on this host, then start again.',
              { hostState: 'unchanged', retryable: true },
            )
          : undefined,
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** A sign of life; also notices that somebody broke the lock (HOST_LOCKED). */
export function touchLock(host: HostWriter, lock: HostLock): Promise<Result<void>> {
  return withLock(host, lock, 'touch');
}

/** Gives the lock back if it is still ours. */
export function unlockHost(host: HostWriter, lock: HostLock): Promise<Result<void>> {
  return withLock(host, lock, 'release');
}
