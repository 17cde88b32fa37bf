/** A host on which the switch script runs for real, with a systemctl that knows one unit and an mv that may be killed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesShell } from '../../shared/engine/securing/entries.ts';
import { switchScript } from '../../shared/engine/securing/switch-script.ts';

let base = '';

/** Before each test. */
export function newHost(): void {
  base = mkdtempSync(join(tmpdir(), 'switch-'));
}

/** After each test; what is prepared next begins from nothing. */
export function dropHost(): void {
  rmSync(base, { recursive: true, force: true });
}

export const at = (...parts: string[]) => join(base, ...parts);

export function put(path: string, text: string): void {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), text);
}

function program(name: string, body: string): void {
  put(`bin/${name}`, `#!/bin/sh\n${body}\n`);
  chmodSync(at('bin', name), 0o755);
}

/** Paths and contents below the host's folder. */
export function tree(): string {
  return execFileSync(
    'sh',
    ['-c', 'find . -type d | sort; find . -type f | sort | while read -r f; do echo "$f $(cat "$f")"; done'],
    {
      cwd: at('host'),
      encoding: 'utf8',
    },
  );
}

export const state = () => readFileSync(at('switch/state'), 'utf8').trim();

export interface Scene {
  readonly trades: readonly (readonly string[])[];
  /** Whether the script is to start the node: with a start that never succeeds here, because nothing listens. */
  readonly start: 'yes' | 'no';
  /** Nobody may change it after `prepare`. */
  readonly watched?: string;
  /** Whether the node runs before; its port is unknown then, and systemd's word is enough. */
  readonly active?: 'yes';
  /** Seconds for which the stopped node waits to be called. */
  readonly hold?: number;
  /** What runs where the script sleeps, in the host's folder. Default: nothing. */
  readonly asleep?: string;
  /** What the host's clock says, as a program. Default: the time of this machine. */
  readonly wallClock?: string;
}

/** A systemctl that knows one stopped unit, and an mv that may kill the script before or after its n-th call. */
export function prepare(scene: Scene): void {
  program(
    'systemctl',
    `cd '${base}' || exit 1
[ ! -e full-from-stop ] || prlimit --pid $$ --fsize=unlimited:
case "$*" in
  *ActiveState*) cat unit-state 2>/dev/null || echo inactive ;;
  *NRestarts*) echo 0 ;;
  *' start '*node.service) if [ -e full-until-start ]; then prlimit --pid $(cat pid) --fsize=unlimited:; fi
    if [ -e after-start ]; then cp after-start unit-state; fi ;;
  *' stop '*node.service) if [ -e after-stop ]; then cp after-stop unit-state; fi
    if [ -e full-from-stop ]; then prlimit --pid $(cat pid) --fsize=0:; fi ;;
  kill*) echo kill >> kills; if [ -e after-kill ]; then cp after-kill unit-state; fi ;;
esac
exit 0`,
  );
  program('sleep', scene.asleep ?? 'exit 0');
  if (scene.wallClock !== undefined) program('date', scene.wallClock);
  program('sync', 'exit 0');
  program(
    'mv',
    `case "$*" in *state* | 'order taken') exec /bin/mv "$@" ;; esac
n=$(($(cat '${at('calls')}' 2>/dev/null || echo 0) + 1)); echo $n > '${at('calls')}'
[ "$n" = "\${KILL_BEFORE:-}" ] && { kill -9 $(cat '${at('pid')}') $PPID; exit 1; }
/bin/mv "$@" || exit 1
[ "$n" = "\${KILL_AFTER:-}" ] && kill -9 $(cat '${at('pid')}') $PPID
exit 0`,
  );
  const script = switchScript
    .replace('PATH=/usr/local/sbin', `PATH='${at('bin')}':/usr/local/sbin`)
    .replaceAll('/etc/systemd/system', at('etc'));
  const print = `${entriesShell}fingerprint "$1"`;
  const watched =
    scene.watched === undefined
      ? '\n\n'
      : `${scene.watched}\n${execFileSync('sh', ['-c', print, 'sh', scene.watched], { encoding: 'utf8' })}`;
  put('switch/switch.sh', script);
  put(
    'switch/parameters',
    `node.service\n${scene.active === 'yes' ? 0 : 1}\n2\ntls\n${scene.active ?? 'no'}\n${scene.start}\nsettle.service\n${watched}${scene.hold ?? 0}\n`,
  );
  put('switch/trades', `${scene.trades.map((trade) => trade.join('\t')).join('\n')}\n`);
  put('switch/state', 'ready\n');
  put('switch/order', '');
  put('etc/settle.service', 'x');
}

export function run(verb: 'go' | 'mend' | 'boot', env: Readonly<Record<string, string>> = {}): void {
  // A file that may not grow fails to be written as on a full disk, and the shell goes on as it does there.
  const start = `trap '' XFSZ; echo $$ > "$1"; exec sh "$2" "$3"`;
  spawnSync('sh', ['-c', start, 'sh', at('pid'), at('switch/switch.sh'), verb], {
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
}

/** The node of the new state comes up as `active`, never answers, and does not stop; killing it leads to `afterKill`. */
export function stuckNode(afterKill: 'deactivating' | 'inactive'): void {
  put('after-start', 'active');
  put('after-kill', afterKill);
}

export function scene(): Scene {
  put('host/es/config/elasticsearch.yml', 'open');
  put('host/es/config/elasticsearch.keystore', 'old keystore');
  put('host/es/.w/staged/elasticsearch.yml', 'secured');
  put('host/es/.w/staged/certs/http.p12', 'key');
  put('host/es/data/_state/x', 'old state');
  mkdirSync(at('host/es/data.new'), { recursive: true });
  put('host/mount/lost+found/y', 'z');
  put('host/mount/_state/x', 'old state on a mount');
  put('host/mount/node.lock', '');
  mkdirSync(at('host/mount/.new'), { recursive: true });
  mkdirSync(at('host/es/none.new'), { recursive: true });
  const host = (path: string) => at('host', path);
  return {
    start: 'no',
    trades: [
      ['rename', host('es/data'), host('es/data.aside'), host('es/data.new')],
      ['contents', host('mount'), host('mount/aside'), host('mount/.new')],
      ['rename', host('es/none'), '-', host('es/none.new')],
      ['rename', host('es/config'), host('es/.w/before'), host('es/.w/staged')],
    ],
  };
}
