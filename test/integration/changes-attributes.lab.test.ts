/** Extended attributes and ACLs survive a change and its undoing; where a host's tools cannot do that, it is said. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemDigest } from '../../electron/adapters/system/system.ts';
import type { ChangeKindName, ChangeOf } from '../../shared/domain/change.ts';
import type { ChangeKind } from '../../shared/engine/change-kind.ts';
import { account } from '../../shared/engine/changes/account/account.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { fileMode } from '../../shared/engine/changes/file-mode/file-mode.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { yamlSetting } from '../../shared/engine/changes/yaml-setting/yaml-setting.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { acl, capability, label, setAttribute, showAttributes } from '../support/host-attributes.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

const file = '/srv/attributes/file';
const dropin = '/etc/systemd/system/lab-attributes.service.d/bulwark.conf';
const keys = '/home/deploy/.ssh/authorized_keys';
const paths = [file, '/srv/attributes', dropin, keys, '/etc/passwd', '/etc/group', '/etc/shadow'];

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

describe.each<ScenarioName>(['bare', 'busybox'])('extended attributes and ACLs: %s', (scenario) => {
  let bench: LabBench;
  const look = async () =>
    [
      await bench.see(`${showAttributes} ${paths.join(' ')}`),
      await bench.print(...paths),
      await bench.see('getent passwd deploy; find /home/deploy /srv | sort'),
    ].join('\n');

  beforeAll(async () => {
    bench = await labBench(await lab.up(scenario, { name: `attributes-${scenario}` }));
    await bench.see(`set -e
      mkdir -p /srv/attributes ${dropin.replace(/\/[^/]*$/, '')}; echo old > ${file}; echo '# old' > ${dropin}
      printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/lab-attributes.service; systemctl daemon-reload
      for f in ${paths.join(' ')}; do ${setAttribute} $f user.note 6869; ${setAttribute} $f security.selinux ${label}; done
      ${setAttribute} ${file} system.posix_acl_access ${acl}; ${setAttribute} ${dropin} system.posix_acl_access ${acl}
      ${setAttribute} ${file} security.capability ${capability}
      ${setAttribute} /etc/group trusted.lab 00ff`);
  });
  afterAll(() => bench?.session.close());

  const content = (): ChangeOf<'file-content'> => ({
    kind: 'file-content',
    path: file,
    content: 'new\n',
    expects: systemDigest.sha256('old\n'),
  });

  it('are there to begin with', async () => {
    const seen = await look();
    expect(seen).toContain(`${file} system.posix_acl_access ${acl}`);
    expect(seen).toContain(`${file} user.note 6869`);
    expect(seen).toContain('/etc/group trusted.lab 00ff');
    expect(seen).toContain(`${file} security.capability ${capability}`);
    expect(seen).toContain(`${file} security.selinux ${label}`);
  });

  async function kept<K extends ChangeKindName>(kind: ChangeKind<K>, change: ChangeOf<K>): Promise<string> {
    const before = await look();
    const applied = await applyTwice(kind, change, bench.context(`attributes-${kind.kind}`));
    const between = await look();
    expect(between).not.toBe(before);
    value(await undo(kind, change, applied, bench.context(`attributes-${kind.kind}`)));
    expect(await look()).toBe(before);
    return between;
  }

  it('stay with file-mode', async () => {
    const between = await kept(fileMode, {
      kind: 'file-mode',
      entries: [{ path: '/srv/attributes', mode: '0700', below: { owner: 'operator', fileMode: '0600' } }],
    });
    expect(between).toContain(`${file} user.note 6869`);
    expect(between).toContain(`${file} operator:root 600`);
    expect(between).toContain(`${file} security.capability ${capability}`);
  });

  if (scenario === 'bare') {
    it('stay with file-content', async () => {
      const between = await kept(fileContent, content());
      expect(between).toContain(`${file} system.posix_acl_access ${acl}`);
      expect(between).toContain(`${file} user.note 6869`);
      expect(between).toContain(`${file} security.selinux ${label}`);
      expect(between).toContain(`${file} security.capability ${capability}`);
    });

    it('stay with yaml-setting', async () => {
      await bench.see(`cp --preserve=all ${file} /root/kept; echo 'a: false' > ${file}`);
      await bench.see(`${setAttribute} ${file} security.capability ${capability}`);
      const between = await kept(yamlSetting, {
        kind: 'yaml-setting',
        path: file,
        edits: [{ op: 'set', key: 'a', value: true }],
        expects: systemDigest.sha256('a: false\n'),
      });
      expect(between).toContain(`${file} security.selinux ${label}`);
      await bench.see(`rm ${file}; cp --preserve=all /root/kept ${file}`);
    });

    it('come back with a file that was removed, or made anew by a program that knows nothing of them', async () => {
      const before = await look();
      for (const stray of [
        `rm ${file}`,
        `rm ${file}; echo new > ${file}`,
        `echo old > /srv/n; chmod 777 /srv/n; mv /srv/n ${file}`,
      ]) {
        const applied = await applyTwice(fileContent, content(), bench.context('attributes-again'));
        await bench.see(stray);
        value(await undo(fileContent, content(), applied, bench.context('attributes-again'), true));
        expect(await look()).toBe(before);
      }
    });

    it('come back when the mode is changed with the content', async () => {
      const narrow = await kept(fileContent, { ...content(), mode: '0600' });
      expect(narrow).toContain(`${file} root:root 600`);
      const wide = await kept(fileContent, { ...content(), mode: '0644', group: 'adm' });
      expect(wide).toContain(`${file} root:adm 644`);
    });

    it('stay with systemd-dropin', async () => {
      const between = await kept(systemdDropin, {
        kind: 'systemd-dropin',
        unit: 'lab-attributes.service',
        name: 'bulwark.conf',
        content: '[Service]\nNice=1\n',
      });
      expect(between).toContain(`${dropin} user.note 6869`);
    });

    it('stay with the files of accounts', async () => {
      const between = await kept(account, {
        kind: 'account',
        user: 'deploy',
        action: {
          do: 'lock',
          shell: '/usr/sbin/nologin',
          leaveGroups: [],
          authorizedKeys: [keys],
          sudoersFiles: [],
        },
      });
      expect(between).toContain('/etc/passwd user.note 6869');
    });

    it('need no word where they stay', async () => {
      expect(value(await fileContent.inspect(content(), bench.context('attributes-words'))).words).toEqual(
        [],
      );
    });
  } else {
    it('are not carried by this host, and that is said before', async () => {
      const inspected = value(await fileContent.inspect(content(), bench.context('attributes-words')));
      expect(inspected.words.join()).toContain('extended attributes and ACLs');
    });
  }
});
