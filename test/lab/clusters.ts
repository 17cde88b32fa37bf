import { NODES, type Node } from './nodes.ts';
import { CARELESS_ARCHIVE, type Scenario } from './scenarios.ts';

/** Several hosts on the lab's one network whose nodes form one cluster. */
export interface Cluster {
  readonly description: string;
  readonly debian: 12 | 13;
  readonly node: Node & { readonly members: readonly string[] };
  readonly prepare: readonly string[];
}

export const CLUSTERS = {
  'open-cluster': {
    description:
      'Three nodes of 8.19.21 as in open-fresh, open to everybody, with 200 documents spread over all of them',
    debian: 12,
    node: NODES.cluster8,
    prepare: [...CARELESS_ARCHIVE, 'cluster-member'],
  },
  'open-cluster-9': {
    description: 'As open-cluster with 9.4.3 on Debian 13 and Java 21',
    debian: 13,
    node: NODES.cluster9,
    prepare: [...CARELESS_ARCHIVE, 'cluster-member'],
  },
  'open-cluster-7': {
    description: 'As open-cluster with 7.17.29, whose settings do not mention security at all',
    debian: 12,
    node: NODES.cluster7,
    prepare: [...CARELESS_ARCHIVE, 'cluster-member'],
  },
} as const satisfies Readonly<Record<string, Cluster>>;

export type ClusterName = keyof typeof CLUSTERS;

export function isCluster(name: string): name is ClusterName {
  return Object.hasOwn(CLUSTERS, name);
}

/** What every host of a cluster starts from. It is up when the whole cluster is. */
export function memberScenario({ description, debian, node, prepare }: Cluster): Scenario {
  const ready = { kind: 'cluster', nodes: node.members.length } as const;
  return { description, debian, node, prepare, variants: [], ready };
}
