import type { SeedSpec } from './layer-catalogue.ts';
import type { VersionName } from './versions.ts';

/** When `up` may say that the host is up. */
export type Readiness =
  | { readonly kind: 'ssh' }
  /** Elasticsearch answers on port 9200 with this status to a stranger. */
  | { readonly kind: 'http'; readonly scheme: 'http' | 'https'; readonly status: number };

/** A host that starts badly (or well) configured. Data: the promises are kept by layers and preparation steps. */
export interface Scenario {
  readonly description: string;
  readonly debian: 12 | 13;
  /** Node the host starts from; absent on hosts without Elasticsearch. */
  readonly seed?: SeedSpec;
  /** Packages added to, or taken from, the host. */
  readonly packages?: {
    readonly id: string;
    readonly add: readonly string[];
    readonly remove: readonly string[];
  };
  /** Names of scripts in `preparations/` that change the files of the host before it boots, in this order. */
  readonly prepare: readonly string[];
  readonly ready: Readiness;
}

const SSH: Readiness = { kind: 'ssh' };
const ANSWERS_EVERYBODY: Readiness = { kind: 'http', scheme: 'http', status: 200 };

/** Settings of a node that somebody made reachable and never secured. */
const OPEN_SETTINGS = [
  'cluster.name: orders',
  'node.name: node-1',
  'http.host: 0.0.0.0',
  'xpack.security.enabled: false',
];

/** Left by somebody who tried a directory login and switched it off again: the password stayed in plain text. */
const PLAIN_TEXT_SECRET = [
  'xpack.security.authc.realms.ldap.corp.order: 5',
  'xpack.security.authc.realms.ldap.corp.enabled: false',
  'xpack.security.authc.realms.ldap.corp.url: "ldap://127.0.0.1:389"',
  'xpack.security.authc.realms.ldap.corp.bind_dn: "cn=search,dc=corp,dc=example"',
  'xpack.security.authc.realms.ldap.corp.bind_password: "lab-plain-bind-9f3c"',
  'xpack.security.authc.realms.ldap.corp.user_search.base_dn: "dc=corp,dc=example"',
];

function openSeed(
  id: string,
  version: VersionName,
  options: Readonly<Record<string, string>> = {},
): SeedSpec {
  return { id, version, layout: 'archive', settings: [...OPEN_SETTINGS, ...PLAIN_TEXT_SECRET], options };
}

export const SCENARIOS = {
  'open-fresh': {
    description:
      'Elasticsearch 8.19.21 unpacked into /opt, run by the login user deploy, open to everybody, no index yet',
    debian: 12,
    seed: openSeed('seed-open-8', '8.19.21'),
    prepare: ['archive-unit', 'careless-modes', 'deploy-sudo'],
    ready: ANSWERS_EVERYBODY,
  },
  bare: {
    description: 'Debian 12 without Elasticsearch',
    debian: 12,
    prepare: [],
    ready: SSH,
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;

export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name);
}
