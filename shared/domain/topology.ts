/**
 * What hosts and nodes say of their cluster, and the one picture that comes of it. Everything here was said by somebody on a
 * host: names and addresses are short and without control characters, and lists are short.
 */
import { z } from 'zod';
import { hostIdSchema } from './host.ts';

/** A name or address as a node tells it. Control characters and marks that turn the reading direction are no part of one. */
export const saidSchema = z.string().regex(/^[^\p{C}]{1,255}$/u);
/** `10.0.0.1:9300`, `[::1]:9300`, `search-1/10.0.0.1:9300`. */
const endpointSchema = saidSchema;
const nodeIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const rolesSchema = z.array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)).max(32);

/** More nodes than this are not taken in: such an answer is no cluster's that a desktop looks at. */
export const mostNodes = 500;

/** One node in the words of a node of the cluster. */
export const clusterNodeSchema = z.strictObject({
  id: nodeIdSchema,
  name: saidSchema,
  version: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}(-[A-Za-z0-9.]{1,30})?$/)
    .optional(),
  /** As the node runs with them; undefined where they were not told. */
  roles: rolesSchema.optional(),
  /** Publish addresses. */
  http: endpointSchema.optional(),
  transport: endpointSchema.optional(),
  /** Process number on its own host. */
  pid: z.number().int().positive().optional(),
  /** Whether its settings were told at all: without them the next four say nothing. */
  settingsTold: z.boolean(),
  /** What its elasticsearch.yml says; undefined where it says nothing. What is served shows only in a handshake. */
  security: z.boolean().optional(),
  httpTls: z.boolean().optional(),
  transportTls: z.boolean().optional(),
  seedHosts: z.array(saidSchema).max(100).optional(),
  /** Copies of shards on it, and documents in them. */
  shards: z.number().int().nonnegative().optional(),
  documents: z.number().int().nonnegative().optional(),
});
export type ClusterNode = Readonly<z.infer<typeof clusterNodeSchema>>;

/** The cluster as one node tells it. */
export const clusterViewSchema = z.strictObject({
  name: saidSchema.optional(),
  uuid: nodeIdSchema,
  /** Elected master, by id. */
  master: nodeIdSchema,
  status: z.enum(['green', 'yellow', 'red']).optional(),
  unassignedShards: z.number().int().nonnegative().optional(),
  /** Nodes that did not answer when all were asked. */
  silent: z.number().int().nonnegative(),
  /** The ids that a majority is counted over. */
  voting: z.array(nodeIdSchema).max(50),
  nodes: z.array(clusterNodeSchema).max(mostNodes),
});
export type ClusterView = Readonly<z.infer<typeof clusterViewSchema>>;

export const speechSchema = z.enum(['clear', 'tls', 'closed', 'silent', 'unknown']);
export type Speech = z.infer<typeof speechSchema>;

export const layerSchema = z.enum(['http', 'transport']);

/** What a port served to whoever connected, without its names. */
export const servedCertificateSchema = z.strictObject({
  layer: layerSchema,
  subject: z.string().max(500),
  issuer: z.string().max(500).optional(),
  /** ISO 8601. */
  notAfter: z.string().max(40),
  fingerprint256: z.string().max(100),
  /** SHA-256 of the public key; absent where only a name and an end were seen. */
  keyHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
export type ServedCertificate = Readonly<z.infer<typeof servedCertificateSchema>>;

/** What one assessed host adds to the picture. Part of its scan, so that the picture is there when the workspace is opened again. */
export const hostNodeSchema = z.strictObject({
  hostname: z.string().max(255),
  addresses: z.array(z.string().max(64)).max(200),
  version: z.string().max(60),
  httpPort: z.number().int(),
  transportPort: z.number().int(),
  /** Undefined: could not be told. */
  running: z.boolean().optional(),
  pid: z.number().int().optional(),
  http: speechSchema,
  transport: speechSchema,
  /** Effective, by what the node answers. */
  security: z.enum(['on', 'off', 'unknown']),
  /** What elasticsearch.yml says; undefined where it could not be read. */
  settings: z
    .strictObject({
      nodeName: z.string().max(255).optional(),
      clusterName: z.string().max(255).optional(),
      seedHosts: z.array(z.string().max(255)).max(100),
      initialMasters: z.array(z.string().max(255)).max(100),
      roles: z.array(z.string().max(64)).max(32).optional(),
      singleNode: z.boolean(),
      /** It gives out enrolment tokens once it is secured. Absent where no line says so. */
      enrolls: z.literal(true).optional(),
    })
    .optional(),
  /** By the data directory: whether it holds anything at all. */
  dataOnDisk: z.boolean().optional(),
  cluster: clusterViewSchema.optional(),
  certificates: z.array(servedCertificateSchema).max(8),
});
export type HostNode = Readonly<z.infer<typeof hostNodeSchema>>;

/** Where the knowledge about a node of the picture comes from. */
export const nodeStandingSchema = z.enum([
  /** Its host was read and the cluster tells the same node. */
  'read',
  /** Its host was read; the cluster did not tell it (stopped, not joined, or nobody may ask). */
  'host-only',
  /** The cluster tells it; its host is none of the workspace. */
  'not-in-workspace',
  /** A host of the workspace that was not read, or could not be. */
  'not-read',
]);
export type NodeStanding = z.infer<typeof nodeStandingSchema>;

const keySchema = z.string().max(300);

export const topologyNodeSchema = z.strictObject({
  key: keySchema,
  name: z.string().max(255),
  standing: nodeStandingSchema,
  hostId: hostIdSchema.optional(),
  hostName: z.string().max(253).optional(),
  version: z.string().max(60).optional(),
  roles: z.array(z.string().max(64)).max(32).optional(),
  /** Undefined: not known. */
  master: z.boolean().optional(),
  running: z.boolean().optional(),
  http: z.string().max(300).optional(),
  transport: z.string().max(300).optional(),
  security: z.enum(['on', 'off', 'unknown']),
  httpSpeech: speechSchema,
  transportSpeech: speechSchema,
  holdsData: z.enum(['yes', 'no', 'unknown']),
  shards: z.number().int().optional(),
  documents: z.number().int().optional(),
  certificates: z.array(servedCertificateSchema).max(8),
  /** What the operator's machine saw of its ports. */
  outside: z
    .array(
      z.strictObject({
        layer: layerSchema,
        port: z.number().int(),
        state: z.enum(['closed', 'filtered', 'clear', 'tls', 'open-silent', 'not-probed']),
        answersStranger: z.enum(['yes', 'no', 'unknown']),
      }),
    )
    .max(8),
  /** Why it was not read; empty otherwise. */
  note: z.string().max(1000),
});
export type TopologyNode = Readonly<z.infer<typeof topologyNodeSchema>>;

export const disagreementSubjects = [
  'security',
  'transport-tls',
  'http-tls',
  'cluster',
  'cluster-name',
  'master',
  'version',
  'seed-hosts',
] as const;

export const disagreementSchema = z.strictObject({
  about: z.enum(disagreementSubjects),
  /** One sentence that names the odd ones. */
  sentence: z.string().max(2000),
  /** Keys of the nodes that differ from the rest; all of them where no side is the larger one. */
  odd: z.array(keySchema).max(mostNodes),
  /** Data or access are at stake, not only order. */
  unsafe: z.boolean(),
});
export type Disagreement = Readonly<z.infer<typeof disagreementSchema>>;

/** Nodes that are one cluster, or that are meant to be one. */
export const topologyClusterSchema = z.strictObject({
  key: keySchema,
  name: z.string().max(255),
  /** Absent while nobody tells it. */
  uuid: nodeIdSchema.optional(),
  status: z.enum(['green', 'yellow', 'red']).optional(),
  nodes: z.array(topologyNodeSchema).max(mostNodes),
  /** Sentences on what is not known and how to let Bulwark know it; empty when every node told everything. */
  gaps: z.array(z.string().max(500)).max(50),
  disagreements: z.array(disagreementSchema).max(50),
});
export type TopologyCluster = Readonly<z.infer<typeof topologyClusterSchema>>;

export const topologySchema = z.strictObject({
  /** Every host may be one of its own. */
  clusters: z.array(topologyClusterSchema).max(2000),
  /** Hosts without a node, or that were not read. */
  others: z
    .array(
      z.strictObject({
        hostId: hostIdSchema,
        hostName: z.string().max(253),
        standing: z.enum(['no-node', 'not-read']),
        note: z.string().max(1000),
      }),
    )
    .max(2000),
});
export type Topology = Readonly<z.infer<typeof topologySchema>>;

/** A secured cluster of the workspace, by the node that a fresh one would be enrolled at. */
export interface JoinableCluster {
  readonly hostId: string;
  readonly hostName: string;
  readonly clusterName: string;
  readonly version: string;
  readonly nodes: number;
  /** That node gives out enrolment tokens, by its settings. */
  readonly enrolls: boolean;
  /** Names and addresses under which settings of others mean one of its nodes; lower case. */
  readonly names: readonly string[];
}

/** The cluster of one host, as a fact that controls judge. */
export interface ClusterFact {
  /** Key of this host's own node. */
  readonly self: string;
  readonly cluster: TopologyCluster;
  /** Hosts of the workspace whose node is in no picture of this cluster, or that may have one: they may be there to join it. */
  readonly otherHosts: number;
  /** Other clusters that a fresh node could become a member of. Absent: none. */
  readonly joinable?: readonly JoinableCluster[];
}
