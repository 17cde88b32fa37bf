/** systemd units: how they stand, and starting and stopping them without holding the connection. */
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { prelude, runChecked, textOf } from '../host-script.ts';
import type { HostWriter } from '../ports.ts';

export interface UnitState {
  /** `active`, `activating`, `deactivating`, `inactive`, `failed`, `reloading`. */
  readonly active: string;
  readonly sub: string;
  /** `success`, `exit-code`, `signal`, `timeout`, `start-limit-hit`, … of the last run. */
  readonly result: string;
  readonly mainPid: number;
  /** Automatic restarts since the unit was last started by hand. */
  readonly restarts: number;
  /** Exit code of the last main process. */
  readonly exitStatus: number;
  readonly enabled: boolean;
}

export interface UnitProperties {
  /** Effective user and group of the next start; root when the unit names none. */
  readonly user: string;
  readonly group: string;
  /** systemd's own list `NAME=value …`; may hold secrets. */
  readonly environmentFiles: readonly string[];
  readonly openFiles: string;
  readonly lockedMemory: string;
}

const showScript = `${prelude}
command -v systemctl >/dev/null 2>&1 || exit 111
unit=$1
systemctl show -p LoadState -p ActiveState -p SubState -p Result -p MainPID -p NRestarts -p ExecMainStatus \\
  -p UnitFileState -p User -p Group -p EnvironmentFiles -p LimitNOFILE -p LimitMEMLOCK -- "$unit" ||
  { [ -d /run/systemd/system ] || exit 111; exit 1; }
user=$(systemctl show -p User --value -- "$unit"); user=\${user:-root}
echo "PrimaryGroup=$(id -gn "$user" 2>/dev/null)"
`;

/** `key=value` lines as `systemctl show` prints them; the first of a repeated key wins, `EnvironmentFiles` is collected. */
export function parseUnit(text: string): {
  readonly state: UnitState;
  readonly properties: UnitProperties;
  readonly loaded: boolean;
} {
  const values = new Map<string, string>();
  const files: string[] = [];
  for (const line of text.split('\n')) {
    const cut = line.indexOf('=');
    if (cut <= 0) {
      continue;
    }
    const key = line.slice(0, cut);
    const value = line.slice(cut + 1);
    if (key === 'EnvironmentFiles') {
      const path = /^(\/.*?)(?: \(ignore_errors=(?:yes|no)\))?$/.exec(value)?.[1];
      if (path !== undefined) {
        files.push(path);
      }
    } else if (!values.has(key)) {
      values.set(key, value);
    }
  }
  const text_ = (key: string) => values.get(key) ?? '';
  const number = (key: string) => Number.parseInt(text_(key), 10) || 0;
  return {
    loaded: text_('LoadState') === 'loaded',
    state: {
      active: text_('ActiveState'),
      sub: text_('SubState'),
      result: text_('Result'),
      mainPid: number('MainPID'),
      restarts: number('NRestarts'),
      exitStatus: number('ExecMainStatus'),
      enabled: text_('UnitFileState').startsWith('enabled'),
    },
    properties: {
      user: text_('User') || 'root',
      group: text_('Group') || text_('PrimaryGroup') || 'root',
      environmentFiles: files,
      openFiles: text_('LimitNOFILE'),
      lockedMemory: text_('LimitMEMLOCK'),
    },
  };
}

/** Errors: PRECONDITION_FAILED (no systemd, no such unit), SSH_CONNECTION_LOST. */
export async function readUnit(
  host: HostWriter,
  unit: string,
  signal?: AbortSignal,
): Promise<Result<{ readonly state: UnitState; readonly properties: UnitProperties }>> {
  const ran = await runChecked(
    host,
    { name: 'unit-state', script: showScript, args: [unit], privileged: true, deadlineSeconds: 30 },
    {
      doing: `ask systemd about ${unit}`,
      explain: (output) =>
        output.exitCode === 111
          ? appError(
              'PRECONDITION_FAILED',
              `This host does not run systemd, so ${unit} cannot be restarted and watched.`,
              'Restart the service by hand, the way it is started on this host.',
              {
                hostState: 'unchanged',
              },
            )
          : undefined,
    },
    signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const unitNow = parseUnit(textOf(ran.value));
  return unitNow.loaded
    ? succeed(unitNow)
    : fail(
        appError(
          'PRECONDITION_FAILED',
          `systemd knows no unit ${unit} on this host.`,
          'Assess the host again.',
          {
            hostState: 'unchanged',
          },
        ),
      );
}

const controlScript = `${prelude}
case $1 in restart|start|stop) ;; *) exit 1 ;; esac
[ "$1" = stop ] || { systemctl daemon-reload; systemctl reset-failed -- "$2" 2>/dev/null; }
systemctl --no-block "$1" -- "$2"
`;

/** Only hands the job to systemd: a cut connection does not stop what was begun. */
export async function controlUnit(
  host: HostWriter,
  unit: string,
  verb: 'restart' | 'start' | 'stop',
  signal?: AbortSignal,
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: `unit-${verb}`,
      script: controlScript,
      args: [verb, unit],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: `${verb} ${unit}` },
    signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

/**
 * Whether the start of a unit is decided: systemd gave up, or tries again and again. `previousPid` is the main process
 * from before, 0 when there was none.
 */
export function startFailed(state: UnitState, restartsBefore: number): boolean {
  return (
    state.active === 'failed' ||
    state.sub === 'auto-restart' ||
    state.restarts > restartsBefore ||
    (state.active === 'inactive' && state.result !== 'success')
  );
}
