import type { VersionName } from './versions.ts';

/** An Elasticsearch node that scenarios start from: it ran once (or never), was stopped, and became a layer. */
export interface Node {
  readonly id: string;
  readonly version: VersionName;
  readonly layout: 'archive' | 'package';
  /** Lines appended to elasticsearch.yml before the first start. */
  readonly settings: readonly string[];
  /** Further variables of the recipe `layers/seed-<layout>.sh`, which explains them. */
  readonly options: Readonly<Record<string, string>>;
  /**
   * Names of the nodes of a cluster that ran together once (`layers/seed-cluster.sh`); the layer then holds the data of
   * every one of them, and a host keeps that of its own.
   */
  readonly members?: readonly string[];
}

const NAMES = ['cluster.name: orders', 'node.name: node-1'];
const ON_ALL_INTERFACES = 'http.host: 0.0.0.0';
const OPEN = [...NAMES, ON_ALL_INTERFACES, 'xpack.security.enabled: false'];

/** Made up: the plain-text password in the open nodes' settings. A canary that must never leave the host. */
export const LEFT_PASSWORD = 'lab-plain-bind-9f3c';

/**
 * Left by somebody who tried a directory login and switched it off again: the password stayed in plain text although
 * the keystore knows `secure_bind_password`. The node starts with either, security on or off.
 */
const PLAIN_TEXT_SECRET = [
  'xpack.security.authc.realms.ldap.corp.order: 5',
  'xpack.security.authc.realms.ldap.corp.enabled: false',
  'xpack.security.authc.realms.ldap.corp.url: "ldap://127.0.0.1:389"',
  'xpack.security.authc.realms.ldap.corp.bind_dn: "cn=search,dc=corp,dc=example"',
  `xpack.security.authc.realms.ldap.corp.bind_password: "${LEFT_PASSWORD}"`,
  'xpack.security.authc.realms.ldap.corp.user_search.base_dn: "dc=corp,dc=example"',
];

const NESTED = `cluster:
  name: orders
node:
  name: node-1
path:
  data: /srv/search/data
http:
  host: 0.0.0.0
xpack:
  security:
    enabled: false
    authc:
      realms:
        ldap:
          corp:
            order: 5
            enabled: false
            url: "ldap://127.0.0.1:389"
            bind_dn: "cn=search,dc=corp,dc=example"
            bind_password: "${LEFT_PASSWORD}"
            user_search:
              base_dn: "dc=corp,dc=example"`.split('\n');

/** Three nodes that listen on real addresses, so that the bootstrap checks count; without memory maps one less of them. */
const THREE_NODES = ['node-1', 'node-2', 'node-3'];
const IN_CLUSTER = ['cluster.name: orders', 'node.store.allow_mmap: false'];

export const NODES = {
  open7: {
    id: 'seed-open-7',
    version: '7.17.29',
    layout: 'archive',
    settings: [...OPEN, ...PLAIN_TEXT_SECRET],
    options: {},
  },
  open8: {
    id: 'seed-open-8',
    version: '8.19.21',
    layout: 'archive',
    settings: [...OPEN, ...PLAIN_TEXT_SECRET],
    options: {},
  },
  open9: {
    id: 'seed-open-9',
    version: '9.4.3',
    layout: 'archive',
    settings: [...OPEN, ...PLAIN_TEXT_SECRET],
    options: {},
  },
  openWithData8: {
    id: 'seed-open-with-data-8',
    version: '8.19.21',
    layout: 'archive',
    settings: [...OPEN, ...PLAIN_TEXT_SECRET],
    options: { FILL: 'yes' },
  },
  neverStarted8: {
    id: 'seed-never-started-8',
    version: '8.19.21',
    layout: 'archive',
    settings: NAMES,
    options: { RUN: 'no' },
  },
  halfSecured8: {
    id: 'seed-half-secured-8',
    version: '8.19.21',
    layout: 'archive',
    settings: OPEN,
    options: { FILL: 'yes', FORGET: '^xpack\\.security' },
  },
  autoThenOff8: {
    id: 'seed-auto-then-off-8',
    version: '8.19.21',
    layout: 'archive',
    settings: [...NAMES, ON_ALL_INTERFACES],
    options: { SWITCH_OFF: 'yes' },
  },
  confElsewhere8: {
    id: 'seed-conf-elsewhere-8',
    version: '8.19.21',
    layout: 'archive',
    settings: NESTED,
    options: { CONFIG: '/srv/search/conf', DATA: '/srv/search/data' },
  },
  package8: {
    id: 'seed-package-8',
    version: '8.19.21',
    layout: 'package',
    settings: [],
    options: { AUTO: 'yes' },
  },
  packageOpen8: {
    id: 'seed-package-open-8',
    version: '8.19.21',
    layout: 'package',
    settings: OPEN,
    options: {},
  },
  packageOpen9: {
    id: 'seed-package-open-9',
    version: '9.4.3',
    layout: 'package',
    settings: OPEN,
    options: {},
  },
  cluster7: {
    id: 'seed-cluster-7',
    version: '7.17.29',
    layout: 'archive',
    // As most clusters of this age: not a word about security.
    settings: IN_CLUSTER,
    options: {},
    members: THREE_NODES,
  },
  cluster8: {
    id: 'seed-cluster-8',
    version: '8.19.21',
    layout: 'archive',
    settings: [...IN_CLUSTER, 'xpack.security.enabled: false'],
    options: {},
    members: THREE_NODES,
  },
  cluster9: {
    id: 'seed-cluster-9',
    version: '9.4.3',
    layout: 'archive',
    settings: [...IN_CLUSTER, 'xpack.security.enabled: false'],
    options: {},
    members: THREE_NODES,
  },
} as const satisfies Readonly<Record<string, Node>>;
