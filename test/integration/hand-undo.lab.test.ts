/** The operator's machine is gone: what a real plan did to a host is taken back there with the one printed line. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import { handUndoCommand } from '../../shared/domain/hand-undo.ts';
import { readKit } from '../../shared/engine/hand-undo/kit.ts';
import { rollBack } from '../../shared/engine/rollback.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { appliedThenGone } from '../support/applied-then-gone.ts';
import { value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { testDigest } from '../support/memory-ports.ts';

const unit = 'app.service';
const settings = '# mine\nport: 1   # keep\n';
const folders = '/srv/app /etc/systemd/system /etc/sudoers.d /home/deploy /etc/nftables*';

let lab: Lab;
let bench: LabBench;

beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('bare', { name: 'hand-undo' }));
  await bench.see(`
    mkdir -p '/srv/app/da ta'; cd /srv/app
    printf '${settings}' > app.yml; chmod 640 app.yml; setfattr -n user.mark -v mine app.yml 2>/dev/null || true
    for n in 1 2 3; do echo $n > "da ta/file $n"; done; chmod 666 "da ta/file 1"; ln -s /etc/shadow "da ta/link"
    echo 'all: mine' > motd
    useradd -m -s /bin/bash deploy; echo deploy:canary-password | chpasswd; adduser deploy sudo >/dev/null 2>&1 || usermod -aG sudo deploy
    mkdir -p /home/deploy/.ssh; echo 'ssh-ed25519 AAAA' > /home/deploy/.ssh/authorized_keys; chown -R deploy: /home/deploy/.ssh
    printf '[Service]\\nExecStart=/bin/sleep infinity\\n' > /etc/systemd/system/${unit}
    systemctl daemon-reload; systemctl start ${unit}`);
});
afterAll(async () => {
  await bench?.session.close();
  await lab?.down();
});

/** Bytes, owners, modes, accounts, rules, units, by the host's own tools. */
const everything = () =>
  bench.see(`
    find ${folders} -printf '%y %U:%G %m %p %l\\n' | sort
    find ${folders} -type f -exec sha256sum {} + | sort -k2
    getfattr -d /srv/app/app.yml 2>/dev/null
    cat /etc/passwd /etc/shadow /etc/group /etc/gshadow; stat -c '%n %U:%G %a' /etc/passwd /etc/shadow /etc/group /etc/gshadow
    nft list ruleset; systemctl is-enabled nftables; systemctl show -p DropInPaths -p ActiveState -p NeedDaemonReload ${unit}
    find /run/bulwark /var/lib/bulwark -mindepth 1 2>/dev/null; true`);

function changes(): readonly Change[] {
  const dropin = { kind: 'systemd-dropin', unit, name: 'bulwark.conf' } as const;
  return [
    {
      kind: 'account',
      user: 'app-user',
      action: { do: 'create-system', group: 'app-user', shell: '/usr/sbin/nologin', home: '/nonexistent' },
    },
    {
      kind: 'file-mode',
      entries: [
        {
          path: '/srv/app/da ta',
          owner: 'app-user',
          group: 'app-user',
          mode: '0750',
          below: { owner: 'app-user', fileMode: '0640' },
        },
      ],
    },
    {
      kind: 'file-content',
      path: '/srv/app/motd',
      content: 'all: bulwark\n',
      mode: '0600',
      expects: testDigest.sha256('all: mine\n'),
    },
    {
      kind: 'file-content',
      path: '/srv/app/made',
      content: 'made\n',
      expects: 'absent',
    },
    { ...dropin, content: '[Service]\nUser=app-user\n' },
    {
      kind: 'yaml-setting',
      path: '/srv/app/app.yml',
      edits: [{ op: 'set', key: 'port', value: 2 }],
      expects: testDigest.sha256(settings),
    },
    {
      kind: 'account',
      user: 'deploy',
      action: {
        do: 'lock',
        shell: '/usr/sbin/nologin',
        leaveGroups: ['sudo'],
        authorizedKeys: ['/home/deploy/.ssh/authorized_keys'],
        sudoersFiles: [],
      },
    },
    {
      kind: 'firewall-ruleset',
      backend: 'nftables',
      allow: [],
      sshPort: 22,
      operatorSources: [`${bench.session.seenFrom ?? ''}/24`],
      guardSeconds: 30,
    },
  ];
}

describe('by hand on the host', () => {
  it('brings back every byte, owner and mode after the workspace was deleted', async () => {
    const before = await everything();
    await appliedThenGone(bench, changes(), async () => {
      const items = value(await readKit(bench.session));
      expect(items.map((item) => item.state)).toEqual(items.map(() => 'complete'));
      expect(items.length).toBe(9);
    });
    expect(await bench.see('ps -o user= -C sleep')).toContain('app-user');
    await bench.see(`echo new > '/srv/app/da ta/later'; chown app-user:app-user '/srv/app/da ta/later'`);
    expect(await bench.see('stat -c "%U:%G %a" /var/lib/bulwark/undo')).toBe('root:root 700\n');
    const ran = await bench.host.run(handUndoCommand.replace(/^sudo /, ''));
    expect(ran.stdout + ran.stderr).toMatch(/Everything that Bulwark kept here was taken back\.\n$/);
    expect(ran.code).toBe(0);
    expect(await bench.see(`stat -c '%U:%G' '/srv/app/da ta/later'; rm '/srv/app/da ta/later'`)).toBe(
      'root:root\n',
    );
    expect(await everything()).toBe(before);
    expect(await bench.see('ps -o user= -C sleep')).toBe('root\n');
  });

  it('leaves what somebody changed, and what rests on it, and says so', async () => {
    const before = await everything();
    await appliedThenGone(bench, changes(), () => Promise.resolve());
    await bench.see('echo edited >> /srv/app/app.yml');
    const ran = await bench.host.run('sh /var/lib/bulwark/undo/undo');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^drift .*app\.yml is not as Bulwark left it/m);
    expect(ran.stdout).toMatch(/^left .*create the system account app-user.*rests on it/m);
    expect(await bench.see('tail -n 1 /srv/app/app.yml; cat /srv/app/motd; nft list tables')).toBe(
      'edited\nall: mine\n',
    );
    await bench.see("sed -i '$d' /srv/app/app.yml");
    expect((await bench.host.run('sh /var/lib/bulwark/undo/undo')).code).toBe(0);
    expect(await everything()).toBe(before);
  });

  it('is not needed any more once the app took it back', async () => {
    const before = await everything();
    await appliedThenGone(bench, changes(), async (parts) => {
      const request = { hostId: bench.host.name, scope: { of: 'host' }, reason: 'test' } as const;
      const report = value(await rollBack(request, parts));
      expect(report.items.filter((item) => item.result !== 'undone')).toEqual([]);
    });
    expect(await everything()).toBe(before);
  });
});
