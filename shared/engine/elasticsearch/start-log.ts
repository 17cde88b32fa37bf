/** Collects what a start left behind (journal of the unit, the node's log) and turns it into the decisive sentence. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { type AppError, appError } from '../../domain/error.ts';
import type { ChangeContext } from '../change-kind.ts';
import { readFile } from '../host-files.ts';
import { prelude, textOf } from '../host-script.ts';
import { explainStartFailure, startFailureSentence } from './start-failure.ts';

type LogContext = Pick<ChangeContext, 'host' | 'signal'>;

// The newest log that was written after the given moment; rotated, slow-log, deprecation and gc files say nothing.
const collectScript = `${prelude}
unit=$1; since=$2; logs=$3
journalctl -q -u "$unit" --since "@$since" -o cat --no-pager 2>/dev/null | tail -c 60000
echo
[ -n "$logs" ] || exit 0
cd -- "$logs" 2>/dev/null || exit 0
for f in *.log; do
  case $f in gc.log|*_deprecation.log|*slowlog*.log|*_audit.log|*'*'*) continue ;; esac
  [ -f "$f" ] || continue
  [ "$(stat -c %Y -- "$f")" -ge "$since" ] || continue
  tail -c 60000 -- "$f"
done
exit 0
`;

/** Seconds since 1970 by the host's own clock. */
export async function hostTime(context: LogContext): Promise<number> {
  const ran = await context.host.run(
    { name: 'host-time', script: 'date +%s', privileged: false, deadlineSeconds: 15 },
    context.signal,
  );
  return ran.ok ? Number.parseInt(textOf(ran.value.stdout), 10) || 0 : 0;
}

/** Text since a moment of the host's clock; empty when nothing could be read. */
export async function collectStartLog(
  context: LogContext,
  unit: string,
  since: number,
  pathLogs: string | undefined,
): Promise<string> {
  const ran = await context.host.run(
    {
      name: 'start-log',
      script: collectScript,
      args: [unit, String(since), pathLogs ?? ''],
      privileged: true,
      deadlineSeconds: 60,
    },
    context.signal,
  );
  return ran.ok ? textOf(ran.value.stdout) : '';
}

export async function readYml(context: LogContext, pathConf: string): Promise<string | undefined> {
  const file = await readFile(context.host, `${pathConf}/elasticsearch.yml`, { follow: true });
  return file.ok && file.value !== 'absent' ? textOf(file.value.bytes) : undefined;
}

/** ES_DID_NOT_START with the wrong line and why; the caller says what state the host is in. */
export async function startError(
  context: LogContext,
  unit: string,
  since: number,
  install: EsInstall | undefined,
  hostState: AppError['hostState'],
): Promise<AppError> {
  const text = await collectStartLog(context, unit, since, install?.pathLogs);
  const failure = explainStartFailure(text);
  const yml = install === undefined ? undefined : await readYml(context, install.pathConf);
  if (failure === undefined) {
    return appError(
      'ES_DID_NOT_START',
      `${unit} did not start, and neither its journal nor the node's log names a reason that Bulwark knows.`,
      `Read the end of the log on the host (journalctl -u ${unit}).`,
      { hostState, retryable: true },
    );
  }
  return appError(
    'ES_DID_NOT_START',
    `${unit} did not start. ${startFailureSentence(failure, yml)}`,
    'Correct the named line, or take the change back.',
    { hostState, retryable: true, detail: failure.line },
  );
}
