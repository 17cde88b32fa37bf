import { describe, expect, it } from 'vitest';
import { isLoginShell, parseGroups, parsePasswd } from './accounts.ts';
import { asRange, isCidr, isIpv6, reachOf } from './address.ts';
import { currentKeystoreFormat, parseKeystoreHeader } from './keystore-header.ts';
import { isEncrypted, mountOf, parseBlockDevices, parseMounts } from './mounts.ts';
import { secretsInAssignments, secretsInYaml } from './plaintext-secrets.ts';
import { parseListeningSockets } from './proc-net.ts';
import { splitSections } from './sections.ts';
import { secureNameOf } from './secure-settings.ts';
import { parseSudoers, ruleNames } from './sudoers.ts';
import { parseSystemdEnvironment, parseSystemdShow } from './systemd-show.ts';
import { atLeast, compareVersions } from './version.ts';

describe('keystore header', () => {
  const name = '3f d7 6c 17 16 65 6c 61 73 74 69 63 73 65 61 72 63 68 2e 6b 65 79 73 74 6f 72 65';
  it.each([
    [`${name} 00 00 00 07 01`, { formatVersion: 7, passwordProtected: true }],
    [` ${name}\n 00 00 00 04 00\n`, { formatVersion: 4, passwordProtected: false }],
    [`${name} 00 00 00 07 05`, undefined],
    ['3f d7 6c 17', undefined],
    ['', undefined],
    [`ff ${name} 00 00 00 07`, undefined],
  ])('%j', (hex, header) => expect(parseKeystoreHeader(hex)).toEqual(header));

  it.each([
    ['7.17.29', 4],
    ['8.0.0', 5],
    ['8.11.3', 5],
    ['8.14.0', 6],
    ['8.19.21', 7],
    ['9.4.3', 7],
  ])('%s writes format %i', (version, format) => expect(currentKeystoreFormat(version)).toBe(format));
});

describe('versions', () => {
  it('compares numbers, not text', () => {
    expect(compareVersions('8.9.0', '8.19.0')).toBeLessThan(0);
    expect(compareVersions('9.0.0', '8.19.21')).toBeGreaterThan(0);
    expect(compareVersions('8.0.0-rc1', '8.0.0')).toBe(0);
    expect(atLeast('8.0.0', '8.0')).toBe(true);
  });
});

describe('accounts', () => {
  it('reads passwd and group, skips what is neither', () => {
    expect(
      parsePasswd('root:x:0:0:root:/root:/bin/bash\nbad\n+::::::\nes:x:998:998::/nonexistent:/bin/false\n'),
    ).toEqual([
      { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
      { name: 'es', uid: 998, gid: 998, home: '/nonexistent', shell: '/bin/false' },
    ]);
    expect(parseGroups('sudo:x:27:ada,bob\nempty:x:5:\n')).toEqual([
      { name: 'sudo', gid: 27, members: ['ada', 'bob'] },
      { name: 'empty', gid: 5, members: [] },
    ]);
  });

  it('an empty shell is a shell', () => {
    expect(['/bin/bash', '/bin/sh', ''].every(isLoginShell)).toBe(true);
    expect(['/bin/false', '/sbin/nologin', '/usr/sbin/nologin', '/usr/bin/true'].some(isLoginShell)).toBe(
      false,
    );
  });
});

describe('sudoers', () => {
  const lines = (text: string, file = '/etc/sudoers') =>
    text.split('\n').map((line, index) => ({ file, line: index + 1, text: line }));
  const account = { name: 'deploy', uid: 1001, groups: ['deploy', 'ops'] };
  it.each([
    ['deploy ALL=(ALL) ALL', true],
    ['%ops ALL=(ALL:ALL) NOPASSWD: /bin/x', true],
    ['#1001 ALL=ALL', true],
    ['ALL ALL=(ALL) /bin/true', true],
    ['ada, deploy  web = ALL', true],
    ['User_Alias ADMINS = ada, deploy\nADMINS ALL = ALL', true],
    ['User_Alias A = ada : B = deploy\nB ALL = ALL', true],
    ['deploy \\\n  ALL=ALL', true],
    ['root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL', false],
    ['# deploy ALL=ALL', false],
    ['Defaults:deploy !requiretty', false],
    ['@includedir /etc/sudoers.d', false],
    ['deployer ALL=ALL', false],
  ])('%j', (text, concerned) => {
    expect(parseSudoers(lines(text)).some((rule) => ruleNames(rule, account))).toBe(concerned);
  });

  it('knows the line where a rule begins', () => {
    expect(parseSudoers(lines('# x\n\ndeploy \\\n ALL=ALL'))).toMatchObject([
      { line: 3, text: 'deploy ALL=ALL' },
    ]);
  });
});

describe('systemctl show', () => {
  it('reads properties and environments', () => {
    const shown = parseSystemdShow('User=es\nEnvironment=A=1 "B=two words" C=x=y\nnoise\n');
    expect(shown.get('User')).toBe('es');
    expect([...parseSystemdEnvironment(shown.get('Environment') ?? '')]).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['C', 'x=y'],
    ]);
  });
});

describe('sockets', () => {
  const line = (address: string, port: string, state = '0A', inode = '77') =>
    `   0: ${address}:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1001        0 ${inode} 1 0 100 0`;
  it.each([
    ['00000000', '0.0.0.0'],
    ['0100007F', '127.0.0.1'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000001000000', '::1'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
    ['B80D0120000000000000000001000000', '2001:db8::1'],
  ])('%s is %s', (hex, address) =>
    expect(parseListeningSockets(line(hex, '23F0'))).toEqual([{ address, port: 9200, inode: '77' }]),
  );
  it('ignores connections and headings', () =>
    expect(parseListeningSockets(`  sl  local_address\n${line('00000000', '23F0', '01')}`)).toEqual([]));
});

describe('addresses', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', '::ffff:10.0.0.1', 'fd00:1:2:3:4:5:6:7'])(
    '%s is one',
    (text) => expect(isCidr(text)).toBe(true),
  );
  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0/33',
    'host',
    '::1::',
    '2001:db8::/129',
    '1.2.3.4/8/8',
    '1.2.3.4/',
    'fd00:1:2:3:4:5:6:7:8',
    '12345::',
  ])('%j is none', (text) => expect(isCidr(text)).toBe(false));
  it.each([
    ['0.0.0.0', 'every'],
    ['::', 'every'],
    ['127.0.0.53', 'loopback'],
    ['::1', 'loopback'],
    ['10.1.1.1', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['8.8.8.8', 'public'],
    ['fe80::1%eth0', 'private'],
    ['fd00::1', 'private'],
    ['2001:db8::1', 'public'],
  ] as const)('%s is %s', (address, reach) => expect(reachOf(address)).toBe(reach));
  it('makes ranges of one', () => {
    expect(asRange('10.0.0.1')).toBe('10.0.0.1/32');
    expect(asRange('fd00::1')).toBe('fd00::1/128');
    expect(asRange('10.0.0.0/8')).toBe('10.0.0.0/8');
    expect(isIpv6('fd00::1')).toBe(true);
  });
});

describe('storage', () => {
  const mounts = parseMounts(
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n30 22 253:1 / /var/lib/my\\040data rw - xfs /dev/mapper/esdata rw\nbad\n',
  );
  it('finds the mount that holds a path', () => {
    expect(mountOf(mounts, '/var/lib/my data/x')).toMatchObject({
      source: '/dev/mapper/esdata',
      device: '253:1',
    });
    expect(mountOf(mounts, '/var/lib/my database')).toMatchObject({ point: '/' });
  });
  const devices = parseBlockDevices(
    'sda|8:0|||\nsda1|8:1|||\ndm-0|253:0|CRYPT-LUKS2-abc|crypt|sda1\ndm-1|253:1|LVM-x|vg-data|dm-0\ndm-2|253:2|LVM-y|vg-mix|dm-0,sda1\ndm-3|253:3|CRYPT-VERITY-z|v|sda1\n',
  );
  it.each([
    ['sda1', false],
    ['dm-0', true],
    ['dm-1', true],
    ['dm-2', false],
    ['dm-3', false],
  ])('%s', (name, encrypted) => {
    const device = devices.find((one) => one.name === name);
    expect(device && isEncrypted(device, devices)).toBe(encrypted);
  });
});

describe('clear-text secrets', () => {
  it('names settings and remarks, never values', () => {
    const found = secretsInYaml(
      'cluster.name: x\nxpack:\n  security.http.ssl.keystore:\n    password: hunter22\n    path: certs/a.p12\nfoo.token: ${TOKEN}\nbar.token: ${TOKEN:dflt}\n# old.password: hunter23\n# the password: see the wiki\nempty.password: ""\n',
    );
    expect(found).toEqual([
      {
        line: 4,
        name: 'xpack.security.http.ssl.keystore.password',
        keystoreName: 'xpack.security.http.ssl.keystore.secure_password',
        comment: false,
      },
      { line: 7, name: 'bar.token', keystoreName: undefined, comment: false },
      { line: 8, name: 'old.password', keystoreName: undefined, comment: true },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/hunter/);
  });

  it('reads a broken settings file line by line', () => {
    expect(secretsInYaml('a: [\nx.password: hunter22\n')).toMatchObject([{ line: 2, name: 'x.password' }]);
  });

  it.each([
    ['-Djavax.net.ssl.trustStorePassword=abc', ['javax.net.ssl.trustStorePassword']],
    ['8-13:-Dx.secret=1', ['x.secret']],
    ['ES_JAVA_OPTS="-Xmx1g -Da.password=abc"', ['a.password']],
    ['Environment="ELASTIC_PASSWORD=abc" OTHER=1', ['ELASTIC_PASSWORD']],
    ['Environment=ELASTIC_PASSWORD=abc', ['ELASTIC_PASSWORD']],
    ['ES_KEYSTORE_PASSPHRASE_FILE=/run/pass', []],
    ['-Xlog:gc*,gc+age=trace', []],
    ['#ES_PASSWORD=', []],
    ['# The passphrase: is asked for', []],
    ['PASSWORD=$OTHER', []],
    ['tool --password=abc', ['password']],
    ['-D'.repeat(200_000), []],
  ])('%s', (line, names) => expect(secretsInAssignments(line).map((one) => one.name)).toEqual(names));

  it.each([
    [
      'xpack.security.transport.ssl.truststore.password',
      'xpack.security.transport.ssl.truststore.secure_password',
    ],
    ['xpack.security.http.ssl.key_passphrase', 'xpack.security.http.ssl.secure_key_passphrase'],
    [
      'xpack.security.authc.realms.ldap.corp.bind_password',
      'xpack.security.authc.realms.ldap.corp.secure_bind_password',
    ],
    ['xpack.monitoring.exporters.m.auth.password', 'xpack.monitoring.exporters.m.auth.secure_password'],
    ['bootstrap.password', 'bootstrap.password'],
    ['s3.client.default.secret_key', 's3.client.default.secret_key'],
    ['node.attr.password', undefined],
  ])('%s belongs into %s', (key, name) => expect(secureNameOf(key)).toBe(name));
});

it('sections cannot be faked by content', () => {
  const text = '@@ a one two\nx\n @@ b\n@@ c\n\n';
  expect(splitSections(text)).toEqual([
    { name: 'a', rest: 'one two', body: 'x\n @@ b' },
    { name: 'c', rest: '', body: '' },
  ]);
});
