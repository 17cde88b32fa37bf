/** What a node says of its cluster as a whole. */
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { askNode, at, cancelled, isLost, jsonOf, type NodeDoor } from '../elasticsearch/node.ts';
import type { NodeCredential } from '../ports.ts';

type AskContext = Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'secrets'>;

/** From bad to good. */
const colours = ['red', 'yellow', 'green'] as const;
export type Colour = (typeof colours)[number];

export interface ClusterState {
  readonly nodes: number;
  readonly colour: Colour;
}

/** Undefined: the node does not say, for example because it has no master. Errors: those of the connection. */
export async function readClusterState(
  context: AskContext,
  door: NodeDoor,
  credential?: NodeCredential,
): Promise<Result<ClusterState | undefined>> {
  const more = credential === undefined ? {} : { credential };
  const path = '/_cluster/health?timeout=5s&filter_path=number_of_nodes,status';
  const health = await askNode(context, door, path, more);
  if (!health.ok) {
    return isLost(health.error) ? health : succeed(undefined);
  }
  const nodes = at(jsonOf(health.value), 'number_of_nodes');
  const colour = colours.find((one) => one === at(jsonOf(health.value), 'status'));
  // 408 says that it is not as good as was asked for, with everything else in it; without a master it is 503.
  return succeed(typeof nodes === 'number' && colour !== undefined ? { nodes, colour } : undefined);
}

export interface ClusterIdentity {
  readonly uuid: string;
  readonly versions: readonly string[];
  /** Whether the node that was asked is the elected master. */
  readonly master: boolean;
}

/** Undefined: the node does not say. Errors: those of the connection. */
export async function readIdentity(
  context: AskContext,
  door: NodeDoor,
  credential?: NodeCredential,
): Promise<Result<ClusterIdentity | undefined>> {
  const more = credential === undefined ? {} : { credential };
  const asked = async (path: string) => {
    const answer = await askNode(context, door, path, more);
    return answer.ok && answer.value.status === 200 ? succeed(jsonOf(answer.value)) : answer;
  };
  const state = await asked('/_cluster/state/master_node?filter_path=cluster_uuid,master_node');
  const all = await asked('/_nodes?filter_path=nodes.*.version');
  const own = await asked('/_nodes/_local?filter_path=nodes.*.version');
  for (const one of [state, all, own]) {
    if (!one.ok) {
      return isLost(one.error) ? one : succeed(undefined);
    }
  }
  const nodesOf = (one: Result<unknown>): Readonly<Record<string, unknown>> => {
    const nodes = one.ok ? at(one.value, 'nodes') : undefined;
    return typeof nodes === 'object' && nodes !== null ? (nodes as Record<string, unknown>) : {};
  };
  const uuid = state.ok ? at(state.value, 'cluster_uuid') : undefined;
  const master = state.ok ? at(state.value, 'master_node') : undefined;
  const versions = Object.values(nodesOf(all)).map((node) => String(at(node, 'version')));
  // A node that has no master yet calls its cluster `_na_` (seen on 8.19.21).
  if (typeof uuid !== 'string' || uuid === '_na_' || versions.length === 0) {
    return succeed(undefined);
  }
  return succeed({ uuid, versions, master: Object.keys(nodesOf(own)).some((id) => id === master) });
}

/**
 * Waits until the node sees all nodes again and the cluster is as good as before. Errors: VERIFY_FAILED after the time
 * given, those of the connection, CANCELLED.
 * @param seconds shards of a large cluster need minutes to be found again
 */
export async function expectCluster(
  context: AskContext & Pick<ChangeContext, 'progress'>,
  door: NodeDoor,
  credential: NodeCredential | undefined,
  before: ClusterState,
  seconds: number,
): Promise<Result<void>> {
  const until = context.clock.elapsed() + seconds * 1000;
  for (;;) {
    const now = await readClusterState(context, door, credential);
    if (!now.ok) {
      return now;
    }
    const good =
      now.value !== undefined && colours.indexOf(now.value.colour) >= colours.indexOf(before.colour);
    if (good && now.value.nodes >= before.nodes) {
      context.progress(`All ${now.value.nodes} nodes are in the cluster, which is ${now.value.colour}`);
      return succeed(undefined);
    }
    if (context.clock.elapsed() >= until) {
      const seen =
        now.value === undefined
          ? 'the node does not say how its cluster is'
          : `it has ${now.value.nodes} nodes and is ${now.value.colour}`;
      return fail(
        appError(
          'VERIFY_FAILED',
          `Before, the cluster had ${before.nodes} nodes and was ${before.colour}; now ${seen}.`,
          'The old configuration is put back; the data directories were not touched.',
          { hostState: 'changed' },
        ),
      );
    }
    context.progress(
      now.value === undefined
        ? 'Waiting until the cluster has a master'
        : `Waiting for the cluster: ${now.value.nodes} of ${before.nodes} nodes, ${now.value.colour}`,
    );
    if (!(await context.clock.sleep(2000, context.signal))) {
      return fail(cancelled());
    }
  }
}
