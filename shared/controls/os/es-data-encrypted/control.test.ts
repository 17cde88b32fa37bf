import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, install, open, without } from '../../../../test/support/facts.ts';
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
  expect(manualOf(control, mounted).steps.join()).toMatch(/\/opt\/elasticsearch\/data/);
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
