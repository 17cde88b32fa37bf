import { describe, expect, it } from 'vitest';
import { changeSchema } from '../../../domain/change.ts';
import { parseLook } from './look.ts';
import { inWords, neededBytes, refusal } from './refusals.ts';

const change = {
  kind: 'encrypted-volume-migration',
  path: '/var/lib/es',
  device: '/dev/sdb',
  unit: 'elasticsearch.service',
  fileSystem: 'ext4',
  unlock: 'key-file',
  keyRef: 'es/volume',
} as const;

const good = `has=cryptsetup
has=systemctl
has=blkid
has=wipefs
has=mkfs.ext4
has=sha256sum
has=xargs
has=du
cryptsetup=2
has=systemd-cryptsetup
has=systemd
virt=none
has=apt-get
unit=loaded
kind=directory
real=/var/lib/es
used=1000
apparent=900
oddnames=0
mount 20 1 8:1 / / rw - ext4 /dev/sda1 rw
block sda|8:0|||
block sda1|8:1|||sda
block sdb|8:16|||
device=sdb
sectors=4194304
readonly=0
blkid=2
wipefs=0
zeros=0
`;

const judge = (text: string, more: object = {}) => refusal({ ...change, ...more }, parseLook(text));
const without = (line: string) => good.replace(`${line}\n`, '');
const instead = (line: string, other: string) => good.replace(line, other);

describe('a migration', () => {
  it('may be tried on an empty device of a host that has everything', () => {
    expect(judge(good)).toBeUndefined();
  });

  it.each([
    ['a container', instead('virt=none', 'virt=systemd-nspawn'), /container/],
    ['no systemd', without('has=systemd'), /systemd/],
    ['no cryptsetup', without('has=cryptsetup'), /cryptsetup is not installed/],
    ['an old cryptsetup', instead('cryptsetup=2', 'cryptsetup=1'), /older than 2/],
    ['cryptsetup without a version', instead('cryptsetup=2', 'cryptsetup='), /older than 2/],
    ['no opening at boot', without('has=systemd-cryptsetup'), /at boot/],
    ['no mkfs', without('has=mkfs.ext4'), /mkfs\.ext4/],
    ['no sha256sum', without('has=sha256sum'), /sha256sum/],
    ['a link', instead('kind=directory', 'kind=link'), /symbolic link/],
    ['a link on the way', instead('real=/var/lib/es', 'real=/mnt/es'), /through a symbolic link/],
    ['no directory', instead('kind=directory', 'kind=absent'), /not a directory/],
    ['a mount point', `${good}mount 21 20 8:2 / /var/lib/es rw - xfs /dev/sda2 rw\n`, /mount point already/],
    [
      'a mount below',
      `${good}mount 21 20 0:9 / /var/lib/es/x rw - tmpfs none rw\n`,
      /another mount: .var.lib.es.x/,
    ],
    [
      'encryption already',
      instead('block sda1|8:1|||sda', 'block sda1|8:1|CRYPT-LUKS2-x|root|sda'),
      /encrypted storage already/,
    ],
    ['a file name with a line break', instead('oddnames=0', 'oddnames=1'), /line break/],
    ['an unknown writer', `${good}opened=42 rsync\n`, /42 rsync/],
    ['an unknown unit', instead('unit=loaded', 'unit=not-found'), /knows no unit/],
    ['no such device', instead('device=sdb', 'device=absent'), /no block device/],
    ['the system disk', instead('device=sdb', 'device=sda'), /running system/],
    [
      'a partition of the system disk',
      instead('device=sdb', 'device=sda2').concat('block sda2|8:2|||sda\n'),
      /running system/,
    ],
    ['a read-only device', instead('readonly=0', 'readonly=1'), /read-only/],
    ['a mounted device', `${good}mount 22 20 8:16 / /mnt rw - ext4 /dev/sdb rw\n`, /mounted on \/mnt/],
    ['a holder', `${good}holder=dm-3\n`, /dm-3 is built on it/],
    ['swap', `${good}use=swap\n`, /swap space/],
    ['a line in fstab', `${good}use=/etc/fstab\n`, /\/etc\/fstab names it/],
    ['partitions', `${good}part=sdb1\n`, /partitions \(sdb1\)/],
    ['a signature', instead('blkid=2', 'blkid=0').concat('signature=ext4\n'), /holds ext4/],
    ['a partition table', instead('blkid=2', 'blkid=0').concat('signature=gpt\n'), /holds gpt/],
    ['a signature without a name', instead('wipefs=0', 'wipefs=3'), /holds something/],
    ['signatures that contradict each other', instead('blkid=2', 'blkid=8'), /holds something/],
    ['raw data', instead('zeros=0', 'zeros=1'), /without a known signature/],
    ['a small device', instead('sectors=4194304', 'sectors=400000'), /too small/],
  ])('is refused: %s', (_name, text, says) => {
    expect(judge(text)).toMatchObject({ code: 'PRECONDITION_FAILED', hostState: 'unchanged' });
    expect(judge(text)?.message).toMatch(says);
  });

  it('is refused when the host answers nothing', () => {
    expect(judge('')).toBeDefined();
  });

  it('names the package that is missing', () => {
    expect(judge(without('has=cryptsetup'))?.nextStep).toContain('apt-get install cryptsetup');
    expect(judge(without('has=cryptsetup').replace('has=apt-get', 'has=dnf'))?.nextStep).toContain(
      'dnf install',
    );
    expect(judge(good, { fileSystem: 'xfs' })?.nextStep).toContain('xfsprogs');
  });

  it('counts sparse files with the size that they may grow to', () => {
    expect(judge(instead('apparent=900', 'apparent=90000000'))?.message).toMatch(/too small/);
  });

  it('needs room to work', () => {
    expect(neededBytes(0)).toBe(268_435_456);
    expect(inWords(neededBytes(10 * 1024 ** 3))).toBe('13.3 GiB');
    expect(inWords(1)).toBe('1 MiB');
  });
});

describe('the change', () => {
  it.each([
    { path: '/var/lib/two words' },
    { path: '/var/../etc' },
    { path: '/' },
    { path: '/var/lib/es/' },
    { path: '/var/lib/%i' },
    { device: '/tmp/disk' },
    { device: '/dev/../etc/passwd' },
    { unit: 'ssh.socket' },
    { keyRef: '' },
  ])('is not valid with %o', (wrong) => {
    expect(changeSchema.safeParse(change).success).toBe(true);
    expect(changeSchema.safeParse({ ...change, ...wrong }).success).toBe(false);
  });
});
