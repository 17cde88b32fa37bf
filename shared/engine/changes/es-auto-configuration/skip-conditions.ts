/**
 * What makes Elasticsearch skip its own security set-up, told from elasticsearch.yml alone. The tool itself is silent about
 * most of it. Seen on 8.19.21 and 9.x, each condition tried by itself.
 */
import { settingValue, type YamlSetting } from '../../../text/yaml-settings.ts';

export interface SkipCondition {
  /** Settings that cause it. */
  readonly settings: readonly string[];
  /** One sentence for the operator. */
  readonly words: string;
  /** `settings`: clearing them is part of securing the node. `cluster`: the node is, or is to be, one of several. */
  readonly kind: 'settings' | 'cluster' | 'roles';
}

const tlsPrefixes = ['xpack.security.http.ssl.', 'xpack.security.transport.ssl.'];

/** Conditions that are still there when the named settings are removed. */
export function skipConditions(
  all: readonly YamlSetting[],
  removed: readonly string[],
): readonly SkipCondition[] {
  const settings = all.filter((setting) => !removed.includes(setting.key));
  const found: SkipCondition[] = [];
  const value = (key: string) => settingValue(settings, key);
  if (/^(false|no|off)$/i.test(value('xpack.security.autoconfiguration.enabled') ?? '')) {
    found.push({
      kind: 'settings',
      settings: ['xpack.security.autoconfiguration.enabled'],
      words: 'The automatic security set-up is switched off by xpack.security.autoconfiguration.enabled.',
    });
  }
  if (settings.some((setting) => setting.key === 'xpack.security.enabled')) {
    found.push({
      kind: 'settings',
      settings: ['xpack.security.enabled'],
      words: 'xpack.security.enabled is set, so Elasticsearch takes security for configured.',
    });
  }
  const tls = settings.filter((setting) => tlsPrefixes.some((prefix) => setting.key.startsWith(prefix)));
  if (tls.length > 0) {
    found.push({
      kind: 'settings',
      settings: tls.map((setting) => setting.key),
      words: 'TLS settings are there, so Elasticsearch takes TLS for configured.',
    });
  }
  found.push(...clusterConditions(settings), ...roleConditions(settings));
  return found;
}

function clusterConditions(settings: readonly YamlSetting[]): readonly SkipCondition[] {
  const list = (key: string) => settings.find((setting) => setting.key === key)?.values ?? [];
  const masters = list('cluster.initial_master_nodes');
  const name = settingValue(settings, 'node.name');
  const alone = masters.length === 1 && (masters[0] === name || masters[0] === '${HOSTNAME}');
  const keys = ['discovery.seed_hosts', 'discovery.seed_providers'].filter((key) => list(key).length > 0);
  if (keys.length === 0 && (masters.length === 0 || alone)) {
    return [];
  }
  return alone
    ? []
    : [
        {
          kind: 'cluster',
          settings: keys.length > 0 ? keys : ['cluster.initial_master_nodes'],
          words: 'The node is configured to form or join a cluster of several nodes.',
        },
      ];
}

const dataRoles = ['data', 'data_content', 'data_hot', 'data_warm', 'data_cold', 'data_frozen'];

function roleConditions(settings: readonly YamlSetting[]): readonly SkipCondition[] {
  const roles = settings.find((setting) => setting.key === 'node.roles');
  if (roles === undefined) {
    return [];
  }
  const fits =
    roles.values.includes('master') &&
    !roles.values.includes('voting_only') &&
    roles.values.some((role) => dataRoles.includes(role));
  return fits
    ? []
    : [
        {
          kind: 'roles',
          settings: ['node.roles'],
          words: 'By its node.roles the node cannot be master and hold data, so it cannot be secured alone.',
        },
      ];
}
