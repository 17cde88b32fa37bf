/** Facts of hosts as tests need them: a healthy node, the open node that the lab starts, and anything in between. */
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import type { Fact } from '../../shared/domain/fact.ts';
import type {
  Account,
  EsSettings,
  FactId,
  Facts,
  FactTypes,
  FileFact,
  YamlSettingFact,
} from '../../shared/domain/facts.ts';
import type { ClusterFact } from '../../shared/domain/topology.ts';
import { authority, certificateFiles, layerTls, leaf } from './certificates.ts';
import { kibana } from './kibana.ts';
import { healthyTopology } from './topology.ts';

export const at = '2026-01-02T03:04:05.000Z';

export function known<T>(value: T, where = 'a test'): Fact<T> {
  return { status: 'known', value, where, at };
}
export const notKnown = {
  status: 'unknown',
  reason: 'It can be read by root only.',
  remedy: 'Let Bulwark use sudo.',
  where: 'a test',
  at,
} as const;
export const broken = { status: 'error', reason: 'It broke.', where: 'a test', at } as const;

export const install: EsInstall = {
  layout: 'archive',
  version: '8.19.21',
  home: '/opt/elasticsearch',
  pathConf: '/opt/elasticsearch/config',
  pathData: ['/opt/elasticsearch/data'],
  pathLogs: '/opt/elasticsearch/logs',
  unit: 'elasticsearch.service',
  user: 'elasticsearch',
  group: 'elasticsearch',
  httpPort: 9200,
  transportPort: 9300,
};

export const packageInstall: EsInstall = {
  ...install,
  layout: 'package',
  home: '/usr/share/elasticsearch',
  pathConf: '/etc/elasticsearch',
  pathData: ['/var/lib/elasticsearch'],
  pathLogs: '/var/log/elasticsearch',
};

export const account: Account = {
  name: 'elasticsearch',
  uid: 998,
  gid: 998,
  group: 'elasticsearch',
  home: '/nonexistent',
  shell: '/usr/sbin/nologin',
  password: 'locked',
  groups: ['elasticsearch'],
  authorizedKeys: [],
  sudoRules: [],
};

export const person: Account = {
  ...account,
  name: 'deploy',
  uid: 1001,
  gid: 1001,
  group: 'deploy',
  home: '/home/deploy',
  shell: '/bin/bash',
  password: 'set',
  groups: ['deploy'],
  authorizedKeys: ['/home/deploy/.ssh/authorized_keys'],
  sudoRules: [
    { file: '/etc/sudoers.d/deploy', line: 1, text: 'deploy ALL=(ALL:ALL) NOPASSWD: ALL', dedicated: true },
  ],
};

export function file(
  path: string,
  mode: string,
  owner = 'elasticsearch',
  group = owner,
  type: FileFact['type'] = 'file',
): FileFact {
  return { path, type, owner, group, mode: mode.padStart(4, '0'), size: 10 };
}

export function setting(key: string, value: string, line = 1): YamlSettingFact {
  return { key, value, values: value === '' ? [] : value.split(','), line, secretLike: false };
}

export function settings(...list: readonly YamlSettingFact[]): EsSettings {
  return {
    path: `${install.pathConf}/elasticsearch.yml`,
    digest: 'a'.repeat(64),
    settings: list,
    duplicates: [],
    symlink: false,
  };
}

const on = [
  setting('xpack.security.enabled', 'true', 3),
  setting('xpack.security.http.ssl.enabled', 'true', 5),
  setting('xpack.security.transport.ssl.enabled', 'true', 8),
  setting('xpack.security.transport.ssl.verification_mode', 'certificate', 9),
  setting('xpack.security.http.ssl.certificate', 'certs/node.crt', 10),
  setting('xpack.security.transport.ssl.certificate', 'certs/node.crt', 11),
  setting('xpack.security.transport.ssl.certificate_authorities', 'certs/http_ca.crt', 12),
  setting('xpack.security.http.ssl.client_authentication', 'required', 13),
  setting('xpack.security.http.ssl.certificate_authorities', 'certs/http_ca.crt', 14),
];

export const ruleset =
  'table inet filter {\n  chain input { type filter hook input priority filter; policy drop; }\n}';

/** A secured archive node behind a firewall on encrypted storage, asked with a right credential. */
export const healthy: FactTypes = {
  'host-system': {
    hostname: 'node-1',
    operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
    kernel: 'Linux 6.1.0',
    virtualization: 'none',
    systemd: true,
    addresses: ['10.1.0.11'],
    sshPort: 22,
    operatorAddress: '10.1.0.1',
    uid: 0,
  },
  'es-install': install,
  'es-process': {
    pid: 700,
    user: 'elasticsearch',
    uid: 998,
    group: 'elasticsearch',
    argumentsShown: ['-Xms1g'],
    secretLikeArguments: [],
    ageSeconds: 4000,
  },
  'service-account': account,
  'es-settings': settings(...on),
  'es-files': [
    file('/opt', '755', 'root', 'root', 'directory'),
    file('/opt/elasticsearch', '755', 'elasticsearch', 'elasticsearch', 'directory'),
    file('/opt/elasticsearch/config', '750', 'elasticsearch', 'elasticsearch', 'directory'),
    file('/opt/elasticsearch/config/elasticsearch.yml', '660'),
    file('/opt/elasticsearch/config/elasticsearch.keystore', '660'),
  ],
  keystore: {
    path: '/opt/elasticsearch/config/elasticsearch.keystore',
    exists: true,
    formatVersion: 7,
    passwordProtected: true,
    file: file('/opt/elasticsearch/config/elasticsearch.keystore', '660'),
    digest: 'b'.repeat(64),
    unattended: {
      by: 'passphrase-file',
      path: '/opt/elasticsearch/keystore-password',
      file: file('/opt/elasticsearch/keystore-password', '600'),
    },
  },
  'certificate-files': certificateFiles,
  'file-realm': { path: '/opt/elasticsearch/config', users: [], rolesOnly: [], rolesInFile: false },
  'plaintext-secrets': [],
  firewall: {
    manager: 'nftables',
    available: ['nftables'],
    inboundDefault: 'drop',
    ruleset,
    ports: [
      { port: 9200, access: 'sources', sources: ['10.1.0.1'] },
      { port: 9300, access: 'nobody', sources: [] },
    ],
    loadedAtBoot: true,
  },
  listeners: [
    { address: '::', port: 9200, pid: 700 },
    { address: '127.0.0.1', port: 9300, pid: 700 },
    { address: '0.0.0.0', port: 22, pid: undefined },
  ],
  storage: [
    {
      path: '/opt/elasticsearch/data',
      mount: '/opt',
      source: '/dev/mapper/data',
      fileSystem: 'ext4',
      encryption: 'luks',
      detail: 'a dm-crypt device',
    },
  ],
  'block-devices': {
    devices: [
      { path: '/dev/sdb', bytes: 68_719_476_736, model: 'QEMU HARDDISK' },
      {
        path: '/dev/sda',
        bytes: 34_359_738_368,
        model: 'QEMU HARDDISK',
        obstacle: { reason: 'system', detail: '' },
      },
    ],
    omitted: 0,
    used: [{ path: '/opt/elasticsearch/data', bytes: 3_221_225_472 }],
  },
  swap: { container: '', active: [], boot: [], idle: [], makers: [], locked: { kib: 0 }, swappiness: 60 },
  'data-directories': [{ path: '/opt/elasticsearch/data', empty: false, indices: 3, freeBytes: 1e9 }],
  'node-answers': {
    http: 'tls',
    transport: 'tls',
    anonymous: 'refused',
    securityEnabled: true,
    clusterUuid: 'u',
    version: '8.19.21',
    userIndices: 2,
    securityIndices: 1,
    nodeCount: 1,
    tlsVerifiedByCa: true,
    tls: { http: layerTls(), transport: layerTls() },
    certificates: [leaf, authority].map(({ subject, issuer, serial, notAfter }) => ({
      path: subject === leaf.subject ? 'certs/node.crt' : 'certs/http_ca.crt',
      alias: undefined,
      subject,
      issuer,
      serial,
      notAfter,
      hasPrivateKey: subject === leaf.subject,
    })),
    running: { 'xpack.security.enabled': 'true' },
    identities: {
      users: [
        { name: 'elastic', enabled: true, reserved: true, roles: ['superuser'] },
        { name: 'kibana_system', enabled: true, reserved: true, roles: ['kibana_system'] },
      ],
      roles: { count: 0, broad: [], names: ['superuser', 'kibana_system', 'viewer'] },
      mappings: [],
      apiKeys: [],
      elasticStored: true,
    },
    authenticated: 'yes',
    weakBuiltins: [],
    notes: [],
  },
  outside: {
    ports: [
      { port: 9200, state: 'tls', answersStranger: 'no', detail: '401' },
      { port: 9300, state: 'filtered', answersStranger: 'no', detail: 'no answer' },
    ],
  },
  topology: ownCluster('host-1'),
  kibana,
  'kibana-peers': [],
};

function ownCluster(hostId: string): ClusterFact {
  const found = healthyTopology.clusterOf(hostId);
  if (!found) throw new Error(`${hostId} is in no cluster`);
  return found;
}

/** What the lab's `open-fresh` shows: everybody is answered, a person's account runs it, no index yet. */
export const open: FactTypes = {
  ...healthy,
  kibana: null,
  'es-install': { ...install, user: 'deploy', group: 'deploy' },
  'es-process': {
    pid: 700,
    user: 'deploy',
    uid: 1001,
    group: 'deploy',
    argumentsShown: [],
    secretLikeArguments: [],
    ageSeconds: 4000,
  },
  'service-account': person,
  'es-settings': settings(setting('cluster.name', 'lab', 1), setting('xpack.security.enabled', 'false', 2)),
  'es-files': [
    file('/opt', '755', 'root', 'root', 'directory'),
    file('/opt/elasticsearch', '755', 'deploy', 'deploy', 'directory'),
    file('/opt/elasticsearch/config', '755', 'deploy', 'deploy', 'directory'),
    file('/opt/elasticsearch/config/elasticsearch.yml', '644', 'deploy'),
    file('/opt/elasticsearch/config/elasticsearch.keystore', '644', 'deploy'),
  ],
  keystore: {
    ...healthy.keystore,
    passwordProtected: false,
    unattended: { by: 'nothing' },
    file: file('/opt/elasticsearch/config/elasticsearch.keystore', '644', 'deploy'),
  },
  'certificate-files': { pem: [], keys: [], stores: [] },
  'plaintext-secrets': [
    {
      file: '/opt/elasticsearch/config/elasticsearch.yml',
      line: 4,
      name: 'xpack.security.authc.realms.ldap.l1.bind_password',
      keystoreName: 'xpack.security.authc.realms.ldap.l1.secure_bind_password',
      where: 'elasticsearch.yml',
    },
  ],
  firewall: {
    manager: 'none',
    available: ['nftables'],
    inboundDefault: 'none',
    ruleset: '',
    ports: [
      { port: 9200, access: 'everyone', sources: [] },
      { port: 9300, access: 'everyone', sources: [] },
    ],
    loadedAtBoot: false,
  },
  listeners: [
    { address: '0.0.0.0', port: 9200, pid: 700 },
    { address: '0.0.0.0', port: 9300, pid: 700 },
    { address: '0.0.0.0', port: 22, pid: undefined },
  ],
  storage: [
    {
      path: '/opt/elasticsearch/data',
      mount: '/',
      source: '/dev/sda1',
      fileSystem: 'ext4',
      encryption: 'none',
      detail: 'no dm-crypt',
    },
  ],
  'data-directories': [{ path: '/opt/elasticsearch/data', empty: false, indices: 0, freeBytes: 1e9 }],
  'node-answers': {
    ...healthy['node-answers'],
    http: 'clear',
    transport: 'clear',
    anonymous: 'answered',
    securityEnabled: false,
    userIndices: 0,
    securityIndices: 0,
    tlsVerifiedByCa: undefined,
    tls: {},
    certificates: undefined,
    running: { 'xpack.security.enabled': 'false' },
    identities: undefined,
    authenticated: 'no-credential',
    weakBuiltins: undefined,
  },
  outside: {
    ports: [
      { port: 9200, state: 'clear', answersStranger: 'yes', detail: '200' },
      { port: 9300, state: 'clear', answersStranger: 'no', detail: '' },
    ],
  },
};

/** Nothing was ever started: no data, no keystore, nobody listens. */
export const neverStarted: FactTypes = {
  ...open,
  'es-process': null,
  'es-settings': settings(),
  keystore: {
    path: open.keystore.path,
    exists: false,
    formatVersion: undefined,
    passwordProtected: undefined,
    file: undefined,
    digest: undefined,
  },
  'plaintext-secrets': [],
  listeners: [{ address: '0.0.0.0', port: 22, pid: undefined }],
  'data-directories': [{ path: '/opt/elasticsearch/data', empty: true, indices: 0, freeBytes: undefined }],
  'node-answers': {
    ...open['node-answers'],
    http: 'closed',
    transport: 'closed',
    anonymous: 'not-asked',
    securityEnabled: undefined,
    userIndices: undefined,
    securityIndices: undefined,
    running: undefined,
    nodeCount: undefined,
    clusterUuid: undefined,
  },
};

export type Changes = { readonly [K in FactId]?: FactTypes[K] };

/** Known facts of a host, with some of them replaced. */
export function factsOf(base: FactTypes, changes: Changes = {}): Facts {
  return Object.fromEntries(
    Object.entries({ ...base, ...changes }).map(([id, value]) => [id, known(value, id)]),
  );
}

/** The same, and these facts could not be read. */
export function without(base: FactTypes, ...ids: readonly FactId[]): Facts {
  return { ...factsOf(base), ...Object.fromEntries(ids.map((id) => [id, notKnown])) };
}

export function failing(base: FactTypes, id: FactId): Facts {
  return { ...factsOf(base), [id]: broken };
}

/** Reading worked, and there is neither Elasticsearch nor Kibana. */
export const noElasticsearch: Facts = { 'es-install': known(null), kibana: known(null) };
