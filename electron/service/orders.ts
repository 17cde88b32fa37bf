/** What an operator orders without a finding that fails: new passwords, new certificates. */
import { knownValue } from '../../shared/domain/fact.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { type Result, succeed } from '../../shared/domain/result.ts';
import type { PlanRequest } from '../../shared/engine/plan.ts';
import { factsOf } from './assessing.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { type RenewalOrder, renewalRequests } from './renewing.ts';
import { type ReplacementOrder, replacementRequests } from './replacing-authority.ts';
import { type RotationOrder, rotationRequests } from './rotating.ts';
import { withPicture } from './topology.ts';

export type PlanOrder = RotationOrder | RenewalOrder | ReplacementOrder;

export interface Ordered {
  readonly requests: readonly PlanRequest[];
  readonly leftOut: Plan['leftOut'];
}

/** Hosts whose facts the order rests on. */
export function hostsOfOrder(context: ServiceContext, order: PlanOrder): readonly string[] {
  switch (order.type) {
    case 'rotate':
      return sharing(context, order.hostId);
    case 'renew':
      return order.hostIds;
    case 'replace-authority':
      return order.hostIds.flatMap((hostId) => sharing(context, hostId));
  }
}

/** Hosts whose nodes are known to be one cluster with that of this host: they share its users. */
export function sharing({ store }: ServiceContext, hostId: string): readonly string[] {
  const { topology } = withPicture(store.get().hosts, hostId, {});
  const nodes = knownValue(topology)?.cluster.nodes ?? [];
  return [hostId, ...nodes.flatMap((node) => (node.standing === 'read' ? (node.hostId ?? []) : []))];
}

/** Errors: PRECONDITION_FAILED with the reason, those of the vault. */
export async function requestsOfOrder(
  context: ServiceContext,
  workspace: OpenWorkspace,
  order: PlanOrder,
): Promise<Result<Ordered>> {
  switch (order.type) {
    case 'rotate': {
      const requests = rotationRequests(order, (hostId) => {
        const facts = factsOf(workspace, hostId);
        return facts && withPicture(context.store.get().hosts, hostId, facts);
      });
      return requests.ok ? succeed({ requests: requests.value, leftOut: [] }) : requests;
    }
    case 'renew':
      return renewalRequests(context, workspace, order);
    case 'replace-authority':
      return await replacementRequests(context, workspace, order);
  }
}
