/** A host whose init is sysvinit: guarded by a process that sleeps and an init script, healed at boot, undone without a trace. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { systemDigest } from '../../electron/adapters/system/system.ts';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { account } from '../../shared/engine/changes/account/account.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { firewallRuleset } from '../../shared/engine/changes/firewall-ruleset/firewall-ruleset.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { fireGuard, listGuards } from '../../shared/engine/guard.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { bulwark } from '../support/bulwark-process.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

const main = '/etc/ssh/sshd_config';
/** The part of an assessment that is looked at here. */
const assessment = z.object({
  hosts: z.array(
    z.object({
      controls: z.array(
        z.object({ id: z.string(), outcome: z.string(), remedy: z.object({ type: z.string() }).loose() }),
      ),
    }),
  ),
});
const blind = { openFresh: () => new Promise<never>(() => undefined) };

let lab: Lab;
let bench: LabBench;
beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('without-systemd'));
});
afterAll(async () => {
  await bench?.session.close();
  await lab?.down();
});

const rules = (more: Partial<ChangeOf<'firewall-ruleset'>> = {}): ChangeOf<'firewall-ruleset'> => ({
  kind: 'firewall-ruleset',
  backend: 'nftables',
  allow: [{ port: 9200, from: ['10.1.2.0/24', '2001:db8::/32'], label: 'Elasticsearch HTTP' }],
  sshPort: 22,
  operatorSources: [`${bench.session.seenFrom ?? ''}/24`],
  guardSeconds: 15,
  ...more,
});

/** sshd's own file with a line in front, planned on what it is now. */
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

/** What the changes, the guard and its init script could leave behind, the boot order of all init scripts included. */
const everything = async () =>
  [
    await bench.print('/etc/nftables.conf', '/etc/nftables.d', '/etc/nftables.d/bulwark.nft', main),
    await bench.see(
      `nft list ruleset; sshd -T | grep -E '^(allowusers|logingracetime)'; ls -d /var/lib/bulwark /run/bulwark* 2>&1
       ls -l --time-style=+ /etc/init.d /etc/rc?.d; sha256sum /etc/init.d/.depend.*; pgrep -ax sleep || true`,
    ),
  ].join('\n');

async function again(): Promise<void> {
  await bench.session.close().catch(() => undefined);
  bench = await labBench(bench.host);
}

describe('without systemd', () => {
  it('is what the host is', async () => {
    expect(await bench.see('cat /proc/1/comm; ls -d /run/systemd/system 2>&1 || true')).toMatch(
      /^init\n.*No such file/,
    );
  });

  it('rules of the firewall are guarded, live, at boot, and go away without a trace', async () => {
    const before = await everything();
    const context = bench.context('fw-1');
    const applied = await applyTwice(firewallRuleset, rules(), context);
    expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
    const live = await bench.see('nft list table inet bulwark');
    expect(live).toContain('policy drop');
    await bench.host.reboot();
    expect(await bench.see('nft list table inet bulwark')).toBe(live);
    await again();
    value(await undo(firewallRuleset, rules(), applied, bench.context('fw-1-undo')));
    expect(await everything()).toBe(before);
  });

  it('the old rules come back inside the window when the link is cut', async () => {
    const before = await everything();
    const context = bench.context('fw-2');
    const image = value(await firewallRuleset.capture(rules(), context));
    let cut: Promise<number> | undefined;
    const cutting = Object.assign(context, {
      progress: (note: string) => {
        if (note.startsWith('Proving access')) cut = bench.host.cutLink().then(() => Date.now());
      },
    });
    const applying = firewallRuleset.apply(rules(), image, cutting);
    await expect.poll(() => cut !== undefined, { timeout: 20_000 }).toBe(true);
    const cutAt = (await cut) ?? 0;
    expect(await bench.see('cat /var/lib/bulwark/guard/fw-2/pid; ls /etc/rc2.d')).toMatch(
      /^\d+\n[\s\S]*S\d\dbulwark-guard-boot-fw-2\n/,
    );
    const back =
      'test -e /var/lib/bulwark/guard/fw-2/fired && ! nft list tables | grep -q bulwark && echo back || true';
    await expect.poll(() => bench.see(back), { timeout: 25_000, interval: 500 }).toBe('back\n');
    console.log(`without systemd: old rules back ${Math.round((Date.now() - cutAt) / 1000)} s after the cut`);
    await bench.host.restoreLink();
    expect(await applying).toMatchObject({ error: { code: 'GUARD_FIRED' } });
    await again();
    expect(await everything()).toBe(before);
  });

  it('a file of sshd is kept when access is proven, and comes back when it locks out', async () => {
    const before = await everything();
    const kept = await withLine('LoginGraceTime 33');
    const context = bench.context('ssh-1');
    const applied = await applyTwice(fileContent, kept, context);
    expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
    value(await undo(fileContent, kept, applied, bench.context('ssh-1')));
    expect(await everything()).toBe(before);
    const wrong = await withLine('AllowUsers nobody');
    const image = value(await fileContent.capture(wrong, bench.context('ssh-2')));
    expect(await fileContent.apply(wrong, image, bench.context('ssh-2'))).toMatchObject({
      error: { code: 'GUARD_FIRED', hostState: 'restored' },
    });
    await again();
    expect(await everything()).toBe(before);
  });

  it.each(['in order', 'abruptly'])(
    'a file of sshd comes back at boot when the host goes down before the proof: %s',
    async (how) => {
      const before = await everything();
      const change = { ...(await withLine('AllowUsers nobody')), guardSeconds: 600 };
      const context = bench.context('ssh-3', blind);
      const image = value(await fileContent.capture(change, context));
      void fileContent.apply(change, image, context);
      await expect
        .poll(() => bench.see(`grep -c '^AllowUsers nobody' ${main} || true`), { timeout: 10_000 })
        .toBe('1\n');
      await bench.session.close().catch(() => undefined);
      await bench.host.reboot({ abruptly: how === 'abruptly' });
      const begun = Date.now();
      await again();
      console.log(`without systemd: access back ${Math.round((Date.now() - begun) / 1000)} s after the boot`);
      expect(value(await listGuards(bench.session))).toEqual(new Map([['ssh-3', 'fired']]));
      // Somebody else's process has the number of the one that waited before the restart.
      const stranger = await bench.see(
        'sleep 300 </dev/null >/dev/null 2>&1 & echo $! | tee /var/lib/bulwark/guard/ssh-3/pid',
      );
      value(await fireGuard(bench.session, 'ssh-3'));
      await bench.see(`kill ${stranger.trim()}`);
      value(await undo(fileContent, change, { before: image, mark: undefined }, bench.context('ssh-3')));
      expect(await everything()).toBe(before);
    },
  );

  it('accounts and files are changed and undone', async () => {
    const look = 'sha256sum /etc/passwd /etc/shadow /etc/group; stat -c "%n %U:%G %a" /etc/passwd /srv/file';
    await bench.see('echo old > /srv/file; chmod 640 /srv/file');
    const before = await bench.see(look);
    const lock: ChangeOf<'account'> = {
      kind: 'account',
      user: 'deploy',
      action: {
        do: 'lock',
        shell: '/usr/sbin/nologin',
        leaveGroups: [],
        authorizedKeys: [],
        sudoersFiles: [],
      },
    };
    const locked = await applyTwice(account, lock, bench.context('other-1'));
    const write: ChangeOf<'file-content'> = {
      kind: 'file-content',
      path: '/srv/file',
      content: 'new\n',
      expects: systemDigest.sha256('old\n'),
    };
    const written = await applyTwice(fileContent, write, bench.context('other-2'));
    expect(await bench.see('passwd -S deploy; cat /srv/file')).toMatch(/^deploy L [\s\S]*new\n$/);
    value(await undo(fileContent, write, written, bench.context('other-2')));
    value(await undo(account, lock, locked, bench.context('other-1')));
    expect(await bench.see(look)).toBe(before);
  });

  it('what only systemd can do is refused, with a way out', async () => {
    const restart: ChangeOf<'service-restart'> = {
      kind: 'service-restart',
      unit: 'ssh.service',
      rehearse: false,
    };
    const dropin: ChangeOf<'systemd-dropin'> = {
      kind: 'systemd-dropin',
      unit: 'ssh.service',
      name: 'bulwark.conf',
      content: '[Service]\nNice=1\n',
    };
    for (const refused of [
      await serviceRestart.inspect(restart, bench.context('other-3')),
      await systemdDropin.inspect(dropin, bench.context('other-3')),
    ]) {
      expect(refused).toMatchObject({ error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
      expect(refused.ok ? '' : `${refused.error.message} ${refused.error.nextStep}`).toMatch(
        /systemd.*by hand/,
      );
    }
  });
});

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save a minute: assessing a node that an init script starts. BULWARK_LAB_SCENARIOS=every runs it.',
  );
}

describe.runIf(every)('a node that an init script starts', () => {
  it('is assessed, and what needs a unit of systemd is left to the operator', async () => {
    const node = await lab.up('open-fresh', { name: 'node', variants: ['without-systemd'] });
    const open = await labBench(node);
    const assess = async () => {
      const { code, stdout } = await bulwark(
        ['assess', '--host', `${node.user}@${node.address}:22`, '--identity', node.identityFile].concat([
          '--known-hosts',
          node.knownHostsFile,
          '--json',
        ]),
      );
      expect(code).toBe(1);
      const { controls } = assessment.parse(JSON.parse(stdout)).hosts[0] ?? { controls: [] };
      return new Map(controls.map((control) => [control.id, control]));
    };
    const before = await assess();
    expect(before.get('security-enabled')).toMatchObject({ outcome: 'fail', remedy: { type: 'manual' } });
    expect(JSON.stringify(before.get('security-enabled'))).toContain('No systemd unit starts');
    expect(before.get('es-data-encrypted')).toMatchObject({ outcome: 'unknown' });
    expect(before.get('firewall-active')).toMatchObject({ outcome: 'fail', remedy: { type: 'choices' } });
    const change = { ...rules(), operatorSources: [`${open.session.seenFrom ?? ''}/24`] };
    await applyTwice(firewallRuleset, change, open.context('node-1'));
    expect((await assess()).get('firewall-active')).toMatchObject({ outcome: 'pass' });
    await open.session.close();
  });
});
