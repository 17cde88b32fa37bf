import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  install,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import type { SwapFact } from '../../../domain/swap.ts';
import control from './control.ts';

const swap = (changes: Partial<SwapFact>, more: Parameters<typeof factsOf>[1] = {}) =>
  factsOf(healthy, { swap: { ...healthy.swap, ...changes }, ...more });
const clear = [{ path: '/dev/sda2', writes: 'clear' }] as const;
const locking = settings(setting('bootstrap.memory_lock', 'true', 3));

controlTable(control, {
  pass: [
    { name: 'off', facts: factsOf(healthy), says: /off, now and at the next boot/ },
    { name: 'encrypted', facts: swap({ active: [{ path: '/dev/dm-0', writes: 'encrypted' }], boot: ['x'] }) },
    { name: 'compressed in memory', facts: swap({ active: [{ path: '/dev/zram0', writes: 'memory' }] }) },
    { name: 'memory locked', facts: swap({ active: clear, locked: { kib: 1_048_576 } }), says: /1024 MiB/ },
    {
      name: 'memory locked in a container',
      facts: swap({ container: 'docker', active: clear, locked: { kib: 1_048_576 } }),
    },
  ],
  fail: [
    { name: 'on', facts: swap({ active: clear, boot: ['/dev/sda2 in /etc/fstab'] }), says: /\/dev\/sda2/ },
    { name: 'comes back', facts: swap({ boot: ['UUID=1 in /etc/fstab'] }), says: /next boot turns it on/ },
    {
      name: 'a setting that does nothing',
      facts: swap({ active: clear }, { 'es-settings': locking }),
      says: /although bootstrap\.memory_lock is set/,
    },
    { name: 'on, and no node runs', facts: swap({ active: clear, locked: 'no-process' }) },
    {
      name: 'one of two is encrypted',
      facts: swap({ active: [...clear, { path: '/dev/dm-0', writes: 'encrypted' }] }),
    },
  ],
  unknown: [
    { name: 'container', facts: swap({ container: 'systemd-nspawn' }), says: /not decidable in a container/ },
    { name: 'encryption not in sight', facts: swap({ active: [{ path: '/n/s', writes: 'unknown' }] }) },
    {
      name: 'safe now, and more at the next boot',
      facts: swap({
        active: [{ path: '/dev/zram0', writes: 'memory' }],
        boot: ['dev-zram0.swap', '/dev/sdb1 in /etc/fstab'],
        idle: ['/dev/sdb1 in /etc/fstab'],
      }),
      says: /\(\/dev\/sdb1 in \/etc\/fstab\).*not in sight/,
    },
    { name: 'locked memory not readable', facts: swap({ active: clear, locked: 'unreadable' }) },
    {
      name: 'the setting of a node that does not run',
      facts: swap({ active: clear, locked: 'no-process' }, { 'es-settings': locking }),
    },
    { name: 'not readable', facts: without(healthy, 'swap') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'swap') }],
});

describe('propose', () => {
  const kinds = (facts: ReturnType<typeof factsOf>, how?: string) =>
    changesOf(control, facts, how === undefined ? {} : { how }).changes.map(({ kind }) => kind);
  const both = ['yaml-setting', 'systemd-dropin', 'sysctl', 'service-restart'];

  it('turns swap off unless the memory is to be locked', () => {
    expect(kinds(swap({ active: clear }))).toEqual(['swap']);
    expect(kinds(swap({ active: clear }), 'off')).toEqual(['swap']);
    expect(kinds(swap({ active: clear }), 'lock')).toEqual(both);
    expect(changesOf(control, swap({ active: clear }), { how: 'lock' }).changes).toMatchObject([
      { edits: [{ op: 'set', key: 'bootstrap.memory_lock', value: true }] },
      { unit: install.unit, content: '[Service]\nLimitMEMLOCK=infinity\n' },
      { settings: [{ key: 'vm.swappiness', value: '1' }] },
      { unit: install.unit, rehearse: true },
    ]);
  });

  it('lets the limit of the unit follow a setting that is there', () => {
    expect(kinds(swap({ active: clear }, { 'es-settings': locking }), 'lock')).toEqual(both.slice(1));
  });

  it('locks where something else makes swap at every boot, and leaves it to people where neither can be', () => {
    const made = { active: clear, makers: ['swapspace.service'] };
    expect(kinds(swap(made))).toEqual(both);
    const { unit: _, ...loose } = install;
    expect(manualOf(control, swap(made, { 'es-install': loose })).reason).toContain('swapspace.service');
    const [choice] = changesOf(control, swap({ active: clear }, { 'es-install': loose })).choices ?? [];
    expect(choice?.options?.map(({ unusable }) => unusable === '')).toEqual([true, false]);
    expect(kinds(swap({ active: clear }, { 'es-install': loose }), 'lock')).toEqual(['swap']);
  });
});
