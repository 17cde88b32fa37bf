/** An order to renew the certificates of nodes before anything asks for it: one node after the other, the elected master last. */
import { proposeReissue } from '../../shared/controls/reissue.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Topology } from '../../shared/domain/topology.ts';
import type { PlanRequest } from '../../shared/engine/plan.ts';
import { askedFor } from './asked-choice.ts';
import { factsToPlanOn } from './assessing.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { Ordered } from './orders.ts';

export interface RenewalOrder {
  readonly type: 'renew';
  readonly hostIds: readonly string[];
  readonly choices: Readonly<Record<string, string>>;
}

/** The finding in whose name certificates are exchanged; it need not fail. */
export const renewingControl = 'certificate-expiry';

/** In their order, the elected master last: whoever stands last has seen all others do it. */
export function masterLast(hostIds: readonly string[], topology: Topology | undefined): readonly string[] {
  const masters = (topology?.clusters ?? []).flatMap(({ nodes }) =>
    nodes.flatMap(({ master, hostId }) => (master === true && hostId !== undefined ? [hostId] : [])),
  );
  const unique = [...new Set(hostIds)];
  return [
    ...unique.filter((hostId) => !masters.includes(hostId)),
    ...unique.filter((hostId) => masters.includes(hostId)),
  ];
}

/** Errors: PRECONDITION_FAILED where no certificate of these hosts can be renewed, with the first reason. */
export function renewalRequests(
  context: Pick<ServiceContext, 'store'>,
  workspace: OpenWorkspace,
  { hostIds, choices }: RenewalOrder,
): Result<Ordered> {
  const requests: PlanRequest[] = [];
  const leftOut: Plan['leftOut'] = [];
  // Names are each node's own: what was entered for one would take the others out of their certificates.
  const { certificateNames: names, ...others } = choices;
  const chosen = names !== undefined && hostIds.length === 1 ? choices : others;
  for (const hostId of masterLast(hostIds, context.store.get().topology)) {
    const facts = factsToPlanOn(context as ServiceContext, workspace, hostId);
    const findingId = `${hostId}/${renewingControl}`;
    const proposal = facts === undefined ? undefined : proposeReissue(facts, chosen, renewingControl);
    if (proposal?.type === 'changes')
      requests.push({ findingId, hostId, controlId: renewingControl, changes: proposal.changes });
    else if (proposal?.type === 'choices')
      leftOut.push({
        findingId,
        reason: `It needs a choice first: ${proposal.choices.map(askedFor).join(', ')}.`,
        choices: [...proposal.choices],
      });
    else
      leftOut.push({
        findingId,
        reason: proposal?.type === 'manual' ? proposal.reason : 'The host was not read.',
      });
  }
  const [first] = leftOut;
  return requests.length === 0
    ? fail(
        appError(
          'PRECONDITION_FAILED',
          `No certificate can be renewed: ${first?.reason ?? 'no host was chosen.'}`,
          'See the findings about certificates on the review step; they say what to do on each host.',
          { hostState: 'unchanged' },
        ),
      )
    : succeed({ requests, leftOut });
}
