/**
 * Every request that an assessment may send to a node. None of them writes: `GET /_security/enroll/kibana`, for one, is
 * missing here because it creates a token each time (seen on 8.19 and 9.5).
 */
export const nodeRequests = {
  /** Who am I: 401 while security is on, 200 with anonymous access or a credential, 400, 405 or 500 while it is off. */
  whoAmI: '/_security/_authenticate',
  /** Cluster, its nodes with their versions and roles, who votes, and names of indices in one answer. */
  state:
    '/_cluster/state/master_node,nodes,metadata?filter_path=cluster_name,cluster_uuid,master_node,nodes.*.name,nodes.*.version,nodes.*.roles,nodes.*.transport_address,metadata.indices.*.state,metadata.cluster_coordination.last_committed_config&master_timeout=5s',
  /** Publish addresses and the explicitly set switches of every node. Keys of TLS settings other than `enabled` are never told. */
  nodes:
    '/_nodes/_all/http,transport,process,settings?filter_path=_nodes.failed,nodes.*.version,nodes.*.roles,nodes.*.http.publish_address,nodes.*.transport.publish_address,nodes.*.process.id,nodes.*.settings.cluster.name,nodes.*.settings.xpack.security.enabled,nodes.*.settings.xpack.security.*.ssl.enabled,nodes.*.settings.discovery.seed_hosts,nodes.*.settings.xpack.security.enrollment.enabled,nodes.*.settings.xpack.security.authc.anonymous.roles,nodes.*.settings.xpack.security.authc.password_hashing.algorithm,nodes.*.settings.xpack.security.fips_mode.enabled&timeout=5s',
  /** How much every node holds. */
  holdings:
    '/_nodes/stats/indices/docs,shard_stats?filter_path=nodes.*.indices.docs.count,nodes.*.indices.shard_stats.total_count&timeout=5s',
  health: '/_cluster/health?filter_path=status,unassigned_shards&master_timeout=5s',
  /** What it has configured of TLS, by the files of this moment; another node answers for itself. */
  certificates: '/_ssl/certificates',
  /** The next ones only with a login that was accepted: users, roles and keys. */
  users: '/_security/user',
  roles: '/_security/role',
  mappings: '/_security/role_mapping',
  apiKeys: '/_security/api_key',
  /** With what the owner may do; asked of 8.5 and later, because an earlier one refuses the parameter (seen on 8.0). */
  apiKeysWithLimits: '/_security/api_key?with_limited_by=true',
  /** Whether `elastic` has a password of its own; only a superuser is told (404: none). */
  storedElastic: '/.security/_doc/reserved-user-elastic?_source_includes=password',
  /** Only sent to a transport port, to see that it is not an HTTP port. */
  root: '/',
} as const;

export type NodeRequestName = keyof typeof nodeRequests;

/** Passwords that guides, images and habits give to the built-in users. */
export const weakPasswords: readonly (readonly [user: string, password: string])[] = [
  ['elastic', 'changeme'],
  ['elastic', 'elastic'],
  ['elastic', 'password'],
  ['kibana_system', 'changeme'],
  ['kibana_system', 'kibana_system'],
];
