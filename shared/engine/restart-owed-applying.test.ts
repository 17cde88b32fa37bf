/** A plan that ends between a change and the restart that makes it take effect: the restart stands in the journal and is offered. */
import { existsSync, mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import type { Mark } from './change-kind.ts';
import { interruptedSteps, recoverHost } from './recover.ts';
import { rollBack } from './rollback.ts';

const unit = 'app.service';
const dropin = { kind: 'systemd-dropin', unit, name: 'bulwark.conf', content: '[Service]\n' } as const;
const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
const killed = () => fail(appError('INTERNAL', 'The app was killed here.', ''));
const refused = () =>
  fail(appError('ES_DID_NOT_START', 'It did not start.', 'Read.', { hostState: 'changed' }));

let bench: EngineBench;
/** What the unit was restarted on. */
let restarts: ('old' | 'new')[];
let restarting: (on: 'old' | 'new') => Result<Mark>;
let afterDropin: () => void;

const file = () => bench.host.path(`/etc/systemd/system/${unit}.d/bulwark.conf`);
const state = () => (existsSync(file()) ? 'new' : 'old');

beforeEach(() => {
  restarts = [];
  restarting = () => succeed({});
  afterDropin = () => undefined;
  const restart = () => {
    const on = state();
    const ended = restarting(on);
    if (ended.ok) restarts.push(on);
    return ended;
  };
  bench = new EngineBench({
    'service-restart': {
      kind: 'service-restart',
      describe: () => ({ title: 'restart', words: [], blast: 'restart', outageSeconds: 1, guarded: false }),
      inspect() {
        afterDropin();
        return Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] }));
      },
      capture: () => Promise.resolve(succeed(new Uint8Array())),
      apply: () => Promise.resolve(restart()),
      verify: () => Promise.resolve(succeed(undefined)),
      revert() {
        const again = restart();
        return Promise.resolve(again.ok ? succeed(undefined) : again);
      },
    },
  });
  mkdirSync(bench.host.path('/run/systemd/system'), { recursive: true });
  mkdirSync(bench.host.path('/etc/systemd/system'), { recursive: true });
  bench.host.teach(
    'systemctl',
    `case $1 in show) echo "DropInPaths=/etc/systemd/system/${unit}.d/bulwark.conf"; echo NeedDaemonReload=no; echo ActiveState=active ;; esac`,
  );
});
afterEach(() => bench.host.remove());

const apply = async () => {
  const plan = value(await bench.plan(bench.request('one', dropin)));
  return value(await applyPlan(bench.applying(plan), bench.parts));
};
const open = async () =>
  value(await interruptedSteps(bench.journal, ['local'])).map(({ stepId, doing }) => `${doing} ${stepId}`);
const settle = async (how: 'settle' | 'undo') =>
  value(await recoverHost({ hostId: 'local', how, breakLock: false }, bench.parts));
/** Everything that is written from here on is lost, as it is with the process. */
const die = () => {
  bench.journal.failing = true;
};
const startAgain = () => {
  bench.journal.failing = false;
  afterDropin = () => undefined;
  restarting = () => succeed({});
};

/** Planning looks at the restart as well; applying does so once the drop-in is there. */
async function endedBetween(): Promise<void> {
  afterDropin = () => {
    if (state() === 'new') die();
  };
  await apply();
  startAgain();
  expect([state(), restarts]).toEqual(['new', []]);
}

describe('the restart of a plan', () => {
  it('is owed from before the change until it is done', async () => {
    expect((await apply()).result).toBe('done');
    const types = bench.journal.entries.map(({ type }) => type);
    expect(types.slice(types.indexOf('intent'))).toEqual([
      'intent',
      'restart-owed',
      'outcome',
      'intent',
      'outcome',
    ]);
    expect(await open()).toEqual([]);
    expect(restarts).toEqual(['new']);
  });

  it('is not owed where the change did not come about', async () => {
    bench.host.before = (request) =>
      request.name === 'write-file' ? fail(appError('DISK_FULL', 'No room.', '')) : succeed(undefined);
    expect((await apply()).result).toBe('failed');
    expect([state(), restarts, await open()]).toEqual(['old', [], []]);
  });

  it('is not owed where it failed and what it was for went back', async () => {
    restarting = (on) => (on === 'new' ? refused() : succeed({}));
    expect((await apply()).result).toBe('failed');
    expect([state(), restarts, await open()]).toEqual(['old', ['old'], []]);
  });
});

describe('a run that ended between a change and its restart', () => {
  it('is listed, and settled by restarting', async () => {
    await endedBetween();
    expect(await open()).toEqual([`applying restart-${unit}`]);
    expect(await settle('settle')).toMatchObject({
      result: 'settled',
      items: [{ stepId: `restart-${unit}`, result: 'kept' }],
    });
    expect([state(), restarts, await open()]).toEqual(['new', ['new'], []]);
    expect(value(await rollBack(all, bench.parts)).result).toBe('undone');
    expect([state(), restarts, await open()]).toEqual(['old', ['new', 'old'], []]);
  });

  it('is taken back when asked to', async () => {
    await endedBetween();
    expect((await settle('undo')).items.map(({ stepId, result }) => `${result} ${stepId}`)).toEqual([
      'undone 01-systemd-dropin',
      `undone restart-${unit}`,
    ]);
    expect([state(), restarts, await open()]).toEqual(['old', ['old'], []]);
  });

  it('is taken back when the service does not start with the change', async () => {
    await endedBetween();
    restarting = (on) => (on === 'new' ? refused() : succeed({}));
    const report = await settle('settle');
    expect(report.result).toBe('settled');
    expect(report.items[0]).toMatchObject({ stepId: `restart-${unit}`, result: 'undone' });
    expect(report.items[0]?.note).toContain('What it was for has been put back.');
    expect([state(), restarts, await open()]).toEqual(['old', ['old'], []]);
  });

  it('stays open while neither works, and the unit is started although it is down', async () => {
    await endedBetween();
    restarting = refused;
    expect((await settle('settle')).result).toBe('incomplete');
    expect([state(), await open()]).toEqual(['old', [`undoing restart-${unit}`]]);
    bench.host.teach(
      'systemctl',
      'case $1 in show) echo LoadState=loaded; echo ActiveState=inactive; echo NeedDaemonReload=no ;; esac',
    );
    restarting = () => succeed({});
    expect((await settle('settle')).result).toBe('settled');
    expect([restarts, await open()]).toEqual([['old'], []]);
  });

  it('is left as it is where a step in question was edited, and says so', async () => {
    await endedBetween();
    bench.host.place(`/etc/systemd/system/${unit}.d/bulwark.conf`, 'edited');
    expect((await settle('undo')).items.map(({ result }) => result)).toEqual(['drifted']);
    expect([restarts, await open()]).toEqual([[], [`applying restart-${unit}`]]);
  });

  it('holds up other work, but not a plan that restarts the unit', async () => {
    await endedBetween();
    const other = value(
      await bench.plan(
        bench.request('two', { kind: 'systemd-dropin', unit: 'b.service', name: 'b.conf', content: 'x' }),
      ),
    );
    expect(await applyPlan(bench.applying(other), bench.parts)).toMatchObject({ error: { code: 'BUSY' } });
    const again = value(
      await bench.plan(bench.request('one', { kind: 'service-restart', unit, rehearse: false })),
    );
    expect(value(await applyPlan(bench.applying(again), bench.parts)).result).toBe('done');
    expect([restarts, await open()]).toEqual([['new'], []]);
  });

  it('is over when the change was rolled back', async () => {
    await endedBetween();
    expect(
      value(await rollBack({ ...all, scope: { of: 'finding', controlId: 'one' } }, bench.parts)).result,
    ).toBe('undone');
    expect([state(), restarts, await open()]).toEqual(['old', ['old'], []]);
  });
});

describe('a run that ended in the change or in its restart', () => {
  it('restarts after the change was found in place', async () => {
    bench.host.after = (request) => {
      if (request.name === 'write-file') die();
      return succeed(undefined);
    };
    bench.host.before = () => (bench.journal.failing ? killed() : succeed(undefined));
    await apply();
    bench.host.after = undefined;
    bench.host.before = undefined;
    startAgain();
    expect(state()).toBe('new');
    expect(await open()).toEqual([`applying restart-${unit}`, 'applying 01-systemd-dropin']);
    expect((await settle('settle')).result).toBe('settled');
    expect([restarts, await open()]).toEqual([['new'], []]);
  });

  it.each(['settle', 'undo'] as const)(
    'takes both back where the service does not start: %s',
    async (how) => {
      restarting = (on) => {
        if (on === 'new') die();
        return on === 'new' ? killed() : succeed({});
      };
      bench.host.before = (request) =>
        bench.journal.failing && request.name === 'remove-file' ? killed() : succeed(undefined);
      await apply();
      bench.host.before = undefined;
      startAgain();
      restarting = (on) => (on === 'new' ? refused() : succeed({}));
      expect(state()).toBe('new');
      expect(await open()).toEqual(['applying 02-service-restart']);
      expect((await settle(how)).result).toBe('settled');
      expect([state(), restarts.at(-1), await open()]).toEqual(['old', 'old', []]);
    },
  );
});
