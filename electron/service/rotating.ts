/** An order to rotate passwords of built-in users, as part of a plan: for one node, or for all hosts of its cluster. */
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

function refused(message: string, nextStep: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' }));
}

/**
 * Hosts on which the password is the same one, this one first. Errors: PRECONDITION_FAILED where they are not all known: a host
 * that is left out would keep a password that is wrong from then on.
 * @param facts with the picture of all hosts
 */
export function sharingHosts(hostId: string, facts: Facts | undefined): Result<readonly string[]> {
  const answers = knownValue(facts?.['node-answers']);
  if (!knownValue(facts?.['es-install']) || answers?.securityEnabled !== true)
    return refused(
      'No node that asks for passwords was seen on this host, so there is none to set.',
      'Secure the node first, or start it; then assess again.',
    );
  const count = answers.nodeCount;
  if (count === undefined)
    return refused(
      'How many nodes share these passwords is not known, so none is set.',
      'Give Bulwark a login for this node, then assess again.',
    );
  if (count === 1) return succeed([hostId]);
  const of = `These passwords are those of a cluster of ${count} nodes`;
  const nodes = knownValue(facts?.topology)?.cluster.nodes ?? [];
  const missing = nodes.filter(
    ({ standing, note, running }) => standing !== 'read' || note !== '' || running === false,
  );
  if (missing.length > 0)
    return refused(
      `${of}, and ${missing.map(({ name }) => name).join(', ')} could not be looked at; every one has to be asked whether it accepts the new one.`,
      'Add the hosts of these nodes to the workspace, start the nodes, and assess them; then plan again.',
    );
  const others = new Set(nodes.flatMap((node) => node.hostId ?? []).filter((id) => id !== hostId));
  return others.size === nodes.length - 1 && nodes.length === count
    ? succeed([hostId, ...[...others].toSorted()])
    : refused(
        `${of}, and the hosts tell of ${nodes.length}.`,
        'Assess all hosts of the cluster again, one shortly after the other.',
      );
}

/**
 * One request for each host that shares the passwords: the first sets them, the others prove them. Errors: those of `sharingHosts`,
 * and PRECONDITION_FAILED where one of the hosts was not read.
 * @param factsOn what is known of a host, with the picture of all hosts
 */
export function rotationRequests(
  { hostId, users, order }: RotationOrder,
  factsOn: (hostId: string) => Facts | undefined,
): Result<readonly PlanRequest[]> {
  const hosts = sharingHosts(hostId, factsOn(hostId));
  if (!hosts.ok) return hosts;
  const requests: PlanRequest[] = [];
  for (const host of hosts.value) {
    const install = knownValue(factsOn(host)?.['es-install']);
    if (!install)
      return refused(
        'A host of the cluster was not read.',
        'Assess all hosts of the cluster, then plan again.',
      );
    const alsoOn = [hostId, ...hosts.value.filter((one) => one !== hostId)].filter((one) => one !== host);
    const change: Change = {
      kind: 'es-password',
      install,
      users: [...new Set(users)].map((name) => ({
        name,
        ref: `es/${name}`,
        length: 24,
        rotate: order,
        ...(alsoOn.length === 0 ? {} : { alsoRefs: alsoOn.map((one) => `es/${one}/${name}`) }),
      })),
      ...(alsoOn.length === 0 ? {} : { cluster: { hosts: [...hosts.value], setOn: hostId } }),
    };
    const controlId = 'builtin-passwords';
    requests.push({ findingId: `${host}/${controlId}`, hostId: host, controlId, changes: [change] });
  }
  return succeed(requests);
}
