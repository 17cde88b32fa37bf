/** Taking back by hand while somebody works on the host: refused with their name, unless it is broken on purpose. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { type ThreeFiles, threeFiles } from '../../../test/support/three-files.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { applyPlan } from '../apply.ts';
import { guardFolder } from '../guard-scripts.ts';
import { lockHost, unlockHost } from '../lock.ts';

let bench: ThreeFiles['bench'];
let read: ThreeFiles['read'];
beforeEach(async () => {
  const three = await threeFiles();
  ({ bench, read } = three);
  value(await applyPlan(bench.applying(three.plan), bench.parts));
});
afterEach(() => bench.host.remove());

function byHand(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const ran = spawnSync('sh', [bench.host.path(`${handUndoFolder}/undo`), ...args], { encoding: 'utf8' });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}
const lock = { owner: 'ben@desk', planId: 'plan-7', token: 'lock-1' };
const lockFile = () => bench.host.path('/run/bulwark/lock/info');

function armed(tag: string): void {
  const folder = bench.host.path(`${guardFolder}/${tag}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/armed`, '60\n');
  writeFileSync(`${folder}/owner`, 'eve\u001b[2J@desk\n');
  writeFileSync(`${folder}/fires`, `${Math.floor(Date.now() / 1000) + 100}\n`);
}

describe('while the lock is held', () => {
  it('nothing is taken back; owner, time and the way on are named', async () => {
    value(await lockHost(bench.host, lock));
    const { code, said } = byHand();
    expect(code).toBe(75);
    expect(said).toMatch(
      /^Nothing was taken back\.\nben@desk has been working on this host since \d{4}-\d\d-\d\dT[\d:]+Z; the last sign of life was 0 minutes ago\.\n.*undo --break-lock=lock-1\n$/,
    );
    expect(read('/etc/a')).toBe('new a');
    expect(readFileSync(lockFile(), 'utf8')).toContain('ben@desk');
    // Looking is not working.
    expect(byHand('list').code).toBe(0);
  });

  it('breaking it on purpose takes back only what is still as it was left', async () => {
    value(await lockHost(bench.host, lock));
    writeFileSync(bench.host.path('/etc/b'), 'edited');
    // Overwriting what somebody changed is another question.
    expect([byHand('--force').code, read('/etc/b')]).toEqual([75, 'edited']);
    const { code, said } = byHand('--break-lock=lock-1');
    expect([code, read('/etc/a'), read('/etc/b')]).toEqual([1, 'old', 'edited']);
    expect(said).toContain('note     ben@desk has been working');
    // Whoever held it is told by their next step, and the lock is free.
    expect(existsSync(lockFile())).toBe(false);
    expect(await unlockHost(bench.host, { token: 'lock-1' })).toMatchObject({
      error: { code: 'HOST_LOCKED' },
    });
    expect(byHand('--force').code).toBe(0);
    expect(read('/etc/b')).toBe('old');
  });

  it('only the lock that was shown is broken, not that of whoever came since', async () => {
    value(await lockHost(bench.host, lock));
    value(await unlockHost(bench.host, { token: lock.token }));
    value(await lockHost(bench.host, { owner: 'eve@desk', planId: 'plan-8', token: 'lock-2' }));
    const { code, said } = byHand('--break-lock=lock-1');
    expect([code, read('/etc/a')]).toEqual([75, 'new a']);
    expect(said).toMatch(/eve@desk has been working.*\n.*--break-lock=lock-2\n$/);
    expect(readFileSync(lockFile(), 'utf8')).toContain('eve@desk');
    expect(byHand('--break-lock=lock-2').code).toBe(0);
  });

  it('not even where it changes hands in that very moment', async () => {
    value(await lockHost(bench.host, lock));
    const program = bench.host.path(`${handUndoFolder}/undo`);
    writeFileSync(
      program,
      readFileSync(program, 'utf8').replace(
        'mv "$run/lock" "$old"',
        'sed -i "s/lock-1/lock-2/" "$run/lock/info"; mv "$run/lock" "$old"',
      ),
    );
    expect([byHand('--break-lock=lock-1').code, read('/etc/a')]).toEqual([75, 'new a']);
    expect(readFileSync(lockFile(), 'utf8')).toContain('lock-2');
  });
});

describe('while a guard is armed', () => {
  it('nothing is taken back; its owner and its time are named, without what could move a cursor', () => {
    armed('plan-1-01-firewall-ruleset');
    const { code, said } = byHand();
    expect(code).toBe(75);
    expect(said).toMatch(
      /eve\[2J@desk is changing the access to this host under a guard, which puts back what it holds in (9\d|100) seconds\./,
    );
    expect(said).not.toContain('\u001b');
    expect(read('/etc/a')).toBe('new a');
    expect(byHand('--break-lock=plan-1-01-firewall-ruleset').code).toBe(0);
    expect(read('/etc/a')).toBe('old');
  });

  it('lock and guard are both named, and both have to be given', async () => {
    value(await lockHost(bench.host, lock));
    armed('guard-1');
    for (const one of ['lock-1', 'guard-1']) {
      const { code, said } = byHand(`--break-lock=${one}`);
      expect([code, read('/etc/a')]).toEqual([75, 'new a']);
      expect(said).toContain('--break-lock=guard-1,lock-1\n');
    }
    expect(byHand('--break-lock=guard-1,lock-1').code).toBe(0);
  });
});

it('others see the lock while it works, and it is gone afterwards', async () => {
  writeFileSync(bench.host.path('/etc/b'), 'edited');
  const program = bench.host.path(`${handUndoFolder}/undo`);
  // Stops in the middle: the first look at a file asks for this.
  const text = readFileSync(program, 'utf8').replace('check() {', `check() { cat '${lockFile()}' >&2;`);
  writeFileSync(program, text);
  const { said } = byHand();
  expect(said).toContain('root, by hand');
  expect(existsSync(lockFile())).toBe(false);
  value(await lockHost(bench.host, lock));
});

it('is not kept from working where there is no place for a lock', () => {
  writeFileSync(bench.host.path('/run/blocked'), '');
  const program = bench.host.path(`${handUndoFolder}/undo`);
  writeFileSync(
    program,
    readFileSync(program, 'utf8').replace('run=$root/run/bulwark', 'run=$root/run/blocked/x'),
  );
  const { code, said } = byHand();
  expect([code, read('/etc/a')]).toEqual([0, 'old']);
  expect(said).toContain('the lock of this host could not be taken');
});

it('knows no other words', () => {
  expect(byHand('--now').code).toBe(64);
  for (const words of [['--break-lock'], ['--break-lock='], ['--break-lock=a', '--now']])
    expect(byHand(...words).code).toBe(64);
  expect(read('/etc/a')).toBe('new a');
});
