/**
 * The health of a cluster in the words of one node.
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-cluster-health; shape seen on 7.17.29, 8.19.21 and 9.4.3.
 */
import { z } from 'zod';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { notGiven, type SettingsAccess } from '../elasticsearch/cluster-settings.ts';
import { askNode, jsonOf, type NodeContext } from '../elasticsearch/node.ts';

const count = z.number().int().nonnegative();
const answerSchema = z.object({
  status: z.enum(['green', 'yellow', 'red']),
  number_of_nodes: count,
  unassigned_shards: count,
  initializing_shards: count,
});

export interface ClusterHealth {
  readonly status: 'green' | 'yellow' | 'red';
  readonly nodes: number;
  /** Copies of shards that no node holds now. */
  readonly unassigned: number;
  /** Copies that a node is just taking up. */
  readonly starting: number;
}

/** Errors: ES_NOT_READY while the node has no master, ES_AUTH_FAILED, PROBE_MALFORMED, and those of the connection. */
export async function readHealth(
  context: NodeContext,
  { door, credential }: SettingsAccess,
): Promise<Result<ClusterHealth>> {
  const asked = await askNode(context, door, '/_cluster/health?master_timeout=10s', {
    ...(credential === undefined ? {} : { credential }),
    timeoutSeconds: 20,
  });
  if (!asked.ok) {
    return asked;
  }
  if (asked.value.status !== 200) {
    return fail(notGiven('tell the health of the cluster', asked.value, 'unchanged'));
  }
  const answer = answerSchema.safeParse(jsonOf(asked.value));
  return answer.success
    ? succeed({
        status: answer.data.status,
        nodes: answer.data.number_of_nodes,
        unassigned: answer.data.unassigned_shards,
        starting: answer.data.initializing_shards,
      })
    : fail(
        appError(
          'PROBE_MALFORMED',
          'The answer of Elasticsearch could not be read: it was asked for the health of the cluster.',
          'Check which program answers on this port.',
          { hostState: 'unchanged' },
        ),
      );
}

export type Before = Pick<ClusterHealth, 'status' | 'nodes' | 'unassigned'>;

const worse = ['green', 'yellow', 'red'];

/** Whether the cluster is at least what it was: as many nodes, no worse a colour; a red one misses no more than before. */
export function isAsBefore(now: ClusterHealth, before: Before): boolean {
  if (now.nodes < before.nodes || worse.indexOf(now.status) > worse.indexOf(before.status)) {
    return false;
  }
  return now.status !== 'red' || now.unassigned <= before.unassigned;
}

/** What is still missing, for somebody who waits; undefined `now`: nobody tells it. */
export function missingWords(now: ClusterHealth | undefined, before: Before): string {
  if (now === undefined) {
    return 'no node tells the health of the cluster';
  }
  const shards = `${now.unassigned} ${now.unassigned === 1 ? 'shard' : 'shards'} not assigned, ${now.starting} starting`;
  const nodes = now.nodes < before.nodes ? `${now.nodes} of ${before.nodes} nodes are there, ` : '';
  return `${nodes}it is ${now.status}, ${shards}`;
}
