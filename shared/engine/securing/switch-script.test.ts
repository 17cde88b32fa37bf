import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entriesShell } from './entries.ts';
import { switchScript } from './switch-script.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'switch-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const at = (...parts: string[]) => join(base, ...parts);

function put(path: string, text: string): void {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), text);
}

function program(name: string, body: string): void {
  put(`bin/${name}`, `#!/bin/sh\n${body}\n`);
  chmodSync(at('bin', name), 0o755);
}

/** Paths and contents below the host's folder. */
function tree(): string {
  return execFileSync(
    'sh',
    ['-c', 'find . -type d | sort; find . -type f | sort | while read -r f; do echo "$f $(cat "$f")"; done'],
    {
      cwd: at('host'),
      encoding: 'utf8',
    },
  );
}

const state = () => readFileSync(at('switch/state'), 'utf8').trim();

interface Scene {
  readonly trades: readonly (readonly string[])[];
  /** Whether the script is to start the node: with a start that never succeeds here, because nothing listens. */
  readonly start: 'yes' | 'no';
  /** Nobody may change it after `prepare`. */
  readonly watched?: string;
  /** Whether the node runs before; its port is unknown then, and systemd's word is enough. */
  readonly active?: 'yes';
}

/** A systemctl that knows one stopped unit, and an mv that may kill the script before or after its n-th call. */
function prepare(scene: Scene): void {
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
  program('sleep', 'exit 0');
  program('sync', 'exit 0');
  program(
    'mv',
    `case "$*" in *state*) exec /bin/mv "$@" ;; esac
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
      ? ''
      : `${scene.watched}\n${execFileSync('sh', ['-c', print, 'sh', scene.watched], { encoding: 'utf8' })}`;
  put('switch/switch.sh', script);
  put(
    'switch/parameters',
    `node.service\n${scene.active === 'yes' ? 0 : 1}\n2\ntls\n${scene.active ?? 'no'}\n${scene.start}\nsettle.service\n${watched}`,
  );
  put('switch/trades', `${scene.trades.map((trade) => trade.join('\t')).join('\n')}\n`);
  put('switch/state', 'ready\n');
  put('etc/settle.service', 'x');
}

function run(verb: 'go' | 'mend' | 'boot', env: Readonly<Record<string, string>> = {}): void {
  // A file that may not grow fails to be written as on a full disk, and the shell goes on as it does there.
  const start = `trap '' XFSZ; echo $$ > "$1"; exec sh "$2" "$3"`;
  spawnSync('sh', ['-c', start, 'sh', at('pid'), at('switch/switch.sh'), verb], {
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
}

/** The node of the new state comes up as `active`, never answers, and does not stop; killing it leads to `afterKill`. */
function stuckNode(afterKill: 'deactivating' | 'inactive'): void {
  put('after-start', 'active');
  put('after-kill', afterKill);
}

function scene(): Scene {
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

describe('the switch', () => {
  it('goes to the new state', () => {
    prepare(scene());
    run('go');
    expect(state()).toBe('committed');
    expect(readFileSync(at('host/es/config/elasticsearch.yml'), 'utf8')).toBe('secured');
    expect(readFileSync(at('host/es/data.aside/_state/x'), 'utf8')).toBe('old state');
    expect(readFileSync(at('host/mount/aside/_state/x'), 'utf8')).toBe('old state on a mount');
    expect(existsSync(at('host/mount/lost+found/y'))).toBe(true);
    expect(existsSync(at('host/es/data/_state'))).toBe(false);
    expect(existsSync(at('host/es/none'))).toBe(true);
    expect(existsSync(at('etc/settle.service'))).toBe(false);
    const committed = tree();
    run('mend');
    run('boot');
    expect(tree()).toBe(committed);
  });

  it('moves nothing when somebody changed the watched folder meanwhile', () => {
    const wish = scene();
    prepare({ ...wish, watched: at('host/es/config') });
    put('host/es/config/jvm.options', '# theirs');
    const before = tree();
    run('go');
    expect(state()).toBe('edited');
    expect(tree()).toBe(before);
    expect(existsSync(at('etc/settle.service'))).toBe(false);
    run('mend');
    expect(tree()).toBe(before);
  });

  it('goes to the new state when the watched folder is as it was', () => {
    prepare({ ...scene(), watched: at('host/es/config') });
    run('go');
    expect(state()).toBe('committed');
  });

  it('puts the old state back when the new one does not start', () => {
    const wish = scene();
    const before = tree();
    prepare({ ...wish, start: 'yes' });
    run('go');
    expect(state()).toBe('returned-stopped');
    expect(tree()).toBe(before);
    expect(existsSync(at('etc/settle.service'))).toBe(false);
  });

  it.each(['mend', 'boot'] as const)(
    'killed at any rename, %s puts the old state back',
    (verb) => {
      let kills = 0;
      for (const when of ['KILL_BEFORE', 'KILL_AFTER']) {
        for (let call = 1; call <= 9; call += 1) {
          rmSync(base, { recursive: true, force: true });
          const wish = scene();
          const before = tree();
          prepare(wish);
          run('go', { [when]: String(call) });
          if (state() === 'committed') {
            continue;
          }
          kills += 1;
          rmSync(at('calls'), { force: true });
          run(verb);
          expect(state()).toBe(verb === 'boot' ? 'returned-boot' : 'returned-stopped');
          expect(tree(), `${when} ${call}`).toBe(before);
        }
      }
      expect(kills).toBeGreaterThanOrEqual(12);
    },
    90_000,
  );

  it('killed on the way back too, still ends in the old state', () => {
    for (let call = 9; call <= 18; call += 1) {
      rmSync(base, { recursive: true, force: true });
      const wish = scene();
      const before = tree();
      prepare({ ...wish, start: 'yes' });
      run('go', { KILL_AFTER: String(call) });
      rmSync(at('calls'), { force: true });
      run('mend', { KILL_BEFORE: '2' });
      rmSync(at('calls'), { force: true });
      run('boot');
      expect(tree(), `kill at ${call}`).toBe(before);
    }
  }, 90_000);

  describe('on a disk that is full once the node has stopped', () => {
    const running = (until: 'start' | 'ever') => {
      const wish = scene();
      const before = tree();
      prepare({ ...wish, active: 'yes' });
      put('unit-state', 'active');
      put('after-start', 'active');
      put('after-stop', 'inactive');
      put('full-from-stop', '');
      if (until === 'start') put('full-until-start', '');
      return before;
    };
    const unitState = () => readFileSync(at('unit-state'), 'utf8');

    it('moves nothing, and starts the old node again', () => {
      const before = running('start');
      run('go');
      expect([state(), unitState()]).toEqual(['not-noted', 'active']);
      expect(tree()).toBe(before);
      expect(existsSync(at('etc/settle.service'))).toBe(false);
      run('mend');
      expect([state(), tree()]).toEqual(['not-noted', before]);
    });

    it('and stays full: moves nothing either, and the host settles it at its start', () => {
      const before = running('ever');
      run('go');
      expect([state(), unitState()]).toEqual(['stopping', 'active']);
      expect(tree()).toBe(before);
      expect(existsSync(at('etc/settle.service'))).toBe(true);
      run('boot');
      expect([state(), tree()]).toEqual(['returned-boot', before]);
    });
  });

  it('writes its notes over the ones before when there is no room for new ones', () => {
    prepare(scene());
    symlinkSync('/dev/full', at('switch/state.new'));
    run('go');
    expect(state()).toBe('committed');
  });

  it('is undone at boot also where the last note is older than the moves', () => {
    const wish = scene();
    const before = tree();
    prepare(wish);
    run('go');
    expect(tree()).not.toBe(before);
    put('switch/state', 'stopping\n');
    run('boot');
    expect([state(), tree()]).toEqual(['returned-boot', before]);
    put('switch/state', 'stopping\n');
    run('boot');
    expect([state(), tree()]).toEqual(['returned-boot', before]);
  });

  it('keeps what the trial wrote out of the old data', () => {
    const wish = scene();
    const before = tree();
    prepare(wish);
    run('go');
    put('host/es/data/_state/new', 'trial');
    put('host/mount/_state/new', 'trial');
    put('switch/state', 'starting\n');
    run('boot');
    expect(state()).toBe('returned-boot');
    rmSync(at('host/es/data.new'), { recursive: true });
    rmSync(at('host/mount/.new'), { recursive: true });
    mkdirSync(at('host/es/data.new'));
    mkdirSync(at('host/mount/.new'));
    expect(tree()).toBe(before);
  });

  it('does not say at boot that the old state is back when it is not', () => {
    put('host/es/.w/before/elasticsearch.yml', 'open');
    prepare({
      start: 'no',
      trades: [['rename', at('host/gone/config'), at('host/es/.w/before'), at('host/es/.w/staged')]],
    });
    put('switch/state', 'trading\n');
    run('boot');
    expect(state()).toBe('returned-down');
    expect(existsSync(at('host/es/.w/before/elasticsearch.yml'))).toBe(true);
  });

  it('kills a node that does not stop before it puts the old state back', () => {
    const wish = scene();
    const before = tree();
    prepare({ ...wish, start: 'yes' });
    stuckNode('inactive');
    run('go');
    expect(readFileSync(at('kills'), 'utf8')).toBe('kill\n');
    expect(state()).toBe('returned-stopped');
    expect(tree()).toBe(before);
  }, 60_000);

  it('moves nothing under a node that cannot be stopped; asked again or at boot it finishes', () => {
    for (const later of ['mend', 'boot'] as const) {
      rmSync(base, { recursive: true, force: true });
      const wish = scene();
      const before = tree();
      prepare({ ...wish, start: 'yes' });
      stuckNode('deactivating');
      run('go');
      expect(state()).toBe('not-returned');
      expect(readFileSync(at('host/es/config/elasticsearch.yml'), 'utf8')).toBe('secured');
      expect(readFileSync(at('host/es/data.aside/_state/x'), 'utf8')).toBe('old state');
      expect(existsSync(at('etc/settle.service'))).toBe(true);
      const stuck = tree();
      run('mend');
      expect(state()).toBe('not-returned');
      expect(tree()).toBe(stuck);
      if (later === 'mend') put('switch/state', 'returning\n');
      put('after-kill', 'inactive');
      if (later === 'boot') put('unit-state', 'inactive');
      run(later);
      expect(state()).toBe(later === 'boot' ? 'returned-boot' : 'returned-stopped');
      expect(tree()).toBe(before);
      expect(existsSync(at('etc/settle.service'))).toBe(false);
    }
  }, 120_000);
});
