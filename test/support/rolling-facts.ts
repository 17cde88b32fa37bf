/** A cluster as all hosts told it, for planning restarts. */
import type { Rolling } from '../../shared/domain/changes/system.ts';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import type { ClusterFact, TopologyNode } from '../../shared/domain/topology.ts';

export interface FactNode {
  readonly name: string;
  readonly role: Rolling['role'];
  /** Default: the node is on a host of this name. */
  readonly standing?: TopologyNode['standing'];
}

export const install: EsInstall = {
  layout: 'package',
  version: '8.19.21',
  home: '/usr/share/elasticsearch',
  pathConf: '/etc/elasticsearch',
  pathData: ['/var/lib/elasticsearch'],
  pathLogs: '/var/log/elasticsearch',
  unit: 'elasticsearch.service',
  user: 'elasticsearch',
  group: 'elasticsearch',
  httpPort: 9200,
  transportPort: 9300,
};

export function clusterFact(members: readonly FactNode[], uuid: string | undefined) {
  const nodes = members.map(
    ({ name, role, standing = 'read' }): TopologyNode => ({
      key: `k/${name}`,
      name,
      standing,
      ...(standing === 'not-in-workspace' ? {} : { hostId: name, hostName: name }),
      roles: role === 'not-master' ? ['data'] : ['data', 'master'],
      ...(standing === 'host-only' ? {} : { master: role === 'elected-master' }),
      security: 'off',
      httpSpeech: 'clear',
      transportSpeech: 'clear',
      holdsData: 'yes',
      certificates: [],
      outside: [],
      note: '',
    }),
  );
  const cluster = {
    key: 'c',
    name: 'orders',
    ...(uuid === undefined ? {} : { uuid }),
    nodes,
    gaps: [],
    disagreements: [],
  };
  return {
    of: (hostId: string): ClusterFact => ({ self: `k/${hostId}`, cluster, otherHosts: 0 }),
    installOf: (hostId: string): EsInstall | undefined =>
      nodes.some((node) => node.hostId === hostId) ? install : undefined,
  };
}
