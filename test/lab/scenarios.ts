import { NODES, type Node } from './nodes.ts';
import { type Packages, VARIANTS, type VariantName } from './variants.ts';

/** When `up` may say that the host is up. */
export type Readiness =
  | { readonly kind: 'ssh' }
  /** Elasticsearch answers on port 9200 with this status to a stranger. */
  | { readonly kind: 'http'; readonly scheme: 'http' | 'https'; readonly status: number }
  /** As `http` for everybody, and its cluster is green with this many nodes. */
  | { readonly kind: 'cluster'; readonly nodes: number };

/** A host that starts badly (or well) configured. Data: the promises are kept by layers and preparation scripts. */
export interface Scenario {
  readonly description: string;
  readonly debian: 12 | 13;
  /** Node the host starts from; absent on hosts without Elasticsearch. */
  readonly node?: Node;
  readonly prepare: readonly string[];
  readonly variants: readonly VariantName[];
  readonly ready: Readiness;
  /** Present on hosts that run a Linux of their own (user-mode-linux) instead of sharing the outer one. */
  readonly ownKernel?: {
    readonly megabytes: number;
    readonly packages?: Packages;
    /** Names of scripts in `preparations/` that run as root inside the host once it is up. */
    readonly settle: readonly string[];
  };
}

const SSH: Readiness = { kind: 'ssh' };
const ANSWERS_EVERYBODY: Readiness = { kind: 'http', scheme: 'http', status: 200 };
const ASKS_IN_CLEAR: Readiness = { kind: 'http', scheme: 'http', status: 401 };
const ASKS_OVER_TLS: Readiness = { kind: 'http', scheme: 'https', status: 401 };

export const CARELESS_ARCHIVE: readonly string[] = ['archive-unit', 'careless-modes', 'deploy-sudo'];

/** A Debian host without Elasticsearch and with one habit. */
function hostWith(variant: VariantName): Scenario {
  const { description } = VARIANTS[variant];
  return {
    description: `No Elasticsearch; ${description}`,
    debian: 12,
    prepare: [],
    variants: [variant],
    ready: SSH,
  };
}

export const SCENARIOS = {
  'open-fresh': {
    description: '8.19.21 unpacked into /opt, run by the login user deploy, open to everybody, no index yet',
    debian: 12,
    node: NODES.open8,
    prepare: CARELESS_ARCHIVE,
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  'open-with-data': {
    description: 'As open-fresh, with 200 documents in the index orders',
    debian: 12,
    node: NODES.openWithData8,
    prepare: CARELESS_ARCHIVE,
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  'open-fresh-9': {
    description: 'As open-fresh with 9.4.3 on Debian 13 and Java 21',
    debian: 13,
    node: NODES.open9,
    prepare: CARELESS_ARCHIVE,
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  'open-fresh-7': {
    description: 'As open-fresh with 7.17.29, which does not know how to configure its own security',
    debian: 12,
    node: NODES.open7,
    prepare: CARELESS_ARCHIVE,
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  'never-started': {
    description: '8.19.21 unpacked into /opt with a unit that was never started; no data, no keystore',
    debian: 12,
    node: NODES.neverStarted8,
    prepare: ['archive-unit', 'unit-not-enabled'],
    variants: [],
    ready: SSH,
  },
  'half-secured': {
    description:
      '8.19.21 with data whose auto-configuration was skipped: 401 over plain HTTP, no password known',
    debian: 12,
    node: NODES.halfSecured8,
    prepare: ['archive-unit'],
    variants: [],
    ready: ASKS_IN_CLEAR,
  },
  'auto-then-off': {
    description: '8.19.21 that configured its own security and was switched off again',
    debian: 12,
    node: NODES.autoThenOff8,
    prepare: ['archive-unit'],
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  'conf-elsewhere': {
    description: 'As open-fresh with ES_PATH_CONF and data under /srv/search and a nested elasticsearch.yml',
    debian: 12,
    node: NODES.confElsewhere8,
    prepare: CARELESS_ARCHIVE,
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  'package-default': {
    description: '8.19.21 installed as a Debian package with the vendor’s defaults; no firewall',
    debian: 12,
    node: NODES.package8,
    prepare: [],
    variants: [],
    ready: ASKS_OVER_TLS,
  },
  'package-open': {
    description: '8.19.21 installed as a Debian package, security off, open to everybody, no index',
    debian: 12,
    node: NODES.packageOpen8,
    prepare: [],
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  'package-open-9': {
    description: 'As package-open with 9.4.3 on Debian 13 and Java 21',
    debian: 13,
    node: NODES.packageOpen9,
    prepare: [],
    variants: [],
    ready: ANSWERS_EVERYBODY,
  },
  healthy: {
    description: 'As package-default with a firewall that lets in ssh and one machine to 9200',
    debian: 12,
    node: NODES.package8,
    prepare: ['firewall'],
    variants: [],
    ready: ASKS_OVER_TLS,
  },
  bare: { description: 'Debian 12 without Elasticsearch', debian: 12, prepare: [], variants: [], ready: SSH },
  'bare-13': {
    description: 'Debian 13 without Elasticsearch',
    debian: 13,
    prepare: [],
    variants: [],
    ready: SSH,
  },
  'bare-kernel': {
    description: 'Debian 12 without Elasticsearch on a kernel of its own; an empty second disk',
    debian: 12,
    prepare: [],
    variants: [],
    ready: SSH,
    ownKernel: { megabytes: 512, settle: [] },
  },
  'open-kernel': {
    description: 'As open-fresh on a kernel of its own: real restarts, swap, limits and kernel settings',
    debian: 12,
    node: NODES.open8,
    prepare: CARELESS_ARCHIVE,
    variants: [],
    ready: ANSWERS_EVERYBODY,
    ownKernel: { megabytes: 1500, settle: [] },
  },
  'spare-disk': {
    description: 'As open-fresh on a kernel of its own, with cryptsetup and an empty second disk',
    debian: 12,
    node: NODES.open8,
    prepare: CARELESS_ARCHIVE,
    variants: [],
    ready: ANSWERS_EVERYBODY,
    ownKernel: { megabytes: 1500, packages: { id: 'cryptsetup', add: ['cryptsetup'] }, settle: [] },
  },
  'bare-spare-disk': {
    description: 'No Elasticsearch, a kernel of its own, with cryptsetup, XFS tools and an empty second disk',
    debian: 12,
    prepare: [],
    variants: [],
    ready: SSH,
    ownKernel: {
      megabytes: 512,
      packages: { id: 'spare-disk', add: ['cryptsetup', 'xfsprogs', 'attr', 'acl'] },
      settle: [],
    },
  },
  luks: {
    description: 'As open-fresh on a kernel of its own, the data path on a LUKS2 disk',
    debian: 12,
    node: NODES.open8,
    prepare: [...CARELESS_ARCHIVE, 'unit-not-enabled'],
    variants: [],
    ready: ANSWERS_EVERYBODY,
    ownKernel: {
      megabytes: 1500,
      packages: { id: 'cryptsetup', add: ['cryptsetup'] },
      settle: ['data-on-luks'],
    },
  },
  'sudo-password': hostWith('sudo-password'),
  'sudo-forbidden': hostWith('sudo-forbidden'),
  'sudo-missing': hostWith('sudo-missing'),
  'sudo-needs-terminal': hostWith('sudo-needs-terminal'),
  'max-sessions-1': hostWith('max-sessions-1'),
  'no-curl': hostWith('no-curl'),
  busybox: hostWith('busybox'),
  'firewall-ufw': hostWith('ufw'),
  'firewall-firewalld': hostWith('firewalld'),
  'firewall-iptables': hostWith('iptables'),
  'no-posix-shell': hostWith('no-posix-shell'),
  'appliance-shell': hostWith('appliance-shell'),
  'ssh-socket': hostWith('ssh-socket'),
  'ssh-socket-13': {
    description: 'Debian 13 without Elasticsearch; systemd listens on port 22 and starts sshd',
    debian: 13,
    prepare: [],
    variants: ['ssh-socket'],
    ready: SSH,
  },
  'without-systemd': hostWith('without-systemd'),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;

export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name);
}
