/**
 * The cluster in the words of one of its nodes: what `_cluster/state`, `_nodes`, `_nodes/stats` and `_cluster/health` answered
 * (shapes seen on 7.17.29, 8.19.21 and 9.4.3). Pure. What does not fit the shape is not known; nothing of it gets through.
 */
import { z } from 'zod';
import {
  type ClusterNode,
  type ClusterView,
  clusterNodeSchema,
  clusterViewSchema,
} from '../../domain/topology.ts';

/** Bodies by the name of their request; undefined where the node did not answer it with 200. */
export interface ClusterBodies {
  readonly state: string;
  readonly nodes: string | undefined;
  readonly holdings: string | undefined;
  readonly health: string | undefined;
}

/** A switch is told as text, in whatever form the file has it. */
const flagSchema = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((value) => String(value) === 'true');
const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const part = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const stateSchema = z.object({
  cluster_name: part(z.string()),
  cluster_uuid: z.string(),
  master_node: z.string(),
  nodes: z.record(
    z.string(),
    z.object({
      name: z.string(),
      version: part(z.string()),
      roles: part(z.array(z.string())),
      transport_address: part(z.string()),
    }),
  ),
  metadata: part(
    z.object({ cluster_coordination: part(z.object({ last_committed_config: z.array(z.string()) })) }),
  ),
});

const tlsSchema = part(z.object({ ssl: part(z.object({ enabled: part(flagSchema) })) }));
const nodesSchema = z.object({
  _nodes: part(z.object({ failed: z.number() })),
  nodes: z.record(
    z.string(),
    z.object({
      version: part(z.string()),
      roles: part(z.array(z.string())),
      http: part(z.object({ publish_address: z.string() })),
      transport: part(z.object({ publish_address: z.string() })),
      process: part(z.object({ id: z.number() })),
      settings: part(
        z.object({
          xpack: part(
            z.object({
              security: part(z.object({ enabled: part(flagSchema), http: tlsSchema, transport: tlsSchema })),
            }),
          ),
          discovery: part(z.object({ seed_hosts: part(oneOrMany) })),
        }),
      ),
    }),
  ),
});

const holdingsSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      indices: part(
        z.object({
          docs: part(z.object({ count: z.number() })),
          shard_stats: part(z.object({ total_count: z.number() })),
        }),
      ),
    }),
  ),
});

const healthSchema = z.object({
  status: z.enum(['green', 'yellow', 'red']),
  unassigned_shards: part(z.number()),
});

type Told = z.infer<typeof nodesSchema>['nodes'][string];
type Held = z.infer<typeof holdingsSchema>['nodes'][string];

/**
 * `undefined` when the answer is not that of a cluster with a master. A node that answers `cluster_uuid: _na_` has found no
 * master yet, whatever else it tells (seen on 8.19).
 */
export function clusterViewOf(bodies: ClusterBodies): ClusterView | undefined {
  const state = read(stateSchema, bodies.state);
  if (!state || state.cluster_uuid === '_na_') return undefined;
  const nodes = read(nodesSchema, bodies.nodes);
  const holdings = read(holdingsSchema, bodies.holdings);
  const health = read(healthSchema, bodies.health);
  const all = Object.entries(state.nodes).flatMap(([id, known]) => {
    const node = nodeOf(id, known, nodes?.nodes[id], holdings?.nodes[id]);
    return node ?? [];
  });
  const view = clusterViewSchema.safeParse({
    name: state.cluster_name,
    uuid: state.cluster_uuid,
    master: state.master_node,
    status: health?.status,
    unassignedShards: health?.unassigned_shards,
    // A call to all nodes is answered with 200 even when some did not take part.
    silent: Math.max(nodes?._nodes?.failed ?? 0, Object.keys(state.nodes).length - all.length),
    voting: state.metadata?.cluster_coordination?.last_committed_config ?? [],
    nodes: all.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  });
  return view.success ? view.data : undefined;
}

function nodeOf(
  id: string,
  known: z.infer<typeof stateSchema>['nodes'][string],
  told: Told | undefined,
  held: Held | undefined,
): ClusterNode | undefined {
  const security = told?.settings?.xpack?.security;
  const whole = clusterNodeSchema.safeParse({
    id,
    name: known.name,
    version: told?.version ?? known.version,
    roles: told?.roles ?? known.roles,
    http: told?.http?.publish_address,
    transport: told?.transport?.publish_address ?? known.transport_address,
    pid: told?.process?.id,
    settingsTold: told?.settings !== undefined,
    security: security?.enabled,
    httpTls: security?.http?.ssl?.enabled,
    transportTls: security?.transport?.ssl?.enabled,
    seedHosts: told?.settings?.discovery?.seed_hosts,
    shards: held?.indices?.shard_stats?.total_count,
    documents: held?.indices?.docs?.count,
  });
  if (whole.success) return whole.data;
  // One odd part must not hide that the node is there.
  const least = clusterNodeSchema.safeParse({ id, name: known.name, settingsTold: false });
  return least.success ? least.data : undefined;
}

function read<T extends z.ZodType>(schema: T, body: string | undefined): z.infer<T> | undefined {
  if (body === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
