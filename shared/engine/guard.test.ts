import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestContext, testContext, value } from '../../test/support/change-harness.ts';
import { LocalHost } from '../../test/support/local-host.ts';
import { FakeClock } from '../../test/support/memory-ports.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import {
  armGuard,
  disarmGuard,
  fallBack,
  fireGuard,
  type GuardPlan,
  guardsOn,
  listGuards,
  proveAccess,
} from './guard.ts';

// No systemd here: the guard waits with `sleep`. The lab shows the timer and the boot-time unit.
let host: LocalHost;
let context: TestContext;
const folder = () => host.path('/var/lib/bulwark');

beforeEach(() => {
  host = new LocalHost();
  mkdirSync(host.path('/var/lib'), { recursive: true });
  host.place('/etc/rules', 'old\n');
  host.place('/live', 'old\n');
  context = testContext(host, { tag: 'g-1' });
});
afterEach(() => host.remove());

const plan = (seconds: number): GuardPlan => ({
  seconds,
  revert: `cat "$1/live" > '${host.path('/live')}'\n`,
  files: [{ name: 'live', text: 'old\n' }],
  save: ['/etc/rules', '/etc/made-later'].map((path) => ({
    path,
    writes: context.digest.sha256('new\n'),
    edited: 'aside' as const,
  })),
});

function change() {
  writeFileSync(host.path('/live'), 'new\n');
  writeFileSync(host.path('/etc/rules'), 'new\n');
  writeFileSync(host.path('/etc/made-later'), 'new\n');
}
const seen = () => [
  readFileSync(host.path('/live'), 'utf8'),
  readFileSync(host.path('/etc/rules'), 'utf8'),
  existsSync(host.path('/etc/made-later')),
];
const old = ['old\n', 'old\n', false];

// The saved paths are written into the guard's folder by the real script, so they are real paths below the host's folder.
describe('the guard', () => {
  it('puts everything back when nobody disarms it', async () => {
    value(await armGuard(context, plan(2)));
    change();
    expect(value(await listGuards(host))).toEqual(new Map([['g-1', 'armed']]));
    await expect.poll(() => existsSync(`${folder()}/guard/g-1/fired`), { timeout: 8000 }).toBe(true);
    expect(seen()).toEqual(old);
    value(await fireGuard(host, 'g-1'));
    expect(existsSync(folder())).toBe(false);
  });

  it('puts everything back although its log cannot be written', async () => {
    value(await armGuard(context, plan(2)));
    change();
    mkdirSync(`${folder()}/guard/g-1/log`);
    await expect.poll(() => existsSync(`${folder()}/guard/g-1/fired`), { timeout: 8000 }).toBe(true);
    expect(seen()).toEqual(old);
  });

  it('is refused without systemd where a restart of the host must put back too', async () => {
    expect(await armGuard(context, { ...plan(2), outlastsRestart: true })).toMatchObject({
      ok: false,
      error: { code: 'GUARD_UNAVAILABLE', hostState: 'unchanged' },
    });
    expect(existsSync(folder())).toBe(false);
  });

  it('does nothing once it is disarmed, and leaves no trace', async () => {
    const guard = value(await armGuard(context, plan(2)));
    change();
    value(await disarmGuard(context, host, guard));
    await wait(2500);
    expect(seen()).toEqual(['new\n', 'new\n', true]);
    expect(existsSync(folder())).toBe(false);
    expect(context.guards).toEqual(['armed', 'disarmed']);
  });

  it('cannot be disarmed after it fired', async () => {
    const guard = value(await armGuard(context, plan(600)));
    change();
    value(await fireGuard(host, 'g-1'));
    expect(seen()).toEqual(old);
    expect(await disarmGuard(context, host, guard)).toMatchObject({
      error: { code: 'GUARD_FIRED', hostState: 'restored' },
    });
  });

  it('is refused while another is armed', async () => {
    value(await armGuard({ ...context, operator: 'ada@laptop\nx' }, plan(600)));
    const second = await armGuard(testContext(host, { tag: 'g-2' }), plan(600));
    expect(second).toMatchObject({ error: { code: 'GUARD_UNAVAILABLE', hostState: 'unchanged' } });
    expect(second.ok ? '' : second.error.message).toMatch(/begun by ada@laptop x\. .* in (600|59\d) seconds/);
    const [guard] = value(await guardsOn(host));
    expect(guard).toMatchObject({ tag: 'g-1', owner: 'ada@laptop x', standing: 'armed' });
    expect(Math.abs(Date.parse(guard?.firesAt ?? '') - Date.now() - 600_000)).toBeLessThan(5000);
    value(await fireGuard(host, 'g-1'));
  });

  it('does not arm with half of what it needs', async () => {
    host.before = (request) => {
      if (request.name === 'guard-arm' && request.stdin instanceof Uint8Array) {
        request.stdin.fill(10, request.stdin.length - 6);
      }
      return succeed(undefined);
    };
    expect(await armGuard(context, plan(600))).toMatchObject({ error: { code: 'GUARD_UNAVAILABLE' } });
    expect(existsSync(`${folder()}/guard/g-1`)).toBe(false);
  });

  it('falls back at once over the old connection, and waits when that is gone', async () => {
    const guard = value(await armGuard(context, plan(600)));
    change();
    expect(await fallBack(context, guard, 'why')).toMatchObject({
      error: { code: 'GUARD_FIRED', detail: 'why' },
    });
    expect(seen()).toEqual(old);

    const lost = testContext(host, { tag: 'g-3', openFresh: () => Promise.resolve(succeed(host.session())) });
    const again = value(await armGuard(lost, plan(600)));
    change();
    let broken = true;
    host.before = (request) => {
      const breaks = broken && request.name === 'guard-fire';
      broken = breaks ? false : broken;
      return breaks ? fail(appError('SSH_CONNECTION_LOST', 'lost', '')) : succeed(undefined);
    };
    expect(await fallBack(lost, again, 'why')).toMatchObject({ error: { code: 'GUARD_FIRED' } });
    expect(lost.clock.now()).toBeGreaterThan(again.firesAt);
    expect(seen()).toEqual(old);
  });

  it.each([-86_400_000, 86_400_000])(
    'waits no longer and no shorter when the clock jumps by %i ms',
    async (jump) => {
      const clock = new FakeClock();
      const guarded = testContext(host, { tag: 'g-1', clock });
      const guard = value(await armGuard(guarded, plan(30)));
      clock.milliseconds += jump;
      const proof = await proveAccess(guarded, guard);
      expect(proof).toMatchObject({ ok: false });
      const slept = clock.slept.reduce((sum, one) => sum + one, 0);
      expect(slept).toBeGreaterThanOrEqual(27_000);
      expect(slept).toBeLessThan(31_000);
      value(await fireGuard(host, 'g-1'));
    },
  );

  it('does not call the host unchanged when root is gone after arming', async () => {
    const guard = value(await armGuard(context, plan(600)));
    host.before = ({ name }) =>
      name.startsWith('guard-')
        ? fail(appError('SUDO_PASSWORD_REQUIRED', 'No.', 'Ask.', { hostState: 'unchanged' }))
        : succeed(undefined);
    const gone = { error: { code: 'SUDO_PASSWORD_REQUIRED', hostState: 'changed' } };
    expect(await fallBack(context, guard, 'why')).toMatchObject(gone);
    expect(await disarmGuard(context, host, guard)).toMatchObject(gone);
    host.before = undefined;
    value(await fireGuard(host, 'g-1'));
  });

  it('takes only a fresh connection with root rights as proof', async () => {
    const guard = value(await armGuard(context, plan(30)));
    host.teach('id', 'echo 1000');
    const poor = testContext(host, { tag: 'g-1', openFresh: () => Promise.resolve(succeed(host.session())) });
    expect(await proveAccess(poor, guard)).toMatchObject({ error: { code: 'SUDO_NOT_ALLOWED' } });
    host.teach('id', 'echo 0');
    const rich = testContext(host, { tag: 'g-1', openFresh: () => Promise.resolve(succeed(host.session())) });
    expect(await proveAccess(rich, guard)).toMatchObject({ ok: true });
    value(await fireGuard(host, 'g-1'));
  });
});
