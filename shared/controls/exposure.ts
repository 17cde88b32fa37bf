/** How a port of the node can be reached: by its socket, by the rules, and as seen from outside. */
import type { FirewallFact, Listener, OutsideView } from '../domain/facts.ts';
import { type Reach, reachOf } from '../text/address.ts';
import { coverageOf } from '../text/ranges.ts';

type FactRules = FirewallFact['ports'][number];

/** `wide`: some sources are left out, but those that are let in cover more than anybody would call a restriction. */
export type PortRules = Omit<FactRules, 'access'> & { readonly access: FactRules['access'] | 'wide' };

export function rulesFor(firewall: FirewallFact, port: number): PortRules {
  const found = firewall.ports.find((one) => one.port === port);
  if (!found) return { port, access: 'undecided', sources: [] };
  if (found.access !== 'sources') return found;
  const coverage = coverageOf(found.sources);
  return coverage === 'restricted' ? found : { ...found, access: coverage === 'wide' ? 'wide' : 'undecided' };
}

const order: readonly Reach[] = ['loopback', 'private', 'public', 'every'];

/** The widest address that the port is bound to; `undefined` when nobody listens. */
export function widestReach(
  listeners: readonly Listener[],
  port: number,
): { readonly reach: Reach; readonly addresses: readonly string[] } | undefined {
  const found = listeners.filter((listener) => listener.port === port);
  if (found.length === 0) return undefined;
  const reach = found
    .map((listener) => reachOf(listener.address))
    .reduce((widest, one) => (order.indexOf(one) > order.indexOf(widest) ? one : widest));
  return { reach, addresses: [...new Set(found.map((listener) => listener.address))] };
}

export function describeRules({ access, sources }: PortRules): string {
  switch (access) {
    case 'everyone':
      return 'open to everyone';
    case 'nobody':
      return 'closed to the network';
    case 'sources':
    case 'wide':
      return `open to ${sources.join(', ')}`;
    case 'undecided':
      return 'not decidable from these rules';
  }
}

/** Whether the port answered the operator's machine; `undefined` when nobody looked. */
export function reachedFromOutside(outside: OutsideView | undefined, port: number): boolean | undefined {
  const seen = outside?.ports.find((one) => one.port === port);
  return seen === undefined ? undefined : seen.state !== 'closed' && seen.state !== 'filtered';
}

export function describeOutside(outside: OutsideView | undefined, port: number): string {
  const seen = outside?.ports.find((one) => one.port === port);
  if (!seen) return 'not looked at';
  const answer = { yes: 'answers a stranger', no: 'refuses strangers', unknown: '' }[seen.answersStranger];
  return [
    seen.state === 'clear' ? 'open, in clear' : seen.state === 'tls' ? 'open, with TLS' : seen.state,
    answer,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
