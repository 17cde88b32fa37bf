/** Kernel parameters and swap on a host with a kernel of its own: live, at boot, undone to the same bytes. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { swap } from '../../shared/engine/changes/swap/swap.ts';
import { sysctl } from '../../shared/engine/changes/sysctl/sysctl.ts';
import { type Lab, labPrerequisites, openLab } from '../lab/index.ts';
import { type Applied, applyTwice, undo, value } from '../support/change-harness.ts';
import { label, noteFiles, showNotes } from '../support/host-attributes.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

// Building a kernel's disk takes minutes the first time.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `kernel parameters and swap: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );

const own = '/etc/sysctl.d/zz-bulwark.conf';
const parameters: ChangeOf<'sysctl'> = {
  kind: 'sysctl',
  settings: [
    { key: 'vm.max_map_count', value: '300000' },
    { key: 'kernel.printk', value: '3 4 1 3' },
  ],
};
const network: ChangeOf<'sysctl'> = {
  kind: 'sysctl',
  settings: [{ key: 'net.ipv4.tcp_retries2', value: '5' }],
  guardSeconds: 15,
};
const turnOff: ChangeOf<'swap'> = { kind: 'swap' };

describe.skipIf(!prerequisites.ok)('changes of a kernel', () => {
  let lab: Lab;
  let bench: LabBench;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
    bench = await labBench(await lab.up('bare-kernel', { name: 'kernel-changes' }));
  });
  afterAll(async () => {
    await bench?.session.close();
    await lab?.down();
  });

  async function reached(): Promise<boolean> {
    try {
      bench = await labBench(bench.host);
      return true;
    } catch {
      return false;
    }
  }

  async function reboot(): Promise<void> {
    await bench.see('sync');
    await bench.session.close();
    await bench.host.reboot();
    // A kernel of its own is slow while it still starts services: the first connection may not survive that.
    await expect.poll(reached, { timeout: 60_000, interval: 2000 }).toBe(true);
  }

  const traces = () =>
    bench.see(
      'find / -xdev -name "*bulwark*" -not -path "/proc/*" 2>/dev/null; ls /var/lib/bulwark 2>/dev/null; true',
    );
  const live = () =>
    bench.see(
      'sysctl -n vm.max_map_count kernel.printk net.ipv4.tcp_retries2; cat /etc/sysctl.d/* | sha256sum',
    );

  describe('parameters', () => {
    it('are live and at boot, twice without effect, and undone without a trace', async () => {
      const before = await live();
      const applied = await applyTwice(sysctl, parameters, bench.context('sysctl-1'));
      expect(await bench.see('sysctl -n vm.max_map_count kernel.printk')).toBe('300000\n3\t4\t1\t3\n');
      await reboot();
      expect(await bench.see('sysctl -n vm.max_map_count kernel.printk')).toBe('300000\n3\t4\t1\t3\n');
      expect(await sysctl.inspect(parameters, bench.context('sysctl-1'))).toMatchObject({
        ok: true,
        value: { inPlace: true },
      });
      value(await undo(sysctl, parameters, applied, bench.context('sysctl-1')));
      expect(await live()).toBe(before);
      expect(await traces()).toBe('');
      value(await undo(sysctl, parameters, applied, bench.context('sysctl-1')));
    });

    it('join what Bulwark wrote before, and give back those bytes, owner and mode', async () => {
      await bench.see(
        `printf '# mine\\nvm.swappiness=1\\nvm.max_map_count = 9999999' > ${own}; chmod 640 ${own}; chgrp adm ${own}; ${noteFiles(own)}`,
      );
      const looked = async () => [await bench.print(own), await live(), await bench.see(showNotes(own))];
      const before = await looked();
      expect(before.join()).toContain(`${own} security.selinux ${label}`);
      const applied = await applyTwice(sysctl, parameters, bench.context('sysctl-2'));
      expect(await bench.see(`cat ${own}`)).toBe(
        '# mine\nvm.swappiness=1\nvm.max_map_count = 300000\nkernel.printk = 3 4 1 3\n',
      );
      expect(await bench.see(`stat -c '%U:%G %a' ${own}`)).toBe('root:adm 640\n');
      value(await undo(sysctl, parameters, applied, bench.context('sysctl-2')));
      expect(await looked()).toEqual(before);
      await bench.see(`rm ${own}`);
    });

    it('are refused where a later file would win, where there is none, and where the kernel says no', async () => {
      const before = await live();
      await bench.see('echo vm.max_map_count=1 > /etc/sysctl.d/zzz-last.conf');
      const refused = await sysctl.inspect(parameters, bench.context('sysctl-3'));
      expect(refused).toMatchObject({ error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
      expect(JSON.stringify(refused)).toContain('/etc/sysctl.d/zzz-last.conf line 1');
      await bench.see('rm /etc/sysctl.d/zzz-last.conf');
      const none: ChangeOf<'sysctl'> = { kind: 'sysctl', settings: [{ key: 'vm.no_such', value: '1' }] };
      expect(await sysctl.inspect(none, bench.context('sysctl-3'))).toMatchObject({
        error: { code: 'PRECONDITION_FAILED' },
      });
      const absurd: ChangeOf<'sysctl'> = {
        kind: 'sysctl',
        settings: [
          { key: 'kernel.printk', value: '3 4 1 3' },
          { key: 'vm.max_map_count', value: 'many' },
        ],
      };
      const image = value(await sysctl.capture(absurd, bench.context('sysctl-3')));
      expect(await sysctl.apply(absurd, image, bench.context('sysctl-3'))).toMatchObject({
        error: { code: 'COMMAND_FAILED', hostState: 'unchanged' },
      });
      expect(await live()).toBe(before);
      await bench.see(
        'cp -a /etc/sysctl.conf /root/keep; rm -f /etc/sysctl.d/99-sysctl.conf; echo vm.max_map_count=2 > /etc/sysctl.conf',
      );
      const told = value(await sysctl.inspect(parameters, bench.context('sysctl-3')));
      expect(told.words.join()).toContain('/etc/sysctl.conf sets vm.max_map_count to 2');
      await bench.see('cp -a /root/keep /etc/sysctl.conf; ln -s ../sysctl.conf /etc/sysctl.d/99-sysctl.conf');
      expect(await live()).toBe(before);
    });

    it('report drift and restore nothing', async () => {
      const before = await live();
      const applied = await applyTwice(sysctl, parameters, bench.context('sysctl-4'));
      await bench.see('sysctl -q -w vm.max_map_count=555555');
      expect(await undo(sysctl, parameters, applied, bench.context('sysctl-4'))).toMatchObject({
        error: { code: 'DRIFT' },
      });
      expect(await bench.see(`sysctl -n vm.max_map_count; grep -c = ${own}`)).toBe('555555\n2\n');
      value(await undo(sysctl, parameters, applied, bench.context('sysctl-4'), true));
      expect(await live()).toBe(before);
    });

    it('of the network are guarded: kept with proof, back without it', async () => {
      const before = await live();
      const context = bench.context('sysctl-5');
      expect(sysctl.describe(network)).toMatchObject({ guarded: true, blast: 'access' });
      const applied = await applyTwice(sysctl, network, context);
      expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
      value(await undo(sysctl, network, applied, bench.context('sysctl-5')));
      expect(await live()).toBe(before);
      const blind = bench.context('sysctl-6', {
        openFresh: () =>
          Promise.resolve({
            ok: false,
            error: { code: 'SSH_TIMEOUT', message: 'no', nextStep: '', retryable: true },
          }),
      });
      const image = value(await sysctl.capture(network, blind));
      expect(await sysctl.apply(network, image, blind)).toMatchObject({
        error: { code: 'GUARD_FIRED', hostState: 'restored' },
      });
      expect(await live()).toBe(before);
      expect(await traces()).toBe('');
    });
  });

  describe('swap', () => {
    const swaps = () => bench.see(`sed 1d /proc/swaps | awk '{ print $1, $2, $5 }'`);
    const everything = async () =>
      [
        await swaps(),
        await bench.print('/etc/fstab', '/etc/systemd/system/srv-other.swap'),
        await bench.see(
          'cat /etc/fstab | sha256sum; systemctl is-enabled srv-other.swap; ls /etc/systemd/system',
        ),
        await bench.see(showNotes('/etc/fstab')),
      ].join('\n');
    let applied: Applied;
    let before: string;

    it('goes off, now and at boot: device, file and unit', async () => {
      await bench.see(`set -e
        mkswap -q /dev/ubdb; for f in /srv/file /srv/other; do dd if=/dev/zero of=$f bs=1M count=16 status=none; chmod 600 $f; mkswap -q $f; done
        printf '# kept\\n\\n%s none swap sw,pri=7 0 0\\n/srv/file\\tnone  swap\\tsw 0 0\\n# no newline' UUID=$(blkid -o value -s UUID /dev/ubdb) >> /etc/fstab
        printf '[Swap]\\nWhat=/srv/other\\nPriority=3\\n[Install]\\nWantedBy=swap.target\\n' > /etc/systemd/system/srv-other.swap
        systemctl daemon-reload; systemctl -q enable srv-other.swap
        ${noteFiles('/etc/fstab')}`);
      await reboot();
      const on = await swaps();
      expect(on).toContain('/dev/ubdb partition 7\n');
      expect(on).toMatch(/^\/srv\/file file -[12]$/m);
      expect(on).toContain('/srv/other file 3\n');
      before = await everything();
      applied = await applyTwice(swap, turnOff, bench.context('swap-1'));
      expect(await bench.see('swapon --show; swapon -a; swapon --show')).toBe('');
    });

    it('stays off over a restart', async () => {
      await reboot();
      expect(await bench.see('swapon --show; systemctl is-enabled srv-other.swap || true')).toBe('masked\n');
      value(await swap.verify(turnOff, applied.mark, bench.context('swap-1')));
      expect(await swap.inspect(turnOff, bench.context('swap-1'))).toMatchObject({
        ok: true,
        value: { inPlace: true, diffs: [] },
      });
    });

    it('comes back with the same priorities, bytes and units', async () => {
      await bench.see('cp -a /etc/fstab /root/fstab; echo "# edited since" >> /etc/fstab');
      expect(await undo(swap, turnOff, applied, bench.context('swap-1'))).toMatchObject({
        error: { code: 'DRIFT' },
      });
      expect(await swaps()).toBe('');
      await bench.see('cp -a /root/fstab /etc/fstab');
      value(await undo(swap, turnOff, applied, bench.context('swap-1')));
      expect((await everything()).split('\n').toSorted()).toEqual(before.split('\n').toSorted());
      value(await undo(swap, turnOff, applied, bench.context('swap-1')));
      await reboot();
      expect((await everything()).split('\n').toSorted()).toEqual(before.split('\n').toSorted());
      expect(await traces()).toBe('');
    });

    it('is left on where memory would run out, and where the memory itself is the swap', async () => {
      const now = await swaps();
      await bench.see(
        'mkdir -p /root/fill; mount -t tmpfs -o size=90% none /root/fill; dd if=/dev/zero of=/root/fill/x bs=1M count=430 status=none || true',
      );
      const refused = await swap.inspect(turnOff, bench.context('swap-2'));
      console.log(await bench.see('cat /proc/swaps; grep -E "MemAv|MemTot" /proc/meminfo'));
      await bench.see('umount /root/fill');
      expect(refused).toMatchObject({ error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
      expect(JSON.stringify(refused)).toContain('swapped out');
      await bench.see('printf "[zram0]\\n" > /etc/systemd/zram-generator.conf');
      expect(JSON.stringify(await swap.inspect(turnOff, bench.context('swap-2')))).toContain(
        'made at boot by /etc/systemd/zram-generator.conf',
      );
      await bench.see('rm /etc/systemd/zram-generator.conf');
      expect(await swaps()).toBe(now);
    });
  });
});
