/** What an operator orders without a finding that fails: new passwords, new certificates. */
import type { Plan } from '../../shared/domain/plan.ts';
import { type Result, succeed } from '../../shared/domain/result.ts';
import type { PlanRequest } from '../../shared/engine/plan.ts';
import { factsOf } from './assessing.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { type RenewalOrder, renewalRequests } from './renewing.ts';
import { type RotationOrder, rotationRequest } from './rotating.ts';

export type PlanOrder = RotationOrder | RenewalOrder;

export interface Ordered {
  readonly requests: readonly PlanRequest[];
  readonly leftOut: Plan['leftOut'];
}

/** Hosts whose facts the order rests on. */
export function hostsOfOrder(order: PlanOrder): readonly string[] {
  return order.type === 'rotate' ? [order.hostId] : order.hostIds;
}

/** Errors: PRECONDITION_FAILED with the reason, those of the vault. */
export async function requestsOfOrder(
  context: ServiceContext,
  workspace: OpenWorkspace,
  order: PlanOrder,
): Promise<Result<Ordered>> {
  switch (order.type) {
    case 'rotate': {
      const request = rotationRequest(order, factsOf(workspace, order.hostId));
      return request.ok ? succeed({ requests: [request.value], leftOut: [] }) : request;
    }
    case 'renew':
      return renewalRequests(context, workspace, order);
  }
}
