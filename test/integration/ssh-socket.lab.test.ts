/** Hosts where systemd listens on port 22 and starts sshd: guarded changes to sshd must not cut anybody off. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemDigest } from '../../electron/adapters/system/system.ts';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save a minute: the same on Debian 12. BULWARK_LAB_SCENARIOS=every runs it.');
}
const scenarios: readonly ScenarioName[] = every ? ['ssh-socket-13', 'ssh-socket'] : ['ssh-socket-13'];

const main = '/etc/ssh/sshd_config';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

describe.each(scenarios)('sshd started by a socket: %s', (scenario) => {
  let bench: LabBench;
  beforeAll(async () => {
    bench = await labBench(await lab.up(scenario));
  });
  afterAll(() => bench?.session.close());

  /** sshd's own file with a line in front, planned on what it is now. */
  async function withLine(line: string, guardSeconds = 15): Promise<ChangeOf<'file-content'>> {
    const now = await bench.see(`cat ${main}`);
    const expects = systemDigest.sha256(now);
    return { kind: 'file-content', path: main, content: `${line}\n${now}`, expects, guardSeconds };
  }

  const everything = async () =>
    [
      await bench.print(main, '/etc/systemd/system/ssh.service.d'),
      await bench.see(
        `ls -A /etc/ssh /etc/ssh/sshd_config.d; ls -d /var/lib/bulwark /run/bulwark* 2>&1
         ls /etc/systemd/system | grep bulwark; systemctl list-timers --all | grep bulwark
         systemctl is-active ssh.socket; systemctl is-enabled ssh.socket ssh.service; true`,
      ),
    ].join('\n');
  /** What a stranger's login is shown before anybody asks who is there. */
  const greeting = () =>
    bench.see(
      'ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=INFO nobody@127.0.0.1 true 2>&1 || true',
    );

  async function again(): Promise<void> {
    await bench.session.close().catch(() => undefined);
    bench = await labBench(bench.host);
  }

  it('listens by systemd', async () => {
    expect(await everything()).toContain('active\nenabled\ndisabled\n');
  });

  it('takes a proven change, for the next login already, and gives it back', async () => {
    const before = await everything();
    const change = await withLine('Banner /etc/hostname');
    const context = bench.context('ssh-1');
    const begun = Date.now();
    const applied = await applyTwice(fileContent, change, context);
    console.log(`${scenario}: applied and proven in ${Math.round((Date.now() - begun) / 1000)} s`);
    expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
    expect(await greeting()).toContain(scenario);
    value(await undo(fileContent, change, applied, bench.context('ssh-1')));
    expect(await greeting()).toMatch(/^(?![\s\S]*ssh-socket)[\s\S]*Permission denied/);
    await again();
    expect(await everything()).toBe(before);
  });

  it('refuses another port, which only the socket could open', async () => {
    const change = await withLine('Port 2222');
    expect(await fileContent.inspect(change, bench.context('ssh-2'))).toMatchObject({
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
  });

  it('gets the old file back when the new one locks out', async () => {
    const before = await everything();
    const change = await withLine('AllowUsers nobody');
    const image = value(await fileContent.capture(change, bench.context('ssh-3')));
    const applied = await fileContent.apply(change, image, bench.context('ssh-3'));
    expect(applied).toMatchObject({ error: { code: 'GUARD_FIRED', hostState: 'restored' } });
    await again();
    expect(await everything()).toBe(before);
  });

  it('heals at boot when the host goes down before access is proven', async () => {
    const before = await everything();
    const change = await withLine('AllowUsers nobody', 600);
    const context = bench.context('ssh-4', { openFresh: () => new Promise(() => undefined) });
    const image = value(await fileContent.capture(change, context));
    void fileContent.apply(change, image, context);
    await expect
      .poll(() => bench.see(`grep -c '^AllowUsers nobody' ${main} || true`), { timeout: 10_000 })
      .toBe('1\n');
    await bench.session.close().catch(() => undefined);
    await bench.host.reboot();
    await again();
    value(await undo(fileContent, change, { before: image, mark: undefined }, bench.context('ssh-4')));
    expect(await everything()).toBe(before);
  });

  it('is restarted under guard', async () => {
    const change: ChangeOf<'service-restart'> = {
      kind: 'service-restart',
      unit: 'ssh.service',
      rehearse: false,
      guardSeconds: 15,
    };
    const context = bench.context('ssh-5');
    const image = value(await serviceRestart.capture(change, context));
    const mark = value(await serviceRestart.apply(change, image, context));
    expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
    value(await serviceRestart.verify(change, mark, context));
  });

  it('takes back a drop-in with which it does not start, and listens again', async () => {
    const before = await everything();
    const change: ChangeOf<'systemd-dropin'> = {
      kind: 'systemd-dropin',
      unit: 'ssh.service',
      name: 'bulwark.conf',
      content: '[Service]\nExecStart=\nExecStart=/bin/false\n',
      guardSeconds: 15,
    };
    const context = bench.context('ssh-6');
    const image = value(await systemdDropin.capture(change, context));
    const applied = await systemdDropin.apply(change, image, context);
    expect(applied).toMatchObject({ ok: false, error: { hostState: 'restored' } });
    await again();
    expect(await everything()).toBe(before);
  });
});
