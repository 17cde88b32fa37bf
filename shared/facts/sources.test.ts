/** Every source's parser on what hosts print, and on what they should not. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../domain/fact.ts';
import type { FactSource, ProbeFrame } from '../engine/fact-source.ts';
import { dataDirectories } from './data-directories/source.ts';
import { esFiles } from './es-files/source.ts';
import { esInstall } from './es-install/source.ts';
import { esProcess } from './es-process/source.ts';
import { esSettings } from './es-settings/source.ts';
import { firewall } from './firewall/source.ts';
import { hostSystem, isContainer } from './host-system/source.ts';
import { keystore } from './keystore/source.ts';
import { listeners } from './listeners/source.ts';
import { noElasticsearch } from './parse.ts';
import { plaintextSecrets } from './plaintext-secrets/source.ts';
import { serviceAccount } from './service-account/source.ts';
import { probeSources } from './sources.ts';
import { storage } from './storage/source.ts';

const at = '2026-01-02T03:04:05.000Z';
const canary = 'Canary-77x!tZ';
const frame = (text: string, more: Partial<ProbeFrame> = {}): ProbeFrame => ({
  exitCode: 0,
  timedOut: false,
  truncated: false,
  output: new TextEncoder().encode(text),
  ...more,
});

function read<T>(source: FactSource<string, T>, text: string, privileged = true): T {
  const fact = source.parse(frame(text), { at, privileged });
  if (fact.status !== 'known') throw new Error(`${source.id}: ${fact.status} ${fact.reason}`);
  return fact.value;
}

function unknownReason(source: FactSource, text: string, privileged = false): string {
  const fact = source.parse(frame(text), { at, privileged });
  return fact.status === 'unknown' ? `${fact.reason} ${fact.remedy}` : `not unknown: ${fact.status}`;
}

describe.each(probeSources.map((source) => [source.id, source] as [string, FactSource]))(
  '%s',
  (_, source) => {
    const parse = (more: Partial<ProbeFrame>, text = ''): Fact<unknown> =>
      source.parse(frame(text, more), { at, privileged: true });
    it('is unknown when the probe hung, was cut, or found no Elasticsearch', () => {
      expect(parse({ timedOut: true, exitCode: 137 })).toMatchObject({ status: 'unknown' });
      expect(parse({ truncated: true })).toMatchObject({ status: 'unknown' });
      expect(parse({ exitCode: noElasticsearch })).toMatchObject({ status: 'unknown' });
    });
    it('is an error when the probe failed', () =>
      expect(parse({ exitCode: 3 })).toMatchObject({ status: 'error' }));
    it('does not throw on noise', () => {
      for (const text of [
        '',
        '\n',
        '@@',
        '@@ ',
        '@@ name\n',
        'noise\n@@ x y\n\0\u0001',
        '@@ path /x\n@@ text\na: [\n',
      ])
        expect(() => parse({}, text)).not.toThrow();
    });
    it('writes nothing and splices nothing', () => {
      expect(source.probe).not.toMatch(/[^-]>>?\s*(?!\/dev\/null|&)["$/\w]/);
      expect(source.probe).not.toMatch(/\b(?:rm|mv|cp|touch|mkdir|tee|chmod|chown|ln|install|mktemp|eval)\s/);
      expect(source.deadlineSeconds).toBeGreaterThan(0);
      expect(source.deadlineSeconds).toBeLessThanOrEqual(30);
    });
  },
);

it('host-system', () => {
  const text =
    '@@ name\nnode-1\n@@ release\nDebian GNU/Linux 12 (bookworm)\n\n@@ kernel\nLinux 6.1\n@@ virt\nsystemd-nspawn\n@@ systemd\nyes\n@@ uid\n0\n@@ addresses\n127.0.0.1/8\n10.0.0.5/24\nfe80::1/64\n::1/128\n@@ ssh\n10.0.0.1 50000 10.0.0.5 2222\n';
  expect(read(hostSystem, text)).toMatchObject({
    hostname: 'node-1',
    addresses: ['10.0.0.5', 'fe80::1'],
    sshPort: 2222,
    operatorAddress: '10.0.0.1',
    systemd: true,
    uid: 0,
  });
  expect(read(hostSystem, '@@ ssh\n')).toMatchObject({ sshPort: 22, operatorAddress: undefined });
  expect(['systemd-nspawn', 'docker', 'lxc'].every(isContainer)).toBe(true);
  expect(['none', 'kvm', 'unknown', 'uml'].some(isContainer)).toBe(false);
});

describe('es-install', () => {
  const found = (more: string) =>
    `@@ found\nnodes=1\nelsewhere=0\nhome=/opt/es\nconf=/srv/search/conf\nunit=search.service\nuser=es\nversion=8.19.21\nlayout=archive\n${more}`;
  it('puts process, unit, environment and settings together', () => {
    const text = found(
      '@@ unit\nUser=es\nGroup=es\nES_JAVA_HOME=/usr/lib/jvm/a\n@@ environment\nES_JAVA_HOME=/usr/lib/jvm/b\n@@ group\nsearch\nes\n@@ authority\n/srv/search/conf/certs/http_ca.crt\n@@ yml\npath:\n  data: [/d/a/, rel]\npath.logs: /l\nhttp.port: 9250-9260\ntransport.tcp.port: 9350\n',
    );
    expect(read(esInstall, text)).toEqual({
      layout: 'archive',
      version: '8.19.21',
      home: '/opt/es',
      pathConf: '/srv/search/conf',
      pathData: ['/d/a', '/opt/es/rel'],
      pathLogs: '/l',
      unit: 'search.service',
      user: 'es',
      group: 'search',
      javaHome: '/usr/lib/jvm/a',
      httpPort: 9250,
      transportPort: 9350,
      httpCaPath: '/srv/search/conf/certs/http_ca.crt',
    });
  });
  it('falls back to defaults', () => {
    expect(read(esInstall, found(''))).toMatchObject({
      pathData: ['/opt/es/data'],
      pathLogs: '/opt/es/logs',
      httpPort: 9200,
      transportPort: 9300,
      group: 'es',
    });
  });
  it('tells none, several, and one in a container apart', () => {
    expect(read(esInstall, '@@ found\nnodes=0\nelsewhere=0\nhome=\n')).toBeNull();
    expect(unknownReason(esInstall, '@@ found\nnodes=0\nelsewhere=1\nhome=\n')).toMatch(/container/);
    expect(unknownReason(esInstall, found('').replace('nodes=1', 'nodes=2'))).toMatch(
      /2 Elasticsearch nodes/,
    );
    expect(unknownReason(esInstall, found('').replace('version=8.19.21', 'version='))).toMatch(/laid out/);
  });
});

it('es-process keeps names of secrets and nothing else of them', () => {
  const process = read(
    esProcess,
    `@@ pid\n700\n@@ owner\ndeploy|1001|deploy\n@@ age\n55\n@@ arguments\njava\n-Xmx1g\n-Dmy.password=${canary}\n@@ launcher\n-Des.path.conf=/c\n@@ environment\nES_HOME\nELASTIC_PASSWORD\n`,
  );
  expect(process).toMatchObject({
    pid: 700,
    user: 'deploy',
    uid: 1001,
    ageSeconds: 55,
    secretLikeArguments: ['my.password', 'ELASTIC_PASSWORD'],
  });
  expect(JSON.stringify(process)).not.toContain(canary);
  expect(read(esProcess, '@@ pid\n\n')).toBeNull();
});

describe('service-account', () => {
  const text = (sudoers: string) =>
    `@@ name deploy\n@@ passwd\ndeploy:x:1001:1001::/home/deploy:/bin/bash\n@@ groups\ndeploy:x:1001:\nsudo:x:27:ada,deploy\n\n@@ password\nset\n@@ keys\n/home/deploy/.ssh/authorized_keys\n@@ sudoers\n${sudoers}`;
  it('finds rules by name and by group', () => {
    const account = read(
      serviceAccount,
      text(
        '@@ sudoers-file /etc/sudoers\nDefaults env_reset\n%sudo ALL=(ALL:ALL) ALL\n\n@@ sudoers-file /etc/sudoers.d/deploy\ndeploy ALL=ALL\n\n@@ sudoers-file /etc/sudoers.d/old.bak\ndeploy ALL=ALL\n\n@@ sudoers-file /etc/sudoers.d/mixed\ndeploy ALL=ALL\nada ALL=ALL\n\n',
      ),
    );
    expect(account).toMatchObject({
      group: 'deploy',
      groups: ['deploy', 'sudo'],
      password: 'set',
      authorizedKeys: ['/home/deploy/.ssh/authorized_keys'],
    });
    expect(account.sudoRules.map((rule) => [rule.file, rule.line, rule.dedicated])).toEqual([
      ['/etc/sudoers', 2, false],
      ['/etc/sudoers.d/deploy', 1, true],
      ['/etc/sudoers.d/mixed', 1, false],
    ]);
  });
  it('is unknown when sudoers cannot be read, or there is no such account', () => {
    expect(unknownReason(serviceAccount, text('unreadable\n'))).toMatch(/root only/);
    expect(unknownReason(serviceAccount, '@@ name ghost\n@@ passwd\n')).toMatch(/ghost/);
  });
});

describe('es-settings', () => {
  const text = (yml: string) =>
    `@@ path /c/elasticsearch.yml\n@@ symlink\n@@ digest\n${'a'.repeat(64)}\n@@ text\n${yml}\n`;
  it('drops the values of secrets', () => {
    const settings = read(
      esSettings,
      text(`x.password: ${canary}\na:\n  b: 1\na.b: 2\n @@ b: 1\n`.replace(' @@ b: 1\n', '')),
    );
    expect(settings).toMatchObject({
      duplicates: ['a.b'],
      symlink: false,
      settings: [
        { key: 'x.password', value: '[secret]', secretLike: true },
        { key: 'a.b', line: 3 },
        { key: 'a.b', value: '2' },
      ],
    });
    expect(JSON.stringify(settings)).not.toContain(canary);
  });
  it('says missing, closed and broken', () => {
    expect(unknownReason(esSettings, '@@ path /c/elasticsearch.yml\n@@ unreadable\nmissing\n')).toMatch(
      /There is no/,
    );
    expect(unknownReason(esSettings, '@@ path /c/elasticsearch.yml\n@@ unreadable\n')).toMatch(/root only/);
    expect(esSettings.parse(frame(text('a: [')), { at, privileged: true })).toMatchObject({
      status: 'error',
    });
  });
});

it('es-files', () => {
  const text =
    '@@ tree\ndirectory|root|es|2750|10|/c\nregular file|root|es|660|5|/c/elasticsearch.yml\nsymbolic link|root|root|777|5|/c/link\nbad line\n\n@@ places\ndirectory|root|root|755|4|/\ndirectory|root|root|755|4|/opt\n\n';
  expect(read(esFiles, text).map((file) => [file.path, file.type, file.mode])).toEqual([
    ['/', 'directory', '0755'],
    ['/c', 'directory', '2750'],
    ['/c/elasticsearch.yml', 'file', '0660'],
    ['/c/link', 'symlink', '0777'],
    ['/opt', 'directory', '0755'],
  ]);
  expect(unknownReason(esFiles, '@@ tree\ndirectory|root|es|2750|10|/c\n\n@@ places\n')).toMatch(/root only/);
});

it('keystore', () => {
  const header =
    ' 3f d7 6c 17 16 65 6c 61 73 74 69 63 73 65 61 72\n 63 68 2e 6b 65 79 73 74 6f 72 65 00 00 00 07 00\n';
  const text = `@@ path\n/c/elasticsearch.keystore\n@@ state\n@@ stat\nregular file|es|es|660|199|/c/elasticsearch.keystore\n\n@@ header\n${header}@@ digest\n${'b'.repeat(64)}\n`;
  expect(read(keystore, text)).toMatchObject({
    exists: true,
    formatVersion: 7,
    passwordProtected: false,
    file: { mode: '0660' },
    digest: 'b'.repeat(64),
  });
  expect(read(keystore, '@@ path\n/c/k\n@@ state\nmissing\n')).toMatchObject({ exists: false });
  expect(unknownReason(keystore, '@@ path\n/c/k\n@@ state\nclosed\n')).toMatch(/root only/);
  expect(
    unknownReason(keystore, '@@ path\n/c/k\n@@ state\n@@ stat\nregular file|es|es|600|199|/c/k\n'),
  ).toMatch(/root only/);
});

it('plaintext-secrets names every place and no value', () => {
  const text = `@@ yml /c/elasticsearch.yml\nx.ssl.keystore.password: ${canary}\n# y.password: ${canary}\n\n@@ jvm-options /c/jvm.options\n-Dz.secret=${canary}\n\n@@ environment /etc/default/elasticsearch\nELASTIC_PASSWORD=${canary}\n\n@@ unit /etc/systemd/system/es.service\n[Service]\nEnvironment=API_KEY=${canary}\n\n`;
  const secrets = read(plaintextSecrets, text);
  expect(secrets.map((secret) => [secret.where, secret.line, secret.name])).toEqual([
    ['elasticsearch.yml', 1, 'x.ssl.keystore.password'],
    ['comment', 2, 'y.password'],
    ['jvm-options', 1, 'z.secret'],
    ['environment', 1, 'ELASTIC_PASSWORD'],
    ['unit', 2, 'API_KEY'],
  ]);
  expect(JSON.stringify(secrets)).not.toContain(canary);
  expect(unknownReason(plaintextSecrets, '@@ closed /c/elasticsearch.yml\n')).toMatch(/root only/);
});

describe('firewall', () => {
  const json = JSON.stringify({
    nftables: [{ chain: { family: 'inet', table: 'f', name: 'i', hook: 'input', prio: 0, policy: 'drop' } }],
  });
  const text = (more: string, commands = 'nft\n') =>
    `@@ commands\n${commands}@@ ports\n9250|\n@@ uid\n0\n${more}`;
  const live = `@@ text\ntable inet f {\n chain i { type filter hook input priority 0; policy drop; }\n}\n\n@@ json\n${json}\n\n@@ status\nreadable\n`;
  it('reads live rules for the ports that matter', () => {
    const fact = read(firewall, text(`@@ boot\nnftables\n@@ boot-rules\n/etc/nftables.conf\n${live}`));
    expect(fact).toMatchObject({
      manager: 'nftables',
      available: ['nftables'],
      inboundDefault: 'drop',
      loadedAtBoot: true,
    });
    expect(fact.ports.map((port) => port.port)).toEqual(expect.arrayContaining([9200, 9250, 9300]));
  });
  it('knows the other managers', () => {
    expect(read(firewall, text(`@@ ufw\nENABLED=yes\n${live}`)).manager).toBe('ufw');
    expect(read(firewall, text(`@@ firewalld\nactive\n${live}`)).manager).toBe('firewalld');
    const old = read(firewall, text(`@@ legacy\nfilter\n${live}`));
    expect(old.manager).toBe('iptables');
    expect(old.ports.every((port) => port.access === 'undecided')).toBe(true);
    expect(
      read(
        firewall,
        text(
          live.replace(
            'table inet f',
            '# Warning: table ip filter is managed by iptables-nft, do not touch!\ntable inet f',
          ),
        ),
      ).manager,
    ).toBe('iptables');
  });
  it('no rules is not the same as rules that cannot be read', () => {
    expect(
      read(firewall, text('@@ text\n\n@@ json\n{"nftables": []}\n\n@@ status\nreadable\n')),
    ).toMatchObject({ manager: 'none', inboundDefault: 'none' });
    expect(read(firewall, text('', ''))).toMatchObject({ manager: 'none', available: [] });
    expect(unknownReason(firewall, text('@@ text\n\n@@ json\n\n@@ status\n'))).toMatch(/root only/);
    expect(unknownReason(firewall, text(live.replace(json, 'syntax error')), true)).toMatch(
      /not be understood/,
    );
  });
});

it('listeners tell the node’s own sockets', () => {
  const line = (port: string, inode: string) =>
    `   0: 00000000:${port} 00000000:0000 0A 0:0 0:0 0 1001 0 ${inode} 1\n`;
  expect(
    read(listeners, `@@ pid\n700\n@@ sockets\n${line('23F0', '5')}${line('0016', '6')}@@ own\n5\n`),
  ).toEqual([
    { address: '0.0.0.0', port: 9200, pid: 700 },
    { address: '0.0.0.0', port: 22, pid: undefined },
  ]);
});

describe('storage', () => {
  const text = (virt: string, more = '') =>
    `@@ virt\n${virt}\n@@ mounts\n1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 253:0 / /data rw - xfs /dev/mapper/esdata rw\n3 1 0:40 / /tank rw - zfs tank/es rw\n4 1 0:50 / /net rw - nfs4 srv:/x rw\n\n@@ devices\nsda1|8:1|||\ndm-0|253:0|CRYPT-LUKS2-x|esdata|sda1\n\n@@ zfs\ntank/es\taes-256-gcm\n${more}`;
  const judged = (virt: string, directory: string, extra = '') =>
    read(storage, text(virt, `@@ directory ${directory}\nreal=${directory}\n${extra}`))[0]?.encryption;
  it.each([
    ['/var/lib/es', 'none'],
    ['/data/es', 'luks'],
    ['/tank/es', 'zfs'],
    ['/net/es', 'undecidable'],
  ])('%s: %s', (directory, encryption) => expect(judged('kvm', directory)).toBe(encryption));
  it('believes nothing of it in a container', () =>
    expect(judged('systemd-nspawn', '/data/es')).toBe('undecidable'));
  it('sees encryption of a directory', () =>
    expect(judged('none', '/var/lib/es', 'fscrypt=yes\n')).toBe('fscrypt'));
});

it('data-directories', () => {
  const text =
    '@@ directory /a\nfirst=\nindices=0\nfree=100\n@@ directory /b\nfirst=nodes\nindices=3\nfree=\n@@ directory /c\nclosed=yes\nfree=5\n@@ missing\n/d\n';
  expect(read(dataDirectories, text)).toEqual([
    { path: '/a', empty: true, indices: 0, freeBytes: 102_400 },
    { path: '/b', empty: false, indices: 3, freeBytes: undefined },
    { path: '/c', empty: false, indices: undefined, freeBytes: 5120 },
    { path: '/d', empty: true, indices: 0, freeBytes: undefined },
  ]);
});
