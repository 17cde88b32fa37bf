import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { type DeviceObstacle, deviceObstacles, obstacleWords } from '../../domain/block-device.ts';
import { blockDevices } from './source.ts';

const mounts = `1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 8:33 / /srv/odd\\040name rw - xfs /dev/sdc1 rw
3 1 0:55 / /mnt/pool rw - btrfs /dev/sdd rw
`;
const blocks = `sda|8:0|||
sda1|8:1|||sda
sda2|8:2|||sda
sdb|8:16|||
sdc|8:32|||
sdc1|8:33|||sdc
sdd|8:48|||
dm-0|253:0|LVM-${'a'.repeat(64)}|vg-data|sdb
dm-1|253:1|LVM-${'a'.repeat(64)}-tpool|vg-pool-tpool|sdb
dm-2|253:2|LVM-${'b'.repeat(64)}|?|sdb
cciss!c0d1|104:16|||
`;
const empty =
  'sectors=4194304\nreadonly=0\nvendor=ATA\nmodel=Disk 9\nblkid=2\nwipefs=0\nread=4194304\nfilled=0';

function text(...devices: readonly (readonly [name: string, body: string])[]): string {
  const sections = devices.map(([name, body]) => `@@ device ${name}\n${body}\n`).join('');
  return `@@ virt\nnone\n@@ mounts\n${mounts}\n@@ devices\n${blocks}\n${sections}@@ omitted\n0\n@@ used /var/lib/es\n1024\n`;
}
const listed = (name: string, body: string) => readFact(blockDevices, text([name, body])).devices;
const instead = (line: string, other: string) => empty.replace(line, other);
const busy = (more: string) => `sectors=4194304\nreadonly=0\nvendor=\nmodel=\n${more}`;

describe('block devices', () => {
  it('offers one that nothing uses and that holds nothing', () => {
    expect(listed('sdb', empty)).toEqual([{ path: '/dev/sdb', bytes: 2_147_483_648, model: 'Disk 9' }]);
    expect(listed('dm-0', empty)).toMatchObject([{ path: '/dev/mapper/vg-data' }]);
    expect(listed('cciss!c0d1', empty)).toMatchObject([{ path: '/dev/cciss/c0d1' }]);
    expect(listed('sdb', empty)[0]).not.toHaveProperty('obstacle');
  });

  const reasons: readonly (readonly [DeviceObstacle['reason'], string, string, string])[] = [
    ['system', 'sda', busy('part=sda1'), 'on the disk of the running system'],
    ['read-only', 'sdb', instead('readonly=0', 'readonly=1'), 'read-only'],
    ['mounted', 'sdc1', busy(''), 'in use: it is mounted on /srv/odd name'],
    ['mounted', 'sdd', empty, 'in use: it is mounted on /mnt/pool'],
    ['built-on', 'sdb', busy('holder=dm-0\nholder=md127'), 'in use: vg-data, md127 are built on it'],
    ['built-on', 'sdb', busy('holder=md127'), 'in use: md127 is built on it'],
    ['swap', 'sdb', busy('use=swap'), 'in use: it is swap space'],
    ['table', 'sdb', busy('use=/etc/crypttab'), 'in use: /etc/crypttab names it'],
    ['partitions', 'sdc', busy('part=sdc1\npart=sdc2'), 'not empty: it has partitions (sdc1, sdc2)'],
    [
      'signature',
      'sdb',
      instead('blkid=2', 'blkid=0\nsignature=LVM2_member'),
      'not empty: it holds LVM2_member',
    ],
    [
      'signature',
      'sdb',
      instead('blkid=2', 'blkid=0\nsignature=linux_raid_member'),
      'not empty: it holds linux_raid_member',
    ],
    ['signature', 'sdb', instead('blkid=2', 'blkid=8'), 'not empty: it holds something'],
    ['signature', 'sdb', instead('wipefs=0', 'wipefs=2'), 'not empty: it holds something'],
    [
      'raw-data',
      'sdb',
      instead('filled=0', 'filled=1'),
      'not empty: its beginning holds data without a known signature',
    ],
    ['name', 'dm-2', empty, 'named with characters that fstab and crypttab cannot carry'],
    ['unread', 'sdb', busy('unread=closed'), 'not known to be empty: Bulwark may read it as root only'],
    ['unread', 'sdb', busy('unread=blkid'), 'not known to be empty: blkid is not installed on this host'],
    ['unread', 'sdb', busy('unread=absent'), 'not known to be empty: it has no device file on this host'],
    ['unread', 'sdb', instead('blkid=2', 'blkid=127'), 'not known to be empty: it could not be read'],
    ['unread', 'sdb', instead('read=4194304', 'read=0'), 'not known to be empty: it could not be read'],
    ['unread', 'sdb', busy(''), 'not known to be empty: it could not be read'],
  ];
  it.each(reasons)('%s: %s', (reason, name, body, words) => {
    const obstacle = listed(name, body)[0]?.obstacle;
    expect(obstacle?.reason).toBe(reason);
    expect(obstacle === undefined ? '' : obstacleWords(obstacle)).toBe(words);
  });
  it('has a row above for every reason but the size, which depends on the data', () => {
    expect(new Set([...reasons.map(([reason]) => reason), 'too-small'])).toEqual(new Set(deviceObstacles));
  });

  it('leaves out what is no device of its own: partitions of the system disk, pools of LVM, what has no size', () => {
    expect(listed('sda2', `${empty}\npartition=yes`)).toEqual([]);
    expect(listed('dm-1', empty)).toEqual([]);
    expect(listed('sdb', instead('sectors=4194304', 'sectors='))).toEqual([]);
    expect(listed('unheard', empty)).toEqual([]);
  });
  it('puts what can be used first, and names in their order', () => {
    const all = text(['sda', busy('part=sda1')], ['sdd', instead('filled=0', 'filled=1')], ['sdb', empty]);
    expect(readFact(blockDevices, all).devices.map(({ path }) => path)).toEqual([
      '/dev/sdb',
      '/dev/sda',
      '/dev/sdd',
    ]);
  });
  it('tells how much a data directory takes, and how many devices were not looked at', () => {
    expect(readFact(blockDevices, text())).toMatchObject({
      used: [{ path: '/var/lib/es', bytes: 1_048_576 }],
    });
    expect(readFact(blockDevices, text().replace('omitted\n0', 'omitted\n7')).omitted).toBe(7);
  });
  it('knows nothing in a container', () => {
    expect(unknownFact(blockDevices, text(['sdb', empty]).replace('none', 'docker'), true)).toContain(
      'container',
    );
  });

  it('shows plain characters only, whatever a device says of itself', () => {
    const [hostile] = listed(
      'sdb',
      empty.replace('Disk 9', '\u202e<img src=x onerror=1>\u001b[31m\t|  Evil\u0000'),
    );
    expect(hostile?.model).toBe('img srcx onerror131m Evil');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (model) => {
        const [device] = listed(
          'sdb',
          empty.replace('Disk 9', () => model.replaceAll('\n', ' ')),
        );
        expect(device?.model).toMatch(/^[A-Za-z0-9 ._+()/:,-]{0,48}$/);
        expect(device?.path).toBe('/dev/sdb');
      }),
    );
  });
});
