/** What a plan that restarts several nodes of one cluster says of their order. */
import type { Step } from './plan.ts';

function ofCluster({ change, nothingToDo }: Step): string | undefined {
  return change.kind === 'service-restart' && !nothingToDo ? change.rolling?.clusterUuid : undefined;
}

function isMaster({ change }: Step): boolean {
  return change.kind === 'service-restart' && change.rolling?.role === 'elected-master';
}

/**
 * One sentence per cluster of which several nodes restart, node by node; empty where none does.
 * @param nameOf how the operator calls a host
 */
export function rollingSentences(
  steps: readonly Step[],
  nameOf: (hostId: string) => string,
): readonly string[] {
  const clusters = new Set(steps.flatMap((step) => ofCluster(step) ?? []));
  return [...clusters].flatMap((uuid) => {
    const restarts = steps.filter((step) => ofCluster(step) === uuid);
    if (restarts.length < 2) return [];
    const names = restarts.map(
      (step) => `${nameOf(step.hostId)}${isMaster(step) ? ' (the elected master)' : ''}`,
    );
    return [
      `Elasticsearch restarts node by node: ${names.join(', then ')}. No node is stopped before the one before it is back and the cluster is as healthy as before.`,
    ];
  });
}
