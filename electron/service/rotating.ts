/** An order to rotate passwords of built-in users, as part of a plan. */
import type { BuiltInUser } from '../../shared/domain/built-in-users.ts';
import type { Change } from '../../shared/domain/change.ts';
import { appError } from '../../shared/domain/error.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { PlanRequest } from '../../shared/engine/plan.ts';

export interface RotationOrder {
  readonly type: 'rotate';
  readonly hostId: string;
  readonly users: readonly BuiltInUser[];
  /** Names the order: carried out twice it changes nothing. `[a-z0-9-]`, at most 64 characters. */
  readonly order: string;
}

/** A new order; another one each time that it is asked for. */
export function rotationOrder(hostId: string, users: readonly BuiltInUser[], now: number): RotationOrder {
  return { type: 'rotate', hostId, users, order: `rotate-${now.toString(36)}` };
}

/**
 * Errors: PRECONDITION_FAILED where no node that asks for passwords was seen on the host, or where it is not known to be the
 * only one of its cluster: the vault keeps passwords by host, and those of the other hosts would be wrong from then on.
 */
export function rotationRequest(
  { hostId, users, order }: RotationOrder,
  facts: Facts | undefined,
): Result<PlanRequest> {
  const install = knownValue(facts?.['es-install']);
  const answers = knownValue(facts?.['node-answers']);
  if (!install || answers?.securityEnabled !== true)
    return fail(
      appError(
        'PRECONDITION_FAILED',
        'No node that asks for passwords was seen on this host, so there are none to rotate.',
        'Secure the node first, or start it; then assess again.',
        { hostState: 'unchanged' },
      ),
    );
  if (answers.nodeCount !== 1)
    return fail(
      appError(
        'PRECONDITION_FAILED',
        answers.nodeCount === undefined
          ? 'How many nodes share these passwords is not known, so none is rotated.'
          : `These passwords are those of a cluster of ${answers.nodeCount} nodes; the ones that the vault keeps for its other hosts would be wrong.`,
        answers.nodeCount === undefined
          ? 'Give Bulwark a login for this node, then assess again.'
          : 'Set the password with bin/elasticsearch-reset-password on one node, then give Bulwark a login for each host.',
        { hostState: 'unchanged' },
      ),
    );
  const change: Change = {
    kind: 'es-password',
    install,
    users: [...new Set(users)].map((name) => ({ name, ref: `es/${name}`, length: 24, rotate: order })),
  };
  const controlId = 'builtin-passwords';
  return succeed({ findingId: `${hostId}/${controlId}`, hostId, controlId, changes: [change] });
}
