/** Where a node is knocked at from its own host, and whether a password may go in there. One rule for reading and changing. */

import { knownValue } from '../../domain/fact.ts';
import type { Facts, Listener, NodeAnswers } from '../../domain/facts.ts';
import type { NodeRequest } from '../../engine/ports.ts';
import { reachOf } from '../../text/address.ts';

/**
 * Address on which a port of the node answers from its own host; `undefined` when nobody listens there.
 * @param listeners `undefined`: could not be read; then loopback is tried
 */
export function addressFor(listeners: readonly Listener[] | undefined, port: number): string | undefined {
  if (listeners === undefined) return '127.0.0.1';
  const found = listeners.filter((listener) => listener.port === port);
  const [one] = found;
  if (!one) return undefined;
  if (found.some((listener) => reachOf(listener.address) === 'every' || listener.address === '127.0.0.1'))
    return '127.0.0.1';
  return one.address;
}

/** A password goes only to a node that the host's own authority vouches for, or in clear to a process that is the node for certain. */
export function mayCarryPassword(
  answers: Pick<NodeAnswers, 'http' | 'tlsVerifiedByCa'>,
  port: number,
  pid: number | undefined,
  listeners: readonly Listener[] | undefined,
): boolean {
  if (answers.http === 'tls') return answers.tlsVerifiedByCa === true;
  const listener = listeners?.find((one) => one.port === port);
  return answers.http === 'clear' && pid !== undefined && listener?.pid === pid;
}

export interface PasswordDoor {
  readonly address: string;
  readonly port: number;
  readonly tls: NodeRequest['tls'];
}

/** `undefined` when a password must not go to this node, as it was found in these facts. `authority` is PEM. */
export function passwordDoor(facts: Facts, authority: string): PasswordDoor | undefined {
  const install = knownValue(facts['es-install']);
  const answers = knownValue(facts['node-answers']);
  if (!install || !answers) return undefined;
  const listeners = knownValue(facts.listeners);
  const port = install.httpPort;
  const address = addressFor(listeners, port);
  if (address === undefined) return undefined;
  if (!mayCarryPassword(answers, port, knownValue(facts['es-process'])?.pid, listeners)) return undefined;
  return { address, port, tls: answers.http === 'tls' ? { caPem: authority } : false };
}
