import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTwice, testContext, undo, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { swap } from './swap.ts';

const change: ChangeOf<'swap'> = { kind: 'swap' };
const table = '# x\n/swap none swap sw 0 0\r\n/dev/sda1 / ext4 x 0 1';
const heading = 'Filename Type Size Used Priority\n';
let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.teach('systemd-detect-virt', 'echo none; exit 1');
  host.teach('findmnt', 'exit 0');
  host.teach('blkid', 'exit 2');
  host.teach(
    'swapon',
    '[ "$1" = --show=NAME ] && exit 0; echo "$*" >> "$STATE/on"; [ "$1" = -p ] && shift 2; echo "${1#$ROOT} file 8 0 -2" >> "$ROOT/proc/swaps"',
  );
  host.teach(
    'swapoff',
    '[ -e "$STATE/stuck" ] && [ "${1#$ROOT}" = /swap ] && exit 1; sed -i "\\\\|^${1#$ROOT} |d" "$ROOT/proc/swaps"',
  );
  host.place('/proc/meminfo', 'MemTotal:  1000000 kB\nMemAvailable:  500000 kB\n');
  host.place('/proc/swaps', `${heading}/other file 8 0 5\n/swap file 8 0 -2\n`);
  host.place('/etc/fstab', table);
});
afterEach(() => host.remove());

const fstab = () => readFileSync(host.path('/etc/fstab'), 'utf8');
const active = () => readFileSync(host.path('/proc/swaps'), 'utf8').replace(heading, '');
const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

describe('swap', () => {
  it('is refused in a container, with zram, without memory, and with a deleted file', async () => {
    host.teach('systemd-detect-virt', 'echo docker');
    expect(await swap.inspect(change, testContext(host))).toMatchObject(refused);
    host.teach('systemd-detect-virt', 'echo none; exit 1');
    for (const line of [
      '/dev/zram0 partition 8 0 100',
      '/big file 900000 450000 -2',
      '/gone\\040(deleted) file 8 0 -2',
    ]) {
      writeFileSync(host.path('/proc/swaps'), `${heading}${line}\n`);
      expect(await swap.inspect(change, testContext(host))).toMatchObject(refused);
    }
    expect(fstab()).toBe(table);
  });

  it('leaves everything on where one cannot be turned off', async () => {
    host.teach(
      'swapoff',
      '[ "${1#$ROOT}" = /swap ] && exit 1; sed -i "\\\\|^${1#$ROOT} |d" "$ROOT/proc/swaps"',
    );
    const image = value(await swap.capture(change, testContext(host)));
    expect(await swap.apply(change, image, testContext(host))).toMatchObject({
      error: { code: 'COMMAND_FAILED', hostState: 'unchanged' },
    });
    expect(active()).toContain('/other file');
    expect(active()).toContain('/swap file');
    expect(fstab()).toBe(table);
  });

  it('goes off and comes back with the same bytes and the highest priority first', async () => {
    const applied = await applyTwice(swap, change, testContext(host));
    expect([active(), fstab()]).toEqual(['', table.replace('/swap', '# Swap turned off by Bulwark: /swap')]);
    value(await undo(swap, change, applied, testContext(host)));
    expect(active()).toMatch(/^\/other file .*\n\/swap file .*\n$/);
    expect(fstab()).toBe(table);
  });

  it('reports drift where somebody turned other swap on, or edited fstab', async () => {
    const applied = await applyTwice(swap, change, testContext(host));
    writeFileSync(host.path('/proc/swaps'), `${heading}/third file 8 0 -2\n`);
    expect(await undo(swap, change, applied, testContext(host))).toMatchObject({ error: { code: 'DRIFT' } });
    writeFileSync(host.path('/proc/swaps'), heading);
    writeFileSync(host.path('/etc/fstab'), 'edited\n');
    expect(await undo(swap, change, applied, testContext(host))).toMatchObject({ error: { code: 'DRIFT' } });
    expect([active(), fstab()]).toEqual(['', 'edited\n']);
  });

  it('waits for a swapoff that a lost connection left running before it says that swap is on', async () => {
    const before = value(await swap.capture(change, testContext(host)));
    // Ends at the second look, and turns off what was listed until then.
    host.teach(
      'pgrep',
      'echo >> "$STATE/looks"; [ "$(wc -l < "$STATE/looks")" -lt 2 ] && exit 0; [ -e "$STATE/off" ] || { : > "$STATE/off"; sed -i 1q "$ROOT/proc/swaps"; }; exit 1',
    );
    value(await undo(swap, change, { before, mark: {} }, testContext(host)));
    expect(active()).toMatch(/^\/other file .*\n\/swap file .*\n$/);
  });
});
