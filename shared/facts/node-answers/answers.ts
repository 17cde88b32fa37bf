/** What an answer of a node means. Pure; the tables are what nodes of 7.17 to 9.5 answered. */
import { z } from 'zod';
import { compareVersions } from '../../text/version.ts';

export type Standing = 'on' | 'off' | 'anonymous' | 'unclear';

/** Meaning of an unauthenticated `GET /_security/_authenticate`. */
export function standingOf(status: number, body: string): Standing {
  if (status === 401) return 'on';
  if (status === 200) return /"username"\s*:/.test(body) ? 'anonymous' : 'unclear';
  if (
    (status === 405 || status === 400) &&
    /Incorrect HTTP method for uri|no handler found for uri/.test(body)
  )
    return 'off';
  if (status === 500 && /Security must be explicitly enabled/.test(body)) return 'off';
  return 'unclear';
}

const stateSchema = z.object({
  cluster_uuid: z.string().optional(),
  master_node: z.string().nullish(),
  nodes: z
    .record(z.string(), z.object({ name: z.string().optional(), version: z.string().optional() }))
    .optional(),
  metadata: z.object({ indices: z.record(z.string(), z.unknown()).optional() }).optional(),
});

export interface ClusterState {
  readonly clusterUuid: string | undefined;
  readonly nodeCount: number | undefined;
  /** Of the oldest node, where the version tells it. */
  readonly version: string | undefined;
  readonly indices: readonly string[];
}

/** `undefined` when the answer is not a cluster state with a master: then it proves nothing. */
export function clusterStateOf(body: string): ClusterState | undefined {
  const parsed = stateSchema.safeParse(parseJson(body));
  if (!parsed.success || !parsed.data.master_node) return undefined;
  const { cluster_uuid: clusterUuid, nodes, metadata } = parsed.data;
  return {
    clusterUuid,
    nodeCount: nodes ? Object.keys(nodes).length : undefined,
    version: Object.values(nodes ?? {})
      .flatMap((node) => node.version ?? [])
      .sort(compareVersions)[0],
    indices: Object.keys(metadata?.indices ?? {}),
  };
}

/**
 * Hidden indices that a node makes for itself and makes again when they are gone. All others, `.security` and `.kibana` among
 * them, hold something that somebody has put there.
 */
const ownHousekeeping =
  /^(?:\.geoip_databases|\.tasks|\.async-search|\.monitoring-.*|(?:\.ds-)?\.?ilm-history-.*|(?:\.ds-)?\.?slm-history-.*|(?:\.ds-)?\.logs-(?:deprecation|elasticsearch)\..*|\.ds-\.monitoring-.*|\.ml-(?:annotations|notifications)-.*)$/;

export function isOperatorsIndex(name: string): boolean {
  return !ownHousekeeping.test(name);
}

/** Users, roles, API keys and tokens: `.security-7`, `.security-tokens-7`, `.security-profile-8` (seen on 7.17 to 9.5). */
export function isSecurityIndex(name: string): boolean {
  return name.startsWith('.security-');
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
