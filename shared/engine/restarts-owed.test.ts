import { mkdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { testDigest } from '../../test/support/memory-ports.ts';
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import type { Mark } from './change-kind.ts';
import { interruptedSteps, recoverHost } from './recover.ts';
import { rollBack } from './rollback.ts';

describe('restarts while rolling back', () => {
  it('restarts each unit once, after everything is put back', async () => {
    const restarts: string[] = [];
    const made = new EngineBench({
      'service-restart': {
        kind: 'service-restart',
        describe: (change) => ({
          title: `restart ${change.unit}`,
          words: [],
          blast: 'restart',
          outageSeconds: 10,
          guarded: false,
        }),
        inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
        capture: () => Promise.resolve(succeed(new Uint8Array())),
        apply: (change) => {
          restarts.push(
            `${change.unit} with ${readFileSync(made.host.path('/etc/es/elasticsearch.yml'), 'utf8')}`,
          );
          return Promise.resolve(succeed({ at: 'now' }));
        },
        verify: () => Promise.resolve(succeed(undefined)),
        revert: () => Promise.reject(new Error('a restart is never reverted')),
      },
    });
    made.host.place('/etc/es/elasticsearch.yml', 'a: 1\n');
    const install = {
      layout: 'package',
      version: '9.4.3',
      home: '/usr/share/elasticsearch',
      pathConf: '/etc/es',
      pathData: ['/d'],
      pathLogs: '/l',
      unit: 'es.service',
      user: 'es',
      group: 'es',
      httpPort: 9200,
      transportPort: 9300,
    } as const;
    const one = value(
      await made.plan(
        made.request(
          'one',
          {
            kind: 'yaml-setting',
            path: '/etc/es/elasticsearch.yml',
            edits: [{ op: 'set', key: 'a', value: 2 }],
            expects: testDigest.sha256('a: 1\n'),
          },
          {
            kind: 'service-restart',
            unit: 'es.service',
            install: { ...install, pathData: ['/d'] },
            rehearse: true,
          },
        ),
      ),
    );
    value(await applyPlan(made.applying(one), made.parts));
    expect(restarts).toEqual(['es.service with a: 2\n']);
    const report = value(
      await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, made.parts),
    );
    expect(report.result).toBe('undone');
    expect(restarts).toEqual(['es.service with a: 2\n', 'es.service with a: 1\n']);
    expect(report.items.map((item) => item.title)).toEqual([
      'restart es.service',
      'change one setting in /etc/es/elasticsearch.yml',
      'restart es.service',
    ]);
    made.host.remove();
  });
});

describe('a restart that undoing owes', () => {
  const unit = 'app.service';
  const dropin = {
    kind: 'systemd-dropin',
    unit,
    name: 'bulwark.conf',
    content: '[Service]\n',
  } as const;
  const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
  let bench: EngineBench;
  let restarts: number;
  let restarting: () => Result<Mark>;

  beforeEach(async () => {
    restarts = 0;
    restarting = () => succeed({});
    bench = new EngineBench({
      'service-restart': {
        kind: 'service-restart',
        describe: () => ({ title: 'restart', words: [], blast: 'restart', outageSeconds: 1, guarded: false }),
        inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
        capture: () => Promise.resolve(succeed(new Uint8Array())),
        apply: () => {
          const ended = restarting();
          restarts += ended.ok ? 1 : 0;
          return Promise.resolve(ended);
        },
        verify: () => Promise.resolve(succeed(undefined)),
        revert: () => Promise.reject(new Error('not here')),
      },
    });
    mkdirSync(bench.host.path('/run/systemd/system'), { recursive: true });
    mkdirSync(bench.host.path('/etc/systemd/system'), { recursive: true });
    bench.host.teach(
      'systemctl',
      `case $1 in show) echo "DropInPaths=/etc/systemd/system/${unit}.d/bulwark.conf"; echo NeedDaemonReload=no ;; esac`,
    );
    const plan = value(await bench.plan(bench.request('one', dropin)));
    value(await applyPlan(bench.applying(plan), bench.parts));
  });
  afterEach(() => bench.host.remove());

  const open = async () =>
    value(await interruptedSteps(bench.journal, ['local'])).map(({ stepId, doing }) => `${doing} ${stepId}`);

  it('stands in the journal before anything is undone, and with its outcome after', async () => {
    value(await rollBack(all, bench.parts));
    expect(restarts).toBe(2);
    const types = bench.journal.entries.map(({ type }) => type);
    expect(types.indexOf('restart-owed')).toBeLessThan(types.indexOf('undo-intent'));
    expect(bench.journal.entries.at(-1)).toMatchObject({ type: 'restart-outcome', unit, result: 'done' });
    expect(await open()).toEqual([]);
  });

  it('is found and carried out after the app died before it', async () => {
    restarting = () => {
      bench.journal.failing = true;
      return fail(appError('INTERNAL', 'The app was killed here.', ''));
    };
    value(await rollBack(all, bench.parts));
    bench.journal.failing = false;
    restarting = () => succeed({});
    expect(await open()).toEqual([`undoing restart-${unit}`]);
    const settled = value(
      await recoverHost({ hostId: 'local', how: 'settle', breakLock: false }, bench.parts),
    );
    expect(settled).toMatchObject({ result: 'settled', items: [{ result: 'undone' }] });
    expect(restarts).toBe(2);
    expect(await open()).toEqual([]);
  });

  it('stays owed when it fails, and a rollback of the host carries it out as well', async () => {
    restarting = () =>
      fail(appError('ES_DID_NOT_START', 'It did not start.', 'Read.', { hostState: 'changed' }));
    expect(value(await rollBack(all, bench.parts)).result).toBe('incomplete');
    expect(await open()).toEqual([`undoing restart-${unit}`]);
    restarting = () => succeed({});
    expect(value(await rollBack(all, bench.parts))).toMatchObject({
      result: 'undone',
      items: [{ stepId: `restart-${unit}` }],
    });
    expect(await open()).toEqual([]);
  });

  it('does not start what does not run', async () => {
    bench.host.teach(
      'systemctl',
      'case $1 in show) echo LoadState=loaded; echo ActiveState=inactive ;; esac',
    );
    value(await rollBack(all, bench.parts));
    expect(restarts).toBe(1);
    expect(bench.journal.entries.at(-1)).toMatchObject({ type: 'restart-outcome', result: 'not-needed' });
    expect(await open()).toEqual([]);
  });

  it('starts what an earlier attempt took down', async () => {
    restarting = () => fail(appError('ES_DID_NOT_START', 'It did not start.', 'Read.'));
    value(await rollBack(all, bench.parts));
    bench.host.teach(
      'systemctl',
      'case $1 in show) echo LoadState=loaded; echo ActiveState=inactive ;; esac',
    );
    restarting = () => succeed({});
    value(await recoverHost({ hostId: 'local', how: 'settle', breakLock: false }, bench.parts));
    expect(restarts).toBe(2);
    expect(await open()).toEqual([]);
  });

  it('is not owed when nothing was undone', async () => {
    bench.host.place(`/etc/systemd/system/${unit}.d/bulwark.conf`, 'edited');
    const report = value(await rollBack({ ...all, scope: { of: 'finding', controlId: 'one' } }, bench.parts));
    // The restart step itself was undone with it, so the unit is restarted all the same.
    expect(report.items.map((item) => item.result)).toEqual(['undone', 'drifted', 'undone']);
    const again = value(await rollBack(all, bench.parts));
    expect(again.items.map((item) => item.result)).toEqual(['drifted']);
    expect(bench.journal.entries.at(-1)).toMatchObject({ type: 'restart-outcome', result: 'not-needed' });
    expect(restarts).toBe(2);
    expect(await open()).toEqual([]);
  });

  it('is carried out by recovering an undoing that was interrupted', async () => {
    let released = false;
    bench.host.before = (request) => {
      if (request.name === 'remove-file') {
        bench.journal.failing = true;
        released = true;
      }
      return succeed(undefined);
    };
    value(await rollBack(all, bench.parts));
    expect(released).toBe(true);
    bench.journal.failing = false;
    bench.host.before = undefined;
    restarts = 1;
    expect(await open()).toContain('undoing 01-systemd-dropin');
    value(await recoverHost({ hostId: 'local', how: 'undo', breakLock: false }, bench.parts));
    expect(restarts).toBe(2);
    expect(await open()).toEqual([]);
  });
});
