/**
 * Who may reach a TCP port by the live rules. Every base chain on the input hook must accept a connection; IPv4 and IPv6 are
 * judged apart and the wider of the two counts. Where a rule is not understood the answer is `undecided`, never a guess.
 */
import { compare, type Match, matchOf, type Packet } from './nft-match.ts';
import { asRecord, isList, type JsonRecord, type NftChain, type NftRuleset } from './nft-ruleset.ts';

export interface PortAccess {
  readonly access: 'everyone' | 'sources' | 'nobody' | 'undecided';
  readonly sources: readonly string[];
}

export function portAccess(ruleset: NftRuleset, port: number): PortAccess {
  const both = ([4, 6] as const).map((family) => familyAccess(ruleset, { port, family }));
  for (const access of ['everyone', 'undecided', 'sources'] as const) {
    const found = both.filter((one) => one.access === access);
    if (found.length > 0)
      return {
        access,
        sources: access === 'sources' ? [...new Set(found.flatMap((one) => one.sources))] : [],
      };
  }
  return { access: 'nobody', sources: [] };
}

/** The verdict for a port that no rule names. `none`: nothing filters what comes in. */
export function inboundDefault(ruleset: NftRuleset): 'drop' | 'accept' | 'none' {
  if (!ruleset.chains.some((chain) => chain.hook === 'input')) return 'none';
  const access = portAccess(ruleset, neverNamed).access;
  return access === 'nobody' || access === 'sources' ? 'drop' : 'accept';
}

/** Reserved by IANA and used by nothing. */
const neverNamed = 1023;

function familyAccess(ruleset: NftRuleset, packet: Packet): PortAccess {
  const families = packet.family === 4 ? ['inet', 'ip'] : ['inet', 'ip6'];
  const bases = ruleset.chains.filter((chain) => chain.hook === 'input' && families.includes(chain.family));
  let result: PortAccess = { access: 'everyone', sources: [] };
  for (const base of bases) result = narrower(result, chainAccess(ruleset, base, packet));
  return result;
}

const width = { nobody: 0, sources: 1, undecided: 2, everyone: 3 } as const;

function narrower(a: PortAccess, b: PortAccess): PortAccess {
  if (a.access === 'sources' && b.access === 'sources') {
    const shared = a.sources.filter((source) => b.sources.includes(source));
    return { access: 'sources', sources: shared.length > 0 ? shared : b.sources };
  }
  return width[b.access] < width[a.access] ? b : a;
}

interface Walk {
  readonly ruleset: NftRuleset;
  readonly packet: Packet;
  readonly allowed: Set<string>;
  everyone: boolean;
  undecided: boolean;
  depth: number;
}

/** Which sources are still on their way through the rules; `undefined` means all. */
interface Stream {
  left: readonly string[] | undefined;
  /** False where it is not known whether anybody is on this way at all. */
  certain: boolean;
}

/** Who left a chain before its end, to go on in the chain that it was asked from. */
interface Returned {
  readonly sources: string[];
  /** On a condition that is not followed. */
  maybe: boolean;
}

function chainAccess(ruleset: NftRuleset, base: NftChain, packet: Packet): PortAccess {
  const walk: Walk = { ruleset, packet, allowed: new Set(), everyone: false, undecided: false, depth: 0 };
  const stream: Stream = { left: undefined, certain: true };
  if (walkChain(base, stream, walk) === 'on' && base.policy === 'accept') {
    if (stream.certain || stream.left !== undefined) accept(stream, undefined, walk);
    else walk.undecided = true;
  }
  if (walk.everyone) return { access: 'everyone', sources: [] };
  if (walk.undecided) return { access: 'undecided', sources: [] };
  return walk.allowed.size > 0
    ? { access: 'sources', sources: [...walk.allowed] }
    : { access: 'nobody', sources: [] };
}

/** `done`: nothing of the stream goes on to the next rule of the chain above. */
function walkChain(chain: NftChain, stream: Stream, walk: Walk): 'on' | 'done' {
  const returned: Returned = { sources: [], maybe: false };
  for (const rule of chain.rules) {
    const after = walkRule(rule, chain, stream, walk, returned);
    if (after === 'return') return 'on';
    if (after === 'done') return goesOn(stream, returned);
  }
  return 'on';
}

/** After the rest of a chain was decided: who returned before goes on, and nobody else. */
function goesOn(stream: Stream, { sources, maybe }: Returned): 'on' | 'done' {
  if (maybe) {
    stream.certain = false;
    return 'on';
  }
  if (sources.length === 0) return 'done';
  stream.left = [...new Set(sources)];
  return 'on';
}

interface Condition {
  from: readonly string[] | undefined;
  notFrom: readonly string[] | undefined;
  maybe: boolean;
}

function walkRule(
  rule: readonly JsonRecord[],
  chain: NftChain,
  stream: Stream,
  walk: Walk,
  returned: Returned,
): 'on' | 'done' | 'return' {
  const condition: Condition = { from: undefined, notFrom: undefined, maybe: false };
  const scope = { ruleset: walk.ruleset, family: chain.family, table: chain.table };
  for (const statement of rule) {
    const match = asRecord(statement['match']);
    if (match) {
      if (!narrow(condition, matchOf(match, walk.packet, scope))) return 'on';
      continue;
    }
    const vmap = asRecord(statement['vmap']);
    if (vmap) {
      const entries = asRecord(vmap['data'])?.['set'];
      if (!isList(entries)) {
        walk.undecided = true;
        continue;
      }
      for (const entry of entries) {
        const [key, verdict] = isList(entry) ? entry : [];
        const chosen: Condition = { ...condition };
        if (!narrow(chosen, compare(asRecord(vmap['key']), false, key ?? null, walk.packet, scope))) continue;
        const after = applyVerdict(asRecord(verdict), chosen, chain, stream, walk, returned);
        if (after !== 'on') return after;
      }
      continue;
    }
    if (
      statement['limit'] !== undefined ||
      statement['xt'] !== undefined ||
      statement['meter'] !== undefined ||
      statement['quota'] !== undefined ||
      statement['ct count'] !== undefined
    ) {
      condition.maybe = true;
      continue;
    }
    const after = applyVerdict(statement, condition, chain, stream, walk, returned);
    if (after !== 'on') return after;
  }
  return 'on';
}

/** False when the rule does not concern this connection. */
function narrow(condition: Condition, match: Match): boolean {
  if (match === 'no') return false;
  if (match === 'maybe') condition.maybe = true;
  else if (match !== 'yes') {
    if ('from' in match) condition.from = match.from;
    else condition.notFrom = match.notFrom;
  }
  return true;
}

function applyVerdict(
  statement: JsonRecord | undefined,
  condition: Condition,
  chain: NftChain,
  stream: Stream,
  walk: Walk,
  returned: Returned,
): 'on' | 'done' | 'return' {
  if (!statement) return 'on';
  const whole = !condition.maybe && condition.from === undefined && condition.notFrom === undefined;
  if ('accept' in statement) {
    if (condition.maybe || !stream.certain) {
      // At most these get in; whether they do is not needed to know who stays out.
      if (condition.from === undefined && stream.left === undefined) walk.undecided = true;
      else accept(stream, condition.from, walk);
      return 'on';
    }
    accept(stream, condition.from, walk);
    return condition.from === undefined ? 'done' : 'on';
  }
  if ('drop' in statement || 'reject' in statement) {
    if (whole) return 'done';
    if (!condition.maybe && condition.from === undefined && condition.notFrom)
      stream.left = condition.notFrom;
    return 'on';
  }
  if ('return' in statement) {
    if (whole) return 'return';
    if (condition.maybe || condition.notFrom !== undefined) returned.maybe = true;
    else returned.sources.push(...(condition.from ?? []));
    return 'on';
  }
  const target = asRecord(statement['jump'])?.['target'] ?? asRecord(statement['goto'])?.['target'];
  if (typeof target !== 'string') {
    if ('queue' in statement) walk.undecided = true;
    return 'on';
  }
  const next = walk.ruleset.chains.find(
    (one) => one.family === chain.family && one.table === chain.table && one.name === target,
  );
  if (!next || walk.depth > 16) {
    walk.undecided = true;
    return 'on';
  }
  walk.depth++;
  const inner: Stream = whole
    ? stream
    : { left: condition.from ?? stream.left, certain: stream.certain && !condition.maybe };
  const after = walkChain(next, inner, walk);
  walk.depth--;
  if (!whole) return 'on';
  return after === 'done' || 'goto' in statement ? 'done' : 'on';
}

function accept(stream: Stream, from: readonly string[] | undefined, walk: Walk): void {
  const both = from?.filter((source) => stream.left?.includes(source));
  const sources = stream.left === undefined ? from : both && both.length > 0 ? both : stream.left;
  if (sources === undefined) walk.everyone = true;
  else for (const source of sources) walk.allowed.add(source);
}
