import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { content } from '../../../test/support/three-files.ts';
import type { Change } from '../../domain/change.ts';
import { appError } from '../../domain/error.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { fail, succeed } from '../../domain/result.ts';
import { applyPlan } from '../apply.ts';
import { fileMode } from '../changes/file-mode/file-mode.ts';
import { serviceRestart } from '../changes/service-restart/service-restart.ts';
import { keptByHand, stepHistories } from '../journal/history.ts';
import { rollBack } from '../rollback.ts';
import { readKit } from './kit.ts';
import { encodeOps } from './ops.ts';

/** A step that a test carries out itself; only how it is taken back by hand is the product's. */
function played(act: () => void) {
  const image = () => Promise.resolve(succeed(new Uint8Array()));
  return {
    inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
    capture: image,
    apply: () => {
      act();
      return Promise.resolve(succeed({}));
    },
    verify: () => Promise.resolve(succeed(undefined)),
    revert: () => {
      for (const [path, mode] of oldModes) chmodSync(bench.host.path(path), mode);
      return Promise.resolve(succeed(undefined));
    },
  };
}
const oldModes = [
  ['/etc/my dir', 0o755],
  ['/etc/my dir/c.yml', 0o644],
] as const;

let bench: EngineBench;
beforeEach(() => {
  bench = new EngineBench({
    'file-mode': {
      ...fileMode,
      ...played(() => {
        chmodSync(bench.host.path('/etc/my dir'), 0o700);
        chmodSync(bench.host.path('/etc/my dir/c.yml'), 0o600);
      }),
    },
  });
  bench.host.place('/etc/a', 'old a', 0o640);
  bench.host.place('/etc/b', 'old b', 0o600);
  bench.host.place('/etc/my dir/c.yml', '# mine\nx: 1\n', 0o644);
  chmodSync(bench.host.path('/etc/my dir'), 0o755);
});
afterEach(() => bench.host.remove());

const modes: Change = {
  kind: 'file-mode',
  entries: [{ path: '/etc/my dir', mode: '0700', below: { fileMode: '0600' } }],
};
const create = content('/etc/new', 'brand new', 'x');
const changes: readonly Change[] = [
  modes,
  content('/etc/a', 'new a', 'old a'),
  content('/etc/b', 'new b', 'old b'),
  create.kind === 'file-content' ? { ...create, expects: 'absent' } : create,
];

async function apply(...wanted: readonly Change[]): Promise<void> {
  const plan = value(await bench.plan(bench.request('one', ...wanted)));
  value(await applyPlan(bench.applying(plan), bench.parts));
}

function byHand(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const ran = spawnSync('sh', [bench.host.path(`${handUndoFolder}/undo`), ...args], { encoding: 'utf8' });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}

function seen(): readonly string[] {
  return ['/etc/a', '/etc/b', '/etc/my dir', '/etc/my dir/c.yml', '/etc/new'].map((path) => {
    const real = bench.host.path(path);
    if (!existsSync(real)) return 'absent';
    const stat = statSync(real);
    return `${(stat.mode & 0o7777).toString(8)} ${stat.isFile() ? readFileSync(real, 'utf8') : ''}`;
  });
}

describe('taking back by hand', () => {
  it('restores bytes and modes, newest first, and then leaves nothing behind', async () => {
    const before = seen();
    await apply(...changes);
    expect(seen()).not.toEqual(before);
    const { code, said } = byHand();
    expect([code, seen()]).toEqual([0, before]);
    expect(said.split('\n').filter((line) => line.startsWith('undone'))).toEqual([
      'undone   create /etc/new',
      'undone   replace the content of /etc/b',
      'undone   replace the content of /etc/a',
      'undone   set owner and mode of /etc/my dir',
    ]);
    expect(existsSync(bench.host.path('/var/lib/bulwark'))).toBe(false);
  });

  it('is for root alone, down to each file', async () => {
    await apply(...changes);
    const folder = bench.host.path(handUndoFolder);
    expect(statSync(folder).mode & 0o7777).toBe(0o700);
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const stat = statSync(`${folder}/${name}`);
      if (stat.isDirectory()) expect(stat.mode & 0o077).toBe(0);
    }
  });

  it('restores nothing of what somebody changed, goes on, ends with 1, and overwrites on purpose', async () => {
    const before = seen();
    await apply(...changes);
    writeFileSync(bench.host.path('/etc/a'), 'edited');
    const first = byHand();
    expect(first.code).toBe(1);
    expect(first.said).toContain('drift    replace the content of /etc/a: /etc/a is not as Bulwark left it');
    expect(seen()).toEqual(before.with(0, '640 edited'));
    expect(byHand('list').said.trim().split('\n')).toHaveLength(1);
    expect(byHand('--force').code).toBe(0);
    expect(seen()).toEqual(before);
  });

  it('sees a changed mode, a link and a file that is gone as drift', async () => {
    await apply(...changes);
    chmodSync(bench.host.path('/etc/a'), 0o644);
    rmSync(bench.host.path('/etc/b'));
    chmodSync(bench.host.path('/etc/my dir/c.yml'), 0o666);
    const { code, said } = byHand();
    expect(code).toBe(1);
    expect(said.match(/^drift/gm)).toHaveLength(3);
    expect(readFileSync(bench.host.path('/etc/a'), 'utf8')).toBe('new a');
  });

  it('finds nothing to do where it was undone already', async () => {
    const before = seen();
    await apply(...changes);
    expect(byHand().code).toBe(0);
    const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
    expect(value(await rollBack(all, bench.parts)).result).toBe('undone');
    expect(seen()).toEqual(before);
  });

  it('recognises what was begun by what it writes, when the answer never came back', async () => {
    const before = seen();
    bench.host.after = (request) => {
      if (request.name !== 'write-file') return succeed(undefined);
      bench.reachable = false;
      bench.host.before = () => fail(appError('SSH_CONNECTION_LOST', 'Gone.', ''));
      return fail(appError('SSH_CONNECTION_LOST', 'Gone.', ''));
    };
    await apply(content('/etc/a', 'new a', 'old a'));
    expect(byHand('list').said).toContain('begun');
    // The lock is still there: whether somebody works there is for a person to say.
    const refused = byHand();
    expect(refused.code).toBe(75);
    expect(byHand(/--break-lock=\S+/.exec(refused.said)?.[0] ?? '').code).toBe(0);
    expect(seen()).toEqual(before);
  });

  it('says what cannot be taken back, and what to do', async () => {
    const left = new EngineBench({
      'es-password': {
        ...bench.parts.kinds['es-password'],
        inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
        capture: () => Promise.resolve(succeed(new Uint8Array())),
        apply: () => Promise.resolve(succeed({})),
        verify: () => Promise.resolve(succeed(undefined)),
        byHand: () => [{ do: 'left', text: 'do this instead' }],
      },
    });
    bench.host.remove();
    bench = left;
    const install = {
      layout: 'package' as const,
      version: '9.4.3',
      home: '/h',
      pathConf: '/c',
      pathData: ['/d'],
      pathLogs: '/l',
      user: 'es',
      group: 'es',
      httpPort: 9200,
      transportPort: 9300,
    };
    await apply({ kind: 'es-password', install, users: [{ name: 'elastic', ref: 'r', length: 20 }] });
    const { code, said } = byHand();
    expect(code).toBe(1);
    expect(said).toContain('left     es-password: do this instead');
    expect(value(await readKit(bench.host))).toMatchObject([
      { state: 'complete', notByHand: 'do this instead' },
    ]);
    // Nothing is promised that the host does not hold.
    expect(keptByHand(stepHistories(bench.journal.entries))).toBe(false);
  });

  it('is promised only while the host holds something that it takes back', async () => {
    const promised = () => keptByHand(stepHistories(bench.journal.entries));
    await apply(...changes);
    expect(promised()).toBe(true);
    const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
    value(await rollBack(all, bench.parts));
    expect(promised()).toBe(false);
    bench.host.before = (request) =>
      request.name === 'undo-seal'
        ? fail(appError('DISK_FULL', 'Full.', 'Free space.', { hostState: 'changed' }))
        : succeed(undefined);
    await apply(modes);
    expect(promised()).toBe(false);
  });

  it('restarts a unit once, at the end', async () => {
    bench.host.remove();
    bench = new EngineBench({ 'service-restart': { ...serviceRestart, ...played(() => undefined) } });
    const unit = 'app.service';
    for (const folder of ['/run/systemd/system', '/etc/systemd/system']) bench.host.place(`${folder}/x`, '');
    bench.host.teach(
      'systemctl',
      `echo "$*" >> "$ROOT/said"; case $1 in is-active) echo active ;; show) echo "DropInPaths=/etc/systemd/system/${unit}.d/b.conf"; echo NeedDaemonReload=no ;; esac`,
    );
    const plain = { kind: 'systemd-dropin', unit, name: 'b.conf', content: '[Service]\n' } as const;
    const plan = value(await bench.plan(bench.request('one', plain)));
    value(await applyPlan(bench.applying(plan), bench.parts));
    writeFileSync(bench.host.path('/said'), '');
    const ran = spawnSync('sh', [bench.host.path(`${handUndoFolder}/undo`)], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bench.host.path('/..')}/bin:${process.env['PATH'] ?? ''}` },
    });
    expect(ran.stdout).toContain(`restarted ${unit}`);
    expect(ran.status).toBe(0);
    expect(readFileSync(bench.host.path('/said'), 'utf8')).toBe(`daemon-reload\nrestart ${unit}\n`);
    expect(existsSync(bench.host.path(`/etc/systemd/system/${unit}.d`))).toBe(false);
  });

  it('tells what it holds, and nothing once it was undone in the app', async () => {
    await apply(...changes);
    const items = value(await readKit(bench.host));
    expect(items.map(({ title, state, operator }) => `${state} ${operator} ${title}`)).toEqual([
      'complete ada@laptop set owner and mode of /etc/my dir',
      'complete ada@laptop replace the content of /etc/a',
      'complete ada@laptop replace the content of /etc/b',
      'complete ada@laptop create /etc/new',
    ]);
    const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
    value(
      await rollBack(
        { ...all, scope: { of: 'step', planId: items[1]?.planId ?? '', stepId: items[1]?.stepId ?? '' } },
        bench.parts,
      ),
    );
    expect(value(await readKit(bench.host))).toHaveLength(3);
    value(await rollBack(all, bench.parts));
    expect(value(await readKit(bench.host))).toEqual([]);
    expect(existsSync(bench.host.path('/var/lib/bulwark'))).toBe(false);
  });

  it('keeps a step from being begun when it cannot be kept', async () => {
    bench.host.before = (request) =>
      request.name === 'undo-keep'
        ? fail(appError('DISK_FULL', 'Full.', 'Free space.', { hostState: 'unchanged' }))
        : succeed(undefined);
    const before = seen();
    await apply(content('/etc/a', 'new a', 'old a'));
    expect(seen()).toEqual(before);
    expect(bench.host.names).not.toContain('write-file');
  });
});

describe('lines of the kit', () => {
  it('refuse what could forge another line', () => {
    expect(encodeOps([{ do: 'file', path: '/a\nfile\t-\t-\t/etc/shadow' }], false)).toBe(undefined);
    expect(encodeOps([{ do: 'file', path: '/a ' }], false)).toBe(undefined);
    expect(encodeOps([{ do: 'file', path: '/a\tb c' }], false)).not.toBe(undefined);
  });
});
