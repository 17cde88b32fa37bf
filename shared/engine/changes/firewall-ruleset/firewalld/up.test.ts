/** What becomes of a load while firewalld is still starting, with its two programs replaced below the shell. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deadlineSeconds, loadProgram } from './host.ts';
import { upWaitSeconds } from './up.ts';

const stale = 'rule priority="-31900" family="ipv4" source address="10.1.2.0/24" accept';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firewalld-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'guard'));
  writeFileSync(join(folder, 'live'), `${stale}\n`);
  writeFileSync(join(folder, 'guard/zones'), 'public\n');
  writeFileSync(join(folder, 'guard/rules'), '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\ncd '${folder}' || exit 9\n${script}`);
  chmodSync(path, 0o755);
}

/** @param states what systemd says of the service, one after the other, the last for good */
function load(states: readonly string[]): number | null {
  writeFileSync(join(folder, 'states'), `${states.join('\n')}\n`);
  program(
    'systemctl',
    `[ "$*" = 'is-active firewalld.service' ] || exit 9
head -n 1 states; [ "$(wc -l < states)" -eq 1 ] || sed -i 1d states`,
  );
  program('sleep', 'echo "$1" >> slept');
  program(
    'firewall-cmd',
    `case $*: in
  '--zone=public --list-rich-rules:') cat live ;;
  '--zone=public --remove-rich-rule=${stale}:') : > live ;;
  *) exit 9 ;;
esac`,
  );
  return spawnSync('sh', ['-c', loadProgram, 'sh', join(folder, 'guard')], {
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
  }).status;
}

const live = () => readFileSync(join(folder, 'live'), 'utf8');

it.each([
  ['is active', ['active']],
  ['is still starting, as right after a boot', ['activating', 'activating', 'active']],
  ['is reloading', ['reloading', 'active']],
  ['never comes out of starting, and answers nevertheless', ['activating']],
])('takes rules away where firewalld %s', (_when, states) => {
  expect(load(states)).toBe(0);
  expect(live()).toBe('');
});

it('waits at most half as long as the whole may take, so that there is time for the rest', () => {
  expect(load(['activating'])).toBe(0);
  const slept = readFileSync(join(folder, 'slept'), 'utf8').trim().split('\n').map(Number);
  expect(slept.reduce((sum, seconds) => sum + seconds, 0)).toBe(upWaitSeconds);
  expect(upWaitSeconds).toBeLessThanOrEqual(deadlineSeconds / 2);
});

it.each([['inactive'], ['failed']])('leaves firewalld alone that is %s', (state) => {
  expect(load([state])).toBe(0);
  expect(live()).toBe(`${stale}\n`);
  expect(existsSync(join(folder, 'guard/want'))).toBe(false);
});
