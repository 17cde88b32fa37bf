import { expect, it } from 'vitest';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { swap } from './source.ts';

const devices =
  '@@ devices\nsda1|8:1|||\nsda2|8:2|||\ndm-0|253:0|CRYPT-PLAIN-x|cryptswap|sda2\nzram0|252:0|||\nzram1|252:1|||\n\n@@ zram\nzram0 none\nzram1 /dev/sda9\n\n';
const mounts = '@@ mounts\n1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:50 / /net rw - nfs4 srv:/x rw\n\n';
const probed = (swaps: string, more = '') =>
  `@@ virt\nkvm\n@@ swaps\nFilename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${swaps}\n@@ locked\n\n@@ swappiness\n60\n${mounts}${devices}${more}`;
const writes = (swaps: string) => readFact(swap, probed(swaps)).active.map((one) => [one.path, one.writes]);

it('tells on what every swap lies', () => {
  expect(
    writes(
      '/dev/sda2                               partition\t1024\t0\t-2\n/dev/dm-0 partition 1024 0 -3\n/my\\040swap file 1024 0 -4\n/net/swap file 1 0 -5\n/dev/zram0 partition 1 0 100\n/dev/zram1 partition 1 0 99\n/dev/gone partition 1 0 1\n',
    ),
  ).toEqual([
    ['/dev/sda2', 'clear'],
    ['/dev/dm-0', 'encrypted'],
    ['/my swap', 'clear'],
    ['/net/swap', 'unknown'],
    ['/dev/zram0', 'memory'],
    ['/dev/zram1', 'unknown'],
    ['/dev/gone', 'unknown'],
  ]);
});

it('tells what the next boot turns on, and what makes swap', () => {
  expect(
    readFact(
      swap,
      probed(
        '',
        '@@ fstab\nUUID=1\tnone\tswap sw 0 0\n\n@@ units\ndev-sdb1.swap\ndev-sdb1.swap\n@@ makers\nzramswap.service\n',
      ),
    ),
  ).toMatchObject({
    active: [],
    boot: ['UUID=1 in /etc/fstab', 'dev-sdb1.swap'],
    makers: ['zramswap.service'],
    swappiness: 60,
    container: '',
  });
});

it('tells what of it is on already', () => {
  const more =
    '@@ fstab\nUUID=1\tnone\tswap sw 0 0\n/dev/sdc1 none swap sw 0 0\n\n@@ units\ndev-sdb1.swap\ndev-dm\\x2d0.swap\n@@ on\nUUID=1 in /etc/fstab\n\ndev-dm\\x2d0.swap\n';
  expect(readFact(swap, probed('', more)).idle).toEqual(['/dev/sdc1 in /etc/fstab', 'dev-sdb1.swap']);
});

it('believes no number of locked memory that the kernel did not give', () => {
  const locked = (text: string) =>
    readFact(swap, probed('').replace('@@ locked\n\n', `@@ locked\n${text}\n`)).locked;
  expect(locked('process\n1052672')).toEqual({ kib: 1_052_672 });
  expect(locked('process\n0')).toEqual({ kib: 0 });
  expect(locked('process')).toBe('unreadable');
  expect(locked('process\nx')).toBe('unreadable');
  expect(locked('')).toBe('no-process');
});

it('names the container, and says when the list is not there', () => {
  expect(readFact(swap, probed('').replace('kvm', 'docker')).container).toBe('docker');
  expect(unknownFact(swap, '@@ virt\nkvm\n@@ swaps\n\n')).toContain('/proc/swaps');
});
