/** The configuration of sshd and sudo on a real host: tested before it goes live, guarded, healed, undone to the same bytes. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemDigest } from '../../electron/adapters/system/system.ts';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { sweepLeftovers } from '../../shared/engine/leftovers.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

const main = '/etc/ssh/sshd_config';
const extra = '/etc/ssh/sshd_config.d/50-bulwark.conf';

let lab: Lab;
let bench: LabBench;
beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('bare', { name: 'guarded' }));
});
afterAll(async () => {
  await bench?.session.close();
  await lab?.down();
});

/** The file with a line in front, planned on what it is now. */
async function withLine(line: string): Promise<ChangeOf<'file-content'>> {
  const now = await bench.see(`cat ${main}`);
  return {
    kind: 'file-content',
    path: main,
    content: `${line}\n${now}`,
    expects: systemDigest.sha256(now),
    guardSeconds: 15,
  };
}

const create = (content: string): ChangeOf<'file-content'> => ({
  kind: 'file-content',
  path: extra,
  content,
  mode: '0600',
  expects: 'absent',
  guardSeconds: 15,
});

const everything = async () =>
  [
    await bench.print(main, extra, '/etc/sudoers.d/bulwark'),
    await bench.see(
      `ls -A /etc/ssh /etc/ssh/sshd_config.d /etc/systemd/system/ssh.service.d 2>&1; ls -d /var/lib/bulwark /run/bulwark* 2>&1 || true
       ls /etc/systemd/system | grep bulwark || true; systemctl list-timers --all | grep bulwark || true
       systemctl is-active ssh; sshd -T | grep -E '^(port|allowusers|logingracetime)' || true`,
    ),
  ].join('\n');

async function fresh(): Promise<LabBench> {
  await bench.session.close().catch(() => undefined);
  return labBench(bench.host);
}

describe('the configuration of sshd', () => {
  it('is described as guarded, also behind a roundabout path', async () => {
    const change = await withLine('LoginGraceTime 33');
    expect(fileContent.describe(change)).toMatchObject({ guarded: true, blast: 'access' });
    expect(fileContent.describe({ ...change, path: '/etc/x/..//ssh/./sshd_config' })).toMatchObject({
      guarded: true,
    });
    expect(fileContent.describe({ ...change, path: '/etc/sshd' })).toMatchObject({ guarded: false });
  });

  it.each(['in place', 'as a new file'])(
    'is kept when access is proven, and undone to the same bytes: %s',
    async (how) => {
      const before = await everything();
      const change = how === 'in place' ? await withLine('LoginGraceTime 33') : create('LoginGraceTime 33\n');
      const context = bench.context('ssh-1');
      const applied = await applyTwice(fileContent, change, context);
      expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
      expect(await bench.see('sshd -T | grep logingracetime')).toBe('logingracetime 33\n');
      value(await undo(fileContent, change, applied, bench.context('ssh-1')));
      expect(await everything()).toBe(before);
      value(await undo(fileContent, change, applied, bench.context('ssh-1')));
      expect(await everything()).toBe(before);
    },
  );

  it.each(['NoSuchKeyword yes', 'Port many'])(
    'never goes live when sshd does not accept it: %s',
    async (line) => {
      const before = await everything();
      const started = await bench.see('systemctl show -p MainPID -p ExecMainStartTimestamp ssh');
      for (const change of [await withLine(line), create(`${line}\n`)]) {
        const context = bench.context('ssh-2');
        const image = value(await fileContent.capture(change, context));
        for (const tried of [
          await fileContent.inspect(change, context),
          await fileContent.apply(change, image, context),
        ]) {
          expect(tried).toMatchObject({ error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
          expect(JSON.stringify(tried)).toContain('did not go live');
        }
        expect(context.guards).toEqual([]);
      }
      expect(await everything()).toBe(before);
      expect(await bench.see('systemctl show -p MainPID -p ExecMainStartTimestamp ssh')).toBe(started);
    },
  );

  it.each(['AllowUsers nobody', 'Port 2222', 'PubkeyAuthentication no'])(
    'comes back by itself when it locks out: %s',
    async (line) => {
      const before = await everything();
      const change = await withLine(line);
      const context = bench.context('ssh-3');
      const inspected = value(await fileContent.inspect(change, context));
      expect(inspected.words.join(' ').toLowerCase()).toContain(line.toLowerCase());
      const image = value(await fileContent.capture(change, context));
      const begun = Date.now();
      const applied = await fileContent.apply(change, image, context);
      console.log(`${line}: access back after ${Math.round((Date.now() - begun) / 1000)} s`);
      expect(applied).toMatchObject({ error: { code: 'GUARD_FIRED', hostState: 'restored' } });
      expect(context.guards.at(-1)).toBe('fired');
      bench = await fresh();
      expect(await everything()).toBe(before);
      expect(Date.now() - begun).toBeLessThan(30_000);
    },
  );

  it.each(['Writing', 'Proving access'])('heals when the link is cut at: %s', async (moment) => {
    const before = await everything();
    const change = await withLine('AllowUsers nobody');
    const context = bench.context('ssh-4');
    const image = value(await fileContent.capture(change, context));
    let cut: Promise<number> | undefined;
    const cutting = Object.assign(context, {
      progress: (note: string) => {
        if (note.startsWith(moment)) cut = bench.host.cutLink().then(() => Date.now());
      },
    });
    const applying = fileContent.apply(change, image, cutting);
    await expect.poll(() => cut !== undefined, { timeout: 20_000 }).toBe(true);
    const cutAt = (await cut) ?? 0;
    const back =
      'test -e /var/lib/bulwark/guard/ssh-4/fired && ! grep -q "AllowUsers nobody" /etc/ssh/sshd_config && echo back || true';
    await expect.poll(() => bench.see(back), { timeout: 25_000, interval: 500 }).toBe('back\n');
    console.log(
      `old file back ${Math.round((Date.now() - cutAt) / 1000)} s after the link was cut at "${moment}"`,
    );
    await bench.host.restoreLink();
    const applied = await applying;
    expect(applied.ok).toBe(false);
    bench = await fresh();
    // What the engine does when it finds the host again.
    value(await undo(fileContent, change, { before: image, mark: undefined }, bench.context('ssh-4')));
    value(await sweepLeftovers(bench.session, change, 'ssh-4'));
    expect(await everything()).toBe(before);
  });

  it('is not believed while its own guard is armed, and another guarded change waits', async () => {
    const before = await everything();
    const change = await withLine('LoginGraceTime 44');
    const context = bench.context('ssh-5');
    const image = value(await fileContent.capture(change, context));
    const stuck = bench.context('ssh-5', { openFresh: () => new Promise(() => undefined) });
    void fileContent.apply(change, image, stuck);
    await expect
      .poll(() => bench.see(`grep -c 'GraceTime 44' ${main} || true`), { timeout: 10_000 })
      .toBe('1\n');
    expect(await fileContent.inspect(change, bench.context('ssh-5'))).toMatchObject({
      value: { inPlace: false },
    });
    expect(await fileContent.inspect(change, bench.context('ssh-6'))).toMatchObject({
      error: { code: 'PRECONDITION_FAILED', retryable: true },
    });
    value(await undo(fileContent, change, { before: image, mark: undefined }, bench.context('ssh-5')));
    expect(await everything()).toBe(before);
  });

  it('comes back at boot when the host goes down before access is proven', async () => {
    const before = await everything();
    const change = { ...(await withLine('AllowUsers nobody')), guardSeconds: 600 };
    const context = bench.context('ssh-7', { openFresh: () => new Promise(() => undefined) });
    const image = value(await fileContent.capture(change, context));
    void fileContent.apply(change, image, context);
    await expect
      .poll(() => bench.see(`grep -c '^AllowUsers nobody' ${main} || true`), { timeout: 10_000 })
      .toBe('1\n');
    await bench.session.close().catch(() => undefined);
    await bench.host.reboot();
    const begun = Date.now();
    await expect
      .poll(() => labBench(bench.host).then(Boolean, () => false), { timeout: 40_000, interval: 1000 })
      .toBe(true);
    console.log(`access back ${Math.round((Date.now() - begun) / 1000)} s after the restart`);
    bench = await fresh();
    value(await undo(fileContent, change, { before: image, mark: undefined }, bench.context('ssh-7')));
    expect(await everything()).toBe(before);
  });
});

describe('the configuration of sudo', () => {
  const rule = (content: string): ChangeOf<'file-content'> => ({
    kind: 'file-content',
    path: '/etc/sudoers.d/bulwark',
    content,
    mode: '0440',
    expects: 'absent',
    guardSeconds: 15,
  });

  it('is checked by visudo, and comes back when root rights are gone', async () => {
    const before = await everything();
    const bad = rule('operator ALL=(ALL NOPASSWD\n');
    expect(await fileContent.inspect(bad, bench.context('sudo-1'))).toMatchObject({
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
    const good = rule('Defaults:nobody !requiretty\n');
    const applied = await applyTwice(fileContent, good, bench.context('sudo-2'));
    value(await undo(fileContent, good, applied, bench.context('sudo-2')));
    expect(await everything()).toBe(before);
    const revoking = { ...rule('operator ALL=(ALL:ALL) !ALL\n'), path: '/etc/sudoers.d/zz-bulwark' };
    const image = value(await fileContent.capture(revoking, bench.context('sudo-3')));
    expect((await fileContent.apply(revoking, image, bench.context('sudo-3'))).ok).toBe(false);
    await expect.poll(() => bench.see('ls /etc/sudoers.d'), { timeout: 25_000 }).not.toContain('zz-bulwark');
    value(await undo(fileContent, revoking, { before: image, mark: undefined }, bench.context('sudo-3')));
    expect(await everything()).toBe(before);
  });
});

describe('the unit of sshd', () => {
  const dropin = (content: string): ChangeOf<'systemd-dropin'> => ({
    kind: 'systemd-dropin',
    unit: 'ssh.service',
    name: 'bulwark.conf',
    content,
    guardSeconds: 15,
  });

  it('is restarted under guard', async () => {
    const change: ChangeOf<'service-restart'> = {
      kind: 'service-restart',
      unit: 'ssh.service',
      rehearse: false,
      guardSeconds: 15,
    };
    expect(serviceRestart.describe(change)).toMatchObject({ guarded: true, blast: 'access' });
    const context = bench.context('unit-1');
    const image = value(await serviceRestart.capture(change, context));
    const mark = value(await serviceRestart.apply(change, image, context));
    expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
    value(await serviceRestart.verify(change, mark, context));
  });

  it('keeps a drop-in that leaves access, and undoes it without a trace', async () => {
    const before = await everything();
    const change = dropin('[Service]\nNice=1\n');
    expect(systemdDropin.describe(change)).toMatchObject({ guarded: true, blast: 'access' });
    const applied = await applyTwice(systemdDropin, change, bench.context('unit-2'));
    expect(await bench.see('ps -o ni= -p $(systemctl show -P MainPID ssh)')).toMatch(/^ *1\n/);
    value(await undo(systemdDropin, change, applied, bench.context('unit-2')));
    expect(await everything()).toBe(before);
  });

  it('takes back a drop-in with which it does not start', async () => {
    const before = await everything();
    const change = dropin('[Service]\nExecStart=\nExecStart=/bin/false\n');
    const context = bench.context('unit-3');
    const image = value(await systemdDropin.capture(change, context));
    expect(await systemdDropin.apply(change, image, context)).toMatchObject({
      ok: false,
      error: { hostState: 'restored' },
    });
    bench = await fresh();
    expect(await everything()).toBe(before);
  });
});
