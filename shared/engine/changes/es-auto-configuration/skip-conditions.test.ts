import { describe, expect, it } from 'vitest';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import { operatorsIndices } from '../../securing/data.ts';
import { skipConditions } from './skip-conditions.ts';

function kinds(yml: string, removed: readonly string[] = []) {
  const read = readYamlSettings(yml);
  return read.ok ? skipConditions(read.settings, removed).map((condition) => condition.kind) : ['invalid'];
}

describe('skipConditions', () => {
  it.each<[string, string[]]>([
    ['cluster.name: x\nnode.name: n1\n', []],
    ['xpack.security.enabled: false\n', ['settings']],
    ['xpack:\n  security:\n    enabled: true\n', ['settings']],
    ['xpack.security.http.ssl.enabled: false\n', ['settings']],
    ['xpack.security.transport.ssl:\n  keystore.path: x\n', ['settings']],
    ['xpack.security.autoconfiguration.enabled: false\n', ['settings']],
    ['xpack.security.autoconfiguration.enabled: true\n', []],
    ['discovery.seed_hosts: ["a"]\n', ['cluster']],
    ['discovery.seed_hosts: []\n', []],
    ['cluster.initial_master_nodes: ["n1"]\nnode.name: n1\n', []],
    ['cluster.initial_master_nodes: ["n1", "n2"]\nnode.name: n1\n', ['cluster']],
    ['cluster.initial_master_nodes: ["n2"]\nnode.name: n1\n', ['cluster']],
    ['node.roles: [master]\n', ['roles']],
    ['node.roles: [data]\n', ['roles']],
    ['node.roles: [master, data_hot, ingest]\n', []],
    ['node.roles: [master, data, voting_only]\n', ['roles']],
    ['discovery.type: single-node\n', []],
  ])('%j', (yml, expected) => {
    expect(kinds(yml)).toEqual(expected);
  });

  it('forgets what is removed', () => {
    expect(kinds('xpack.security.enabled: false\n', ['xpack.security.enabled'])).toEqual([]);
  });
});

describe('operatorsIndices', () => {
  it('takes everything for the operator’s but what Elasticsearch makes by itself', () => {
    const own = ['.security-7', '.geoip_databases', '.ds-ilm-history-7-2026.11.21-000001', '.tasks'];
    const theirs = ['orders', '.ds-logs-app-default-2026.11.21-000001', '.kibana_8.19.21_001', '.my-hidden'];
    expect(operatorsIndices([...own, ...theirs])).toEqual(theirs);
  });
});
