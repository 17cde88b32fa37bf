/** A device, a directory or a service that a migration must not touch; a writer that was not stopped; a full disk. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encryptedVolumeMigration as kind } from '../../shared/engine/changes/encrypted-volume-migration/encrypted-volume-migration.ts';
import { type Lab, labPrerequisites, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import type { LabBench } from '../support/lab-bench.ts';
import {
  dataPath,
  expectOld,
  type Old,
  seeOld,
  volumeBench,
  volumeChange,
  wipe,
  wipeAll,
} from '../support/volume-bench.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `encrypted-volume-migration, refused: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save a minute: a full root file system in the middle of a move. BULWARK_LAB_SCENARIOS=every runs it too.',
  );
}

/** At the second table that is about to be written the root file system has no block left, nor what was kept for notes. */
const fillBetween = `mkdir -p /usr/local/sbin; cat > /usr/local/sbin/cp <<'END'
#!/bin/sh
case "$*" in
  "--preserve=all -- /etc/"*)
    echo "$*" >> /root/filled
    if [ "$(wc -l < /root/filled)" = 2 ]; then
      rm -f /var/lib/bulwark/*/volume/ballast
      cat /dev/zero > /root/full 2>/dev/null
    fi
    ;;
esac
exec /usr/bin/cp "$@"
END
chmod 755 /usr/local/sbin/cp`;

describe.skipIf(!prerequisites.ok)('encrypted-volume-migration, refused', () => {
  let lab: Lab;
  let bench: LabBench;
  let old: Old;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
    bench = await volumeBench(await lab.up('bare-spare-disk', { name: 'refused' }));
    old = await seeOld(bench);
  });
  afterAll(() => lab?.down());
  const isOld = () => expectOld(bench, old);

  it.each([
    ['a file system', 'mkfs.ext4 -q /dev/ubdb', 'true', {}, /holds ext4/],
    [
      'another LUKS volume',
      'echo x | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/ubdb',
      'true',
      {},
      /holds crypto_LUKS/,
    ],
    ['swap', 'mkswap -q /dev/ubdb; swapon /dev/ubdb', 'swapoff /dev/ubdb', {}, /swap space/],
    [
      'a mounted disk',
      'mkfs.xfs -q -f /dev/ubdb; mount /dev/ubdb /mnt',
      'umount /mnt',
      {},
      /mounted on \/mnt/,
    ],
    [
      'raw data',
      'echo data | dd of=/dev/ubdb bs=1M seek=2 conv=notrunc,sync 2>/dev/null',
      'true',
      {},
      /without a known signature/,
    ],
    ['the system disk', 'true', 'true', { device: '/dev/ubda' }, /running system/],
    ['no device', 'true', 'true', { device: '/dev/nothing' }, /no block device/],
    ['a mount point', 'mount -t tmpfs none /mnt', 'umount /mnt', { path: '/mnt' }, /mount point already/],
    [
      'a mount below',
      `mount -t tmpfs none ${dataPath}/empty`,
      `umount ${dataPath}/empty`,
      {},
      /another mount/,
    ],
    [
      'an unknown writer',
      `setsid sh -c 'exec 3>>${dataPath}/log; sleep 300' >/dev/null 2>&1 & echo $! > /root/pid; sleep 1`,
      'kill -- -$(cat /root/pid)',
      {},
      /open: \d+ /,
    ],
    ['an unknown unit', 'true', 'true', { unit: 'nobody.service' }, /knows no unit/],
  ] as const)('refuses %s, and touches nothing', async (_name, make, unmake, more, says) => {
    await bench.see(make);
    const seen = await bench.see('head -c 16M /dev/ubdb | sha256sum');
    const refused = await kind.inspect({ ...volumeChange, ...more }, bench.context('refused'));
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
    expect(refused.ok ? '' : refused.error.message).toMatch(says);
    expect(await bench.see('head -c 16M /dev/ubdb | sha256sum')).toBe(seen);
    await bench.see(`${unmake}; ${wipe}`);
    await isOld();
  });

  it('puts everything back when somebody writes who was not stopped', async () => {
    await bench.see(
      `setsid sh -c 'while :; do date > ${dataPath}/sub/deep/intruder; sleep 1; done' >/dev/null 2>&1 & echo $! > /root/pid`,
    );
    const context = bench.context('written');
    const before = value(await kind.capture(volumeChange, context));
    const applied = await kind.apply(volumeChange, before, context);
    await bench.see(
      `kill -- -$(cat /root/pid); rm ${dataPath}/sub/deep/intruder; touch -d '2001-02-03 04:05:06.123456789' ${dataPath}/sub/deep`,
    );
    expect(applied.ok ? '' : applied.error.message).toMatch(/Something wrote|files below .* open/);
    value(await kind.revert(volumeChange, before, undefined, { ...context, force: false }));
    await isOld();
  });

  it.runIf(every)('puts the tables back when the disk fills up between two of them', async () => {
    const context = bench.context('full');
    const before = value(await kind.capture(volumeChange, context));
    await bench.see(fillBetween);
    const applied = await kind.apply(volumeChange, before, context);
    console.log(await bench.see('cat /root/filled; df -Pk /; rm -f /usr/local/sbin/cp'));
    expect(applied.ok ? 'completed' : applied.error.message).toMatch(/The service runs as before/);
    expect((await seeOld(bench)).tree).toBe(old.tree);
    for (const line of ['/etc/fstab', '/etc/crypttab']) {
      const [told] = old.around.split('\n').filter((one) => one.startsWith(`${line} `));
      expect(await bench.see(`stat -c '%n %u:%g %a' ${line}`)).toBe(`${told ?? ''}\n`);
    }
    expect(await bench.see('systemctl is-active scribe')).toBe('active\n');
    await bench.see('rm -f /root/full /root/filled');
    value(await kind.revert(volumeChange, before, undefined, { ...context, force: false }));
    await bench.see(wipeAll);
    await isOld();
  });
});
