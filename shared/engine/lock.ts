/**
 * One operator at a time per host: a folder below `/run` that only root can make, gone after a reboot, with who holds it
 * since when. It is broken only on purpose; a lock that was not touched for half an hour is called abandoned.
 */
import { appError } from '../domain/error.ts';
import { type Result, succeed } from '../domain/result.ts';
import { prelude, runChecked, textOf } from './host-script.ts';
import type { HostWriter } from './ports.ts';

const folder = '/run/bulwark';
const abandonedAfterSeconds = 30 * 60;

export interface HostLock {
  readonly token: string;
}

export interface LockHolder {
  readonly owner: string;
  /** ISO 8601, the host's clock. */
  readonly since: string;
  readonly planId: string;
  /** Seconds since its owner last showed a sign of life. */
  readonly idleSeconds: number;
}

// The info file is written before the folder gets its final name, so that no lock is ever seen without its owner.
const takeScript = `${prelude}
d=$1; token=$2; owner=$3; plan=$4; force=$5
mkdir -p -m 700 "$d" || exit 1
[ -d "$d" ] && [ ! -L "$d" ] && [ "$(stat -c %u "$d")" = "$(id -u)" ] || exit 50
cd "$d" || exit 1
n=new.$token
rm -rf "$n"; mkdir "$n" || exit 1
{ echo "$token"; echo "$owner"; date -u +%Y-%m-%dT%H:%M:%SZ; echo "$plan"; } > "$n/info" || { rm -rf "$n"; exit 1; }
if [ "$force" = force ] && [ -d lock ]; then rm -rf "old.$token"; mv lock "old.$token" && rm -rf "old.$token"; fi
if [ ! -e lock ] && mkdir lock 2>/dev/null; then
  mv "$n/info" lock/info && rmdir "$n" && exit 0
  rm -rf lock "$n"; exit 1
fi
rm -rf "$n"
now=$(date +%s)
beat=$(stat -c %Y lock/info 2>/dev/null || stat -c %Y lock 2>/dev/null || echo "$now")
echo "$((now - beat))"
cat lock/info 2>/dev/null
exit 60
`;

function parseHolder(text: string): LockHolder {
  const [idle = '0', , owner = 'somebody', since = '', planId = ''] = text.trim().split('\n');
  return { owner, since, planId, idleSeconds: Number(idle) };
}

/**
 * Takes the lock. Errors: HOST_LOCKED, naming owner and time. `force` breaks a lock that is there: only when the operator
 * asked for exactly that.
 */
export async function lockHost(
  host: HostWriter,
  about: {
    readonly owner: string;
    readonly planId: string;
    readonly token: string;
    readonly force?: boolean;
  },
  signal?: AbortSignal,
): Promise<Result<HostLock>> {
  const owner = about.owner.replace(/[\r\n]+/g, ' ');
  const args = [folder, about.token, owner, about.planId, about.force === true ? 'force' : ''];
  const ran = await runChecked(
    host,
    { name: 'lock-host', script: takeScript, args, privileged: true, deadlineSeconds: 20 },
    {
      doing: 'lock the host',
      explain: (output) => {
        if (output.exitCode !== 60) {
          return undefined;
        }
        const holder = parseHolder(textOf(output.stdout));
        const abandoned = holder.idleSeconds > abandonedAfterSeconds;
        return appError(
          'HOST_LOCKED',
          `${holder.owner} has been working on this host since ${holder.since || 'a short while'}${abandoned ? ', without a sign of life for more than half an hour' : ''}.`,
          abandoned
            ? 'Ask them; if their work was interrupted, break the lock and look at the interrupted work first.'
            : 'Wait until they are done, or ask them; breaking the lock while they work may damage the host.',
          { hostState: 'unchanged', retryable: true, detail: `plan ${holder.planId}` },
        );
      },
    },
    signal,
  );
  return ran.ok ? succeed({ token: about.token }) : ran;
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
