import { expect, it } from 'vitest';
import { choicesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  type Changes,
  factsOf,
  failing,
  healthy,
  install,
  open,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const [luks] = healthy.storage;
const storage = (changes: object) => factsOf(healthy, { storage: luks ? [{ ...luks, ...changes }] : [] });
const two = { ...install, pathData: ['/opt/elasticsearch/data', '/mnt/b'] };

controlTable(control, {
  pass: [
    { name: 'LUKS', facts: factsOf(healthy) },
    { name: 'ZFS', facts: storage({ encryption: 'zfs' }) },
    { name: 'fscrypt', facts: storage({ encryption: 'fscrypt' }) },
  ],
  fail: [
    { name: 'plain disk', facts: factsOf(open), says: /Without encryption/ },
    {
      name: 'one of two',
      facts: factsOf(healthy, {
        'es-install': two,
        storage: [
          ...healthy.storage,
          {
            ...open.storage[0],
            path: '/mnt/b',
            mount: '/mnt/b',
            source: '/dev/sdb',
            fileSystem: 'xfs',
            encryption: 'none',
            detail: 'plain',
          },
        ],
      }),
      says: /storage of \/mnt\/b/,
    },
  ],
  unknown: [
    {
      name: 'container',
      facts: storage({ encryption: 'undecidable', detail: 'not decidable in a container (systemd-nspawn)' }),
      says: /container/,
    },
    { name: 'no such directory yet', facts: factsOf(healthy, { storage: [] }), says: /does not exist yet/ },
    { name: 'not readable', facts: without(healthy, 'storage') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'storage') }],
});

const [plain] = open.storage;
const movable = factsOf(open, {
  storage: plain ? [{ ...plain, mount: '/', encryption: 'none' }] : [],
});

it('moves the data only to a device that somebody chose', () => {
  const asked = control.propose(movable, {});
  expect(asked.type === 'choices' ? asked.choices.map(({ name }) => name) : []).toEqual([
    'dataDevice',
    'dataUnlock',
  ]);
  expect(control.propose(movable, { dataDevice: '../x', dataUnlock: 'key-file' }).type).toBe('choices');
  expect(control.propose(movable, { dataDevice: '/dev/sdb', dataUnlock: 'guess' }).type).toBe('choices');
  const proposed = control.propose(movable, { dataDevice: '/dev/sdb', dataUnlock: 'passphrase' });
  expect(proposed).toMatchObject({
    type: 'changes',
    changes: [
      {
        kind: 'encrypted-volume-migration',
        path: '/opt/elasticsearch/data',
        device: '/dev/sdb',
        unlock: 'passphrase',
        fileSystem: 'ext4',
      },
    ],
  });
});

it('leaves a mount point, several paths and a node without a unit to the operator', () => {
  const mounted = factsOf(open, {
    storage: plain ? [{ ...plain, mount: plain.path, encryption: 'none' }] : [],
  });
  const byHand = manualOf(control, mounted);
  expect(byHand.reason).toMatch(/data is a mount point of its own \(\/dev\/sda1\).*cannot be renamed/);
  expect(byHand.steps.join('\n')).toMatch(
    /luksFormat[\s\S]*cp -a[\s\S]*diff -r[\s\S]*\/etc\/fstab[\s\S]*\/etc\/crypttab[\s\S]*RequiresMountsFor[\s\S]*way back/,
  );
  const { unit: _unit, ...unitless } = install;
  expect(
    manualOf(
      control,
      factsOf(open, { 'es-install': unitless, storage: plain ? [{ ...plain, mount: '/' }] : [] }),
    ).reason,
  ).toMatch(/unit/);
  expect(
    manualOf(
      control,
      factsOf(open, {
        'es-install': two,
        storage: plain
          ? [
              { ...plain, mount: '/' },
              { ...plain, mount: '/', path: '/mnt/b' },
            ]
          : [],
      }),
    ).reason,
  ).toMatch(/Several/);
});

it('offers the devices of the host, and says of each why it cannot be used', () => {
  const [device, key] = choicesOf(control, movable).choices;
  expect(device).toMatchObject({
    name: 'dataDevice',
    type: 'one-of',
    suggested: '',
    options: [
      { value: '/dev/sdb', detail: '64.0 GiB · QEMU HARDDISK', unusable: '' },
      { value: '/dev/sda', unusable: 'On the disk of the running system.' },
    ],
  });
  expect(device?.hint).toContain('3.0 GiB of data need at least 4.2 GiB');
  expect(key).toMatchObject({ name: 'dataUnlock', type: 'one-of', suggested: 'key-file' });
  expect(key?.options?.map(({ value }) => value)).toEqual(['key-file', 'passphrase']);
});

it('says so when the data does not fit, or nothing is there, or nothing is known', () => {
  const asked = (changes: Changes) => {
    const [device] = choicesOf(
      control,
      factsOf(open, {
        storage: movable.storage?.status === 'known' ? movable.storage.value : [],
        ...changes,
      }),
    ).choices;
    return device;
  };
  const devices = [{ path: '/dev/sdb', bytes: 2_147_483_648, model: '' }];
  const small = asked({ 'block-devices': { ...open['block-devices'], devices } });
  expect(small?.options?.[0]).toMatchObject({
    detail: '2.0 GiB',
    unusable: 'Too small: it has 2.0 GiB, and 3.0 GiB of data need 4.2 GiB with room to work.',
  });
  const unmeasured = asked({ 'block-devices': { devices, omitted: 3, used: [] } });
  expect(unmeasured?.options?.[0]).toMatchObject({ unusable: '' });
  expect(unmeasured?.hint).toMatch(/fits is checked before.*3 more devices were not looked at/);
  const none = asked({ 'block-devices': { ...open['block-devices'], devices: [] } });
  expect(none?.options).toEqual([]);
  expect(none?.none?.nextStep).toMatch(/^Attach a disk of at least 4\.2 GiB.*assess again/);
  const [unknown] = choicesOf(control, {
    ...movable,
    'block-devices': { status: 'unknown', reason: '', remedy: '', where: '', at: '' },
  }).choices;
  expect(unknown).toMatchObject({ name: 'dataDevice', type: 'text' });
});
