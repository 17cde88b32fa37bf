/** Whether one condition of a rule holds for a new TCP connection from another machine to one port. */
import { asRecord, isList, type Json, type JsonRecord, type NftRuleset } from './nft-ruleset.ts';

export interface Packet {
  readonly port: number;
  readonly family: 4 | 6;
}

/** `maybe`: depends on something that is not looked at, or is not understood. */
export type Match =
  | 'yes'
  | 'no'
  | 'maybe'
  | { readonly from: readonly string[] }
  | { readonly notFrom: readonly string[] };

export interface SetScope {
  readonly ruleset: NftRuleset;
  readonly family: string;
  readonly table: string;
}

export function matchOf(match: JsonRecord, packet: Packet, scope: SetScope): Match {
  const left = asRecord(match['left']);
  return compare(left, match['op'] === '!=', match['right'] ?? null, packet, scope);
}

export function compare(
  left: JsonRecord | undefined,
  negated: boolean,
  right: Json,
  packet: Packet,
  scope: SetScope,
): Match {
  const values = elements(right, scope);
  const decide = (holds: boolean | undefined): Match =>
    holds === undefined ? 'maybe' : holds !== negated ? 'yes' : 'no';
  const meta = asRecord(left?.['meta'])?.['key'];
  if (meta === 'iif' || meta === 'iifname' || meta === 'iifgroup') {
    const names = values.filter((value) => typeof value === 'string');
    if (names.length > 0 && names.every((name) => name === 'lo')) return negated ? 'yes' : 'no';
    return 'maybe';
  }
  if (meta === 'l4proto') return decide(hasAny(values, ['tcp', 6]));
  if (meta === 'nfproto' || meta === 'protocol')
    return decide(hasAny(values, packet.family === 4 ? ['ipv4', 'ip', 2] : ['ipv6', 'ip6', 10]));
  const ct = asRecord(left?.['ct'])?.['key'];
  if (ct === 'state') return decide(hasAny(values, ['new', 8]));
  // Translated addresses: whoever connects to the port itself has none.
  if (ct === 'status' && values.every((value) => value === 'dnat' || value === 'snat'))
    return negated ? 'yes' : 'no';
  if (ct === 'status' || ct === 'direction') return 'maybe';
  const payload = asRecord(left?.['payload']);
  const protocol = payload?.['protocol'];
  const field = payload?.['field'];
  if (
    protocol === 'udp' ||
    protocol === 'icmp' ||
    protocol === 'icmpv6' ||
    protocol === 'sctp' ||
    protocol === 'udplite'
  )
    return 'no';
  if ((protocol === 'tcp' || protocol === 'th') && field === 'dport')
    return decide(holdsPort(values, packet.port));
  if ((protocol === 'ip' && field === 'protocol') || (protocol === 'ip6' && field === 'nexthdr'))
    return decide(hasAny(values, ['tcp', 6]));
  if (protocol === 'ip' || protocol === 'ip6') {
    if ((protocol === 'ip') !== (packet.family === 4)) return 'no';
    if (field !== 'saddr') return 'maybe';
    const ranges = values.flatMap(rangeText);
    if (ranges.length !== values.length || values.length === 0) return 'maybe';
    const everybody = ranges.some((range) => range.endsWith('/0'));
    if (everybody) return negated ? 'no' : 'yes';
    return negated ? { notFrom: ranges } : { from: ranges };
  }
  return 'maybe';
}

/** What stands on the right side, one by one: plain values, anonymous sets, named sets. */
function elements(right: Json, scope: SetScope): readonly Json[] {
  if (typeof right === 'string' && right.startsWith('@')) {
    const named = scope.ruleset.sets.get(`${scope.family} ${scope.table} ${right.slice(1)}`);
    return named ? named.flatMap(unwrap) : [{ unknown: true }];
  }
  const set = asRecord(right)?.['set'];
  if (isList(set)) return set.flatMap(unwrap);
  if (set !== undefined) return unwrap(set);
  return isList(right) ? right.flatMap(unwrap) : [right];
}

/** Elements with time-outs or counters are wrapped in `elem`. */
function unwrap(item: Json): readonly Json[] {
  const inner = asRecord(asRecord(item)?.['elem'])?.['val'];
  return [inner ?? item];
}

function hasAny(values: readonly Json[], wanted: readonly Json[]): boolean | undefined {
  if (values.some((value) => wanted.includes(value))) return true;
  return values.every((value) => typeof value === 'string' || typeof value === 'number') ? false : undefined;
}

function holdsPort(values: readonly Json[], port: number): boolean | undefined {
  let unknown = false;
  for (const value of values) {
    const range = asRecord(value)?.['range'];
    if (value === port || (typeof value === 'string' && wellKnown[value] === port)) return true;
    if (isList(range)) {
      const [low, high] = range;
      if (typeof low !== 'number' || typeof high !== 'number') unknown = true;
      else if (low <= port && port <= high) return true;
    } else if (typeof value !== 'number' && !(typeof value === 'string' && wellKnown[value] !== undefined))
      unknown = true;
  }
  return unknown ? undefined : false;
}

const wellKnown: Readonly<Record<string, number>> = { ssh: 22, http: 80, https: 443, domain: 53 };

function rangeText(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  const prefix = asRecord(asRecord(value)?.['prefix']);
  if (prefix && typeof prefix['addr'] === 'string' && typeof prefix['len'] === 'number')
    return [`${prefix['addr']}/${prefix['len']}`];
  const range = asRecord(value)?.['range'];
  if (isList(range) && typeof range[0] === 'string' && typeof range[1] === 'string')
    return [`${range[0]}-${range[1]}`];
  return [];
}
