/** Extended attributes and ACLs survive a change and its undoing; where a host's tools cannot do that, it is said. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemDigest } from '../../electron/adapters/system/system.ts';
import type { ChangeKindName, ChangeOf } from '../../shared/domain/change.ts';
import type { ChangeKind } from '../../shared/engine/change-kind.ts';
import { account } from '../../shared/engine/changes/account/account.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { fileMode } from '../../shared/engine/changes/file-mode/file-mode.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

// The hosts have no attr and acl tools; Perl is on every Debian and speaks to the kernel itself.
const calls =
  'use POSIX; my ($set, $get, $list) = (POSIX::uname())[4] eq "x86_64" ? (188, 191, 194) : (5, 8, 11);';
const setOne = `perl -e '${calls} my ($p, $n, $v) = @ARGV; $v = pack("H*", $v); syscall($set, $p, $n, $v, length $v, 0) == 0 or die "$p $n: $!"'`;
const showAll = `perl -e '${calls} for my $p (@ARGV) { my $b = "\\0" x 4096; my $l = syscall($list, $p, $b, 4096); next if $l < 0;
  for my $n (sort split /\\0/, substr($b, 0, $l)) { my $v = "\\0" x 4096; my $s = syscall($get, $p, $n, $v, 4096);
    printf "%s %s %s\\n", $p, $n, unpack("H*", substr($v, 0, $s)) } }'`;

/** ACL (version 2): owner rw, user 1000 r, group r, mask rw, others nothing. */
const acl =
  '02000000' +
  ['01000600ffffffff', '02000400e8030000', '04000400ffffffff', '10000600ffffffff', '20000000ffffffff'].join(
    '',
  );
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
      await bench.see(`${showAll} ${paths.join(' ')}`),
      await bench.print(...paths),
      await bench.see('getent passwd deploy; find /home/deploy /srv | sort'),
    ].join('\n');

  beforeAll(async () => {
    bench = await labBench(await lab.up(scenario, { name: `attributes-${scenario}` }));
    await bench.see(`set -e
      mkdir -p /srv/attributes ${dropin.replace(/\/[^/]*$/, '')}; echo old > ${file}; echo '# old' > ${dropin}
      printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/lab-attributes.service; systemctl daemon-reload
      for f in ${paths.join(' ')}; do ${setOne} $f user.note 6869; done
      ${setOne} ${file} system.posix_acl_access ${acl}; ${setOne} ${dropin} system.posix_acl_access ${acl}
      ${setOne} /etc/group trusted.lab 00ff`);
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
  });

  if (scenario === 'bare') {
    it('stay with file-content', async () => {
      const between = await kept(fileContent, content());
      expect(between).toContain(`${file} system.posix_acl_access ${acl}`);
      expect(between).toContain(`${file} user.note 6869`);
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
