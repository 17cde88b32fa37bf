/** Facts of Kibana as tests need them: one that every control passes, and ways to spoil it. */
import type { Fact } from '../../shared/domain/fact.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import {
  type EncryptionKey,
  encryptionKeys,
  type KibanaEntry,
  type KibanaFact,
  type KibanaKey,
  type KibanaPeer,
  type KibanaSettings,
  type KibanaUser,
} from '../../shared/domain/kibana.ts';

const at = '2026-01-02T03:04:05.000Z';
const known = <T>(value: T): Fact<T> => ({ status: 'known', value, where: 'a test', at });

export const notRead = {
  status: 'unknown',
  reason: 'It can be read by root only.',
  remedy: 'Let Bulwark use sudo.',
  where: 'a test',
  at,
} as const;
export const brokenPart = { status: 'error', reason: 'It broke.', where: 'a test', at } as const;

export function key(name: EncryptionKey, more: Partial<KibanaKey> = {}): KibanaKey {
  return { name, length: 40, print: `print of ${name}`, ...more };
}

export const secretEntry = (name: string): KibanaEntry => ({
  name,
  values: ['[secret]'],
  secretLike: true,
});

export const safe: Readonly<Record<string, string>> = {
  'server.host': '10.1.0.20',
  'server.ssl.enabled': 'true',
  'server.ssl.certificate': '/etc/kibana/kibana.crt',
  'server.ssl.key': '/etc/kibana/kibana.key',
  'elasticsearch.hosts': 'https://10.1.0.11:9200,https://10.1.0.12:9200',
  'elasticsearch.ssl.certificateAuthorities': '/etc/kibana/ca.pem',
  'xpack.security.session.idleTimeout': '8h',
};

/** `[secret]` makes a setting secret-like, as the parser does; an undefined value leaves it out. */
export function ymlOf(
  settings: Readonly<Record<string, string | undefined>>,
  more: Partial<KibanaSettings> = {},
): Fact<KibanaSettings> {
  return known({
    path: '/etc/kibana/kibana.yml',
    digest: 'd'.repeat(64),
    settings: Object.entries(settings).flatMap(([name, value], index) =>
      value === undefined
        ? []
        : [
            {
              key: name,
              value,
              values: value === '' ? [] : value.split(','),
              line: index + 1,
              secretLike: value === '[secret]',
            },
          ],
    ),
    duplicates: [],
    symlink: false,
    keys: [],
    ...more,
  });
}

export function keystoreOf(
  entries: readonly KibanaEntry[],
  keys: readonly KibanaKey[] = [],
): KibanaFact['keystore'] {
  return known({ path: '/etc/kibana/kibana.keystore', exists: true, entries, keys, digest: 'e'.repeat(64) });
}

export const allKeys = encryptionKeys.map((name) => key(name));
const stored = [...encryptionKeys, 'elasticsearch.serviceAccountToken'].map(secretEntry);

export const kibanaUser: KibanaUser = {
  name: 'kibana',
  uid: 997,
  group: 'kibana',
  home: '/usr/share/kibana',
  shell: '/bin/false',
  password: 'locked',
};

/** Of a package, with TLS on both sides, a token, and all keys in its keystore. */
export const kibana: KibanaFact = {
  layout: 'package',
  version: '8.19.21',
  home: '/usr/share/kibana',
  pathConf: '/etc/kibana',
  unit: 'kibana.service',
  running: true,
  overrides: [],
  user: known(kibanaUser),
  settings: ymlOf(safe),
  keystore: keystoreOf(stored, allKeys),
  files: known([
    { path: '/etc/kibana', type: 'directory', owner: 'root', group: 'kibana', mode: '2750', size: 10 },
    { path: '/etc/kibana/kibana.yml', type: 'file', owner: 'root', group: 'kibana', mode: '0660', size: 10 },
    {
      path: '/etc/kibana/kibana.keystore',
      type: 'file',
      owner: 'root',
      group: 'kibana',
      mode: '0660',
      size: 10,
    },
    { path: '/etc/kibana/ca.pem', type: 'file', owner: 'root', group: 'kibana', mode: '0640', size: 10 },
    { path: '/var/lib/kibana', type: 'directory', owner: 'kibana', group: 'kibana', mode: '2750', size: 10 },
  ]),
};

/** A host with this Kibana, and with nothing else that was looked at. */
export function kibanaFacts(more: Partial<KibanaFact> = {}, others: Facts = {}): Facts {
  return {
    kibana: known({ ...kibana, ...more }),
    'kibana-peers': known<readonly KibanaPeer[]>([]),
    ...others,
  };
}

/** The healthy one with these settings changed, added, or (undefined) taken out. */
export function withYml(
  settings: Readonly<Record<string, string | undefined>>,
  more: Partial<KibanaFact> = {},
): Facts {
  return kibanaFacts({ settings: ymlOf({ ...safe, ...settings }), ...more });
}

export const failingKibana: Facts = { kibana: brokenPart, 'kibana-peers': known<readonly KibanaPeer[]>([]) };
