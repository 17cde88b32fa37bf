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

it('names the data paths in the manual steps', () => {
  expect(manualOf(control, factsOf(open)).steps.join()).toMatch(/\/opt\/elasticsearch\/data/);
});
