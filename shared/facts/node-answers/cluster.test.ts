import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterViewSchema, mostNodes } from '../../domain/topology.ts';
import { type ClusterBodies, clusterViewOf } from './cluster.ts';

/** As three nodes of 8.19.21 answered, shortened to one of them where the others say the same. */
const ids = ['UwkkXvMCSdmiq2l1GWIo7A', '6CypUn7hRaeHWkGOd920Wg', 'uGrLwUhZS42_vmyklwaJ-w'] as const;
const seen = {
  state: {
    cluster_name: 'orders',
    cluster_uuid: 'JqC2ooNzS5mXSS2A7MYNSQ',
    master_node: ids[0],
    nodes: {
      [ids[0]]: { name: 'node-1', roles: ['data', 'master'], transport_address: '10.77.93.13:9300' },
      [ids[1]]: {
        name: 'node-3',
        roles: ['data'],
        transport_address: '10.77.93.15:9300',
        version: '8.19.21',
      },
      [ids[2]]: { name: 'node-2', roles: [], transport_address: '10.77.93.14:9300' },
    },
    metadata: { cluster_coordination: { last_committed_config: [...ids] }, indices: { orders: {} } },
  },
  nodes: {
    _nodes: { failed: 0 },
    nodes: {
      [ids[0]]: {
        version: '8.19.21',
        roles: ['data', 'master'],
        process: { id: 187 },
        settings: {
          cluster: { name: 'orders' },
          xpack: { security: { enabled: 'false', transport: { ssl: { enabled: 'true' } } } },
          discovery: { seed_hosts: ['open-cluster-1', 'open-cluster-2'] },
        },
        transport: { publish_address: '10.77.93.13:9300' },
        http: { publish_address: '10.77.93.13:9200' },
      },
      [ids[2]]: {
        version: '8.19.21',
        settings: { cluster: { name: 'orders' }, discovery: { seed_hosts: 'one' } },
      },
    },
  },
  holdings: {
    nodes: { [ids[0]]: { indices: { docs: { count: 132 }, shard_stats: { total_count: 2 } } } },
  },
  health: { status: 'green', unassigned_shards: 0 },
};

function bodies(changes: Partial<Record<keyof ClusterBodies, unknown>> = {}): ClusterBodies {
  const text = (name: keyof ClusterBodies) => {
    const value = name in changes ? changes[name] : seen[name];
    return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  };
  return {
    state: text('state') ?? '',
    nodes: text('nodes'),
    holdings: text('holdings'),
    health: text('health'),
  };
}

describe('the cluster as a node tells it', () => {
  it('is master, voters, health and every node with what it holds', () => {
    expect(clusterViewOf(bodies())).toMatchObject({
      name: 'orders',
      uuid: 'JqC2ooNzS5mXSS2A7MYNSQ',
      master: ids[0],
      status: 'green',
      unassignedShards: 0,
      silent: 0,
      voting: ids,
      nodes: [
        {
          name: 'node-1',
          http: '10.77.93.13:9200',
          transport: '10.77.93.13:9300',
          pid: 187,
          settingsTold: true,
          security: false,
          transportTls: true,
          seedHosts: ['open-cluster-1', 'open-cluster-2'],
          shards: 2,
          documents: 132,
        },
        { name: 'node-2', settingsTold: true, security: undefined, seedHosts: ['one'], roles: [] },
        { name: 'node-3', settingsTold: false, version: '8.19.21', shards: undefined },
      ],
    });
  });

  it('is known by its state alone where nothing else is told', () => {
    const view = clusterViewOf(bodies({ nodes: undefined, holdings: undefined, health: undefined }));
    expect(view).toMatchObject({ status: undefined, silent: 0 });
    expect(view?.nodes.map(({ transport }) => transport)).toEqual([
      '10.77.93.13:9300',
      '10.77.93.14:9300',
      '10.77.93.15:9300',
    ]);
  });

  it('says how many nodes did not take part in an answer', () => {
    const nodes = { ...seen.nodes, _nodes: { failed: 2 } };
    expect(clusterViewOf(bodies({ nodes }))?.silent).toBe(2);
  });

  it.each([
    ['no master yet', { ...seen.state, cluster_uuid: '_na_' }],
    ['master is null', { ...seen.state, master_node: null }],
    ['an error', { error: { type: 'master_not_discovered_exception' }, status: 503 }],
    ['not JSON', '<html>'],
    ['more nodes than a desktop looks at', tooMany()],
    ['an id that is none', { ...seen.state, cluster_uuid: '../../x' }],
  ])('%s: not known', (_, state) => {
    expect(clusterViewOf(bodies({ state }))).toBeUndefined();
  });

  it('keeps a node of which one part is odd, without that part and the rest of it', () => {
    const nodes = {
      nodes: { [ids[0]]: { ...seen.nodes.nodes[ids[0]], roles: ['data', '<script>'] } },
    };
    const node = clusterViewOf(bodies({ nodes }))?.nodes[0];
    expect(node).toEqual({ id: ids[0], name: 'node-1', settingsTold: false });
  });

  it.each([
    ['a line break', 'node\n1'],
    ['an escape sequence', 'node\u001b[2J'],
    ['a mark that turns the direction', 'node\u202e1'],
    ['a whole page', 'x'.repeat(300)],
  ])('a name with %s is not taken in, and counts as a silent node', (_, name) => {
    const state = { ...seen.state, nodes: { ...seen.state.nodes, [ids[1]]: { name } } };
    const view = clusterViewOf(bodies({ state }));
    expect(view?.nodes).toHaveLength(2);
    expect(view?.silent).toBe(1);
  });

  it('whatever a host answers, what comes out has the shape and never throws', () => {
    const value = fc.jsonValue({ maxDepth: 5 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), value),
        value,
        value,
        value,
        (state, nodes, holdings, health) => {
          const some = { ...seen.state, ...state };
          const view = clusterViewOf(bodies({ state: some, nodes, holdings, health }));
          expect(view === undefined || clusterViewSchema.safeParse(view).success).toBe(true);
        },
      ),
    );
  });
});

function tooMany() {
  const nodes = Object.fromEntries(
    Array.from({ length: mostNodes + 1 }, (_, at) => [`id-${at}`, { name: `n${at}` }]),
  );
  return { ...seen.state, nodes };
}
