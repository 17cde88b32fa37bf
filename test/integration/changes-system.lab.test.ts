/** Files, owners, settings, drop-ins and accounts on real hosts: changed, read by other tools, undone to the same bytes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeKindName, ChangeOf } from '../../shared/domain/change.ts';
import type { ChangeKind } from '../../shared/engine/change-kind.ts';
import { account } from '../../shared/engine/changes/account/account.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { fileMode } from '../../shared/engine/changes/file-mode/file-mode.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { yamlSetting } from '../../shared/engine/changes/yaml-setting/yaml-setting.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

const prepare = `set -e
printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/cron-of-the-lab.service; systemctl daemon-reload
mkdir -p /srv/conf/sub "/srv/conf/odd name" && cd /srv/conf
printf '# kept\\ncluster.name: x   # odd\\nxpack.security.enabled: false' > settings.yml
echo one > sub/one; echo two > 'odd name/tw*o'; echo out > /srv/outside; ln -sfn /srv/outside link
chown -R 1000:1000 /srv/conf; chmod 0777 /srv/conf sub; chmod 0666 settings.yml sub/one; chmod 2755 'odd name'
mkdir -p /srv/conf/mounted && mount -t tmpfs none /srv/conf/mounted && echo m > /srv/conf/mounted/m`;
const tree = `find /srv -print0 | sort -z | xargs -0 -n1 stat -c '%n %u:%g %a %F' ; cd /srv/conf; cat settings.yml sub/one 'odd name/tw*o' | sha256sum`;
const accounts =
  'sha256sum /etc/passwd /etc/shadow /etc/group /etc/gshadow 2>/dev/null; stat -c "%n %U:%G %a" /etc/passwd /etc/shadow /etc/group; find /home/deploy /etc/sudoers.d | sort | xargs -n1 stat -c "%n %u:%g %a"';

describe.each<ScenarioName>(['bare', 'busybox'])('changes on a real host: %s', (scenario) => {
  let bench: LabBench;
  beforeAll(async () => {
    bench = await labBench(await lab.up(scenario, { name: `changes-${scenario}` }));
    await bench.see(prepare);
  });
  afterAll(() => bench?.session.close());

  async function there<K extends ChangeKindName>(
    kind: ChangeKind<K>,
    change: ChangeOf<K>,
    look: string,
    expected: (seen: string) => void,
  ): Promise<void> {
    const before = await bench.see(look);
    const context = bench.context(`lab-${kind.kind}`);
    const applied = await applyTwice(kind, change, context);
    expected(await bench.see(look));
    value(await undo(kind, change, applied, bench.context(`lab-${kind.kind}-undo`)));
    expect(await bench.see(look)).toBe(before);
    value(await undo(kind, change, applied, bench.context(`lab-${kind.kind}-undo`)));
    expect(
      await bench.see(
        'find / -xdev -name ".bulwark-*" 2>/dev/null; ls /run/bulwark /var/lib/bulwark 2>/dev/null; true',
      ),
    ).toBe('');
  }

  it('file-content', () =>
    there(
      fileContent,
      {
        kind: 'file-content',
        path: '/srv/conf/sub/one',
        content: 'new\n',
        owner: 'root',
        group: 'root',
        mode: '0640',
        expects: '2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806',
      },
      tree,
      (seen) => expect(seen).toContain('/srv/conf/sub/one 0:0 640'),
    ));

  it('yaml-setting', async () => {
    const digest = (await bench.see('sha256sum < /srv/conf/settings.yml')).split(' ')[0] ?? '';
    await there(
      yamlSetting,
      {
        kind: 'yaml-setting',
        path: '/srv/conf/settings.yml',
        edits: [{ op: 'set', key: 'xpack.security.enabled', value: true }],
        expects: digest,
      },
      `${tree}; cat /srv/conf/settings.yml`,
      (seen) => expect(seen).toContain('# kept\ncluster.name: x   # odd\nxpack.security.enabled: true'),
    );
  });

  it('file-mode, below a folder, not across mounts and links', () =>
    there(
      fileMode,
      {
        kind: 'file-mode',
        entries: [
          {
            path: '/srv/conf',
            owner: 'root',
            group: 'operator',
            mode: '2750',
            below: { owner: 'root', group: 'operator', fileMode: '0640', directoryMode: '2750' },
          },
          { path: '/srv/conf/sub/one', mode: '0600' },
        ],
      },
      tree,
      (seen) => {
        expect(seen).toMatch(/^\/srv\/conf 0:\d+ 2750 directory$/m);
        expect(seen).toMatch(/^\/srv\/conf\/sub\/one 0:\d+ 600 /m);
        expect(seen).toMatch(/^\/srv\/conf\/odd name\/tw\*o 0:\d+ 640 /m);
        expect(seen).toMatch(/^\/srv\/conf\/mounted\/m 0:0 644 /m);
        expect(seen).toMatch(/^\/srv\/outside 0:0 644 /m);
      },
    ));

  it('systemd-dropin', () =>
    there(
      systemdDropin,
      {
        kind: 'systemd-dropin',
        unit: 'cron-of-the-lab.service',
        name: 'bulwark.conf',
        content: '[Service]\nUser=operator\n',
      },
      'ls -la --time-style=+ /etc/systemd/system | grep cron-of || true; systemctl show -p DropInPaths --value cron-of-the-lab.service',
      (seen) => expect(seen).toContain('/etc/systemd/system/cron-of-the-lab.service.d/bulwark.conf'),
    ));

  it('account: create a system account', () =>
    there(
      account,
      {
        kind: 'account',
        user: 'searchd',
        action: { do: 'create-system', group: 'searchd', shell: '/usr/sbin/nologin', home: '/nonexistent' },
      },
      `${accounts}; id searchd 2>&1 || true; passwd -S searchd 2>&1 || true`,
      (seen) => {
        expect(seen).toMatch(/uid=\d{3}\(searchd\) gid=\d{3}\(searchd\)/);
        expect(seen).toMatch(/^searchd L /m);
      },
    ));

  it('account: lock one that can log in', async () => {
    await bench.see(
      'echo "deploy ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/deploy; chmod 440 /etc/sudoers.d/deploy; echo deploy:secret | chpasswd; usermod -aG adm deploy',
    );
    const look = `${accounts}; getent passwd deploy; passwd -S deploy | cut -d' ' -f1-2; id -nG deploy; sudo -l -U deploy | tail -n 1`;
    expect(await bench.see(look)).toContain('deploy P');
    await there(
      account,
      {
        kind: 'account',
        user: 'deploy',
        action: {
          do: 'lock',
          shell: '/usr/sbin/nologin',
          leaveGroups: ['adm'],
          authorizedKeys: ['/home/deploy/.ssh/authorized_keys'],
          sudoersFiles: ['/etc/sudoers.d/deploy'],
        },
      },
      look,
      (seen) => {
        expect(seen).toContain('deploy L');
        expect(seen).toMatch(/^deploy:.*:\/usr\/sbin\/nologin$/m);
        expect(seen).toContain('not allowed to run sudo');
        expect(seen).not.toMatch(/\badm\b/);
        expect(seen).not.toMatch(/authorized_keys \d/);
      },
    );
  });

  it('refuses to write where the disk is full, and changes nothing', async () => {
    await bench.see(
      'mkdir -p /srv/full && mount -t tmpfs -o size=64k none /srv/full && echo keep > /srv/full/file && dd if=/dev/zero of=/srv/full/fill bs=1k count=200 2>/dev/null || true',
    );
    const change: ChangeOf<'file-content'> = {
      kind: 'file-content',
      path: '/srv/full/file',
      content: 'x'.repeat(90_000),
      expects: (await bench.see('sha256sum < /srv/full/file')).split(' ')[0] ?? '',
    };
    const context = bench.context('full');
    const before = value(await fileContent.capture(change, context));
    expect(await fileContent.apply(change, before, context)).toMatchObject({
      error: { code: 'DISK_FULL', hostState: 'unchanged' },
    });
    expect(await bench.see('cat /srv/full/file; ls -A /srv/full')).toBe('keep\nfile\nfill\n');
  });
});
