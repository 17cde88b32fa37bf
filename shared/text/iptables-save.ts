/**
 * What iptables-save and ip6tables-save print of the filter table (iptables-save(8), iptables-extensions(8)), brought into the
 * form in which live nftables rules are judged. What is not understood becomes a condition that may hold or not.
 */
import type { Json, JsonRecord, NftChain } from './nft-ruleset.ts';

/** A condition that is not looked at. */
const maybe: JsonRecord = { limit: {} };
/** Targets that only note something, after which the packet goes on. */
const going = new Set([
  'LOG',
  'NFLOG',
  'ULOG',
  'AUDIT',
  'MARK',
  'CONNMARK',
  'TRACE',
  'SECMARK',
  'CONNSECMARK',
]);
/** Modules whose options are read below, or that match every new connection from another machine. */
const plain = new Set(['tcp', 'udp', 'conntrack', 'state', 'multiport', 'comment', 'addrtype', 'iprange']);

/** Words of a rule; a quoted one may hold spaces. Undefined when a quote is not closed. */
function words(line: string): readonly string[] | undefined {
  const found = line.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
  return (line.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 0
    ? found.map((word) => (word.startsWith('"') ? word.slice(1, -1) : word))
    : undefined;
}

function match(left: JsonRecord, right: Json, negated: boolean): JsonRecord {
  return { match: { op: negated ? '!=' : '==', left, right } };
}

function portsOf(text: string): Json {
  const ports = text.split(',').map((part): Json => {
    const [low = '', high] = part.split(':');
    return high === undefined ? Number(low) : { range: [Number(low || 0), Number(high || 65_535)] };
  });
  return { set: ports };
}

interface Reading {
  readonly words: readonly string[];
  at: number;
  readonly family: 'ip' | 'ip6';
  readonly chains: ReadonlySet<string>;
}

function verdict(target: string, goes: boolean, chains: ReadonlySet<string>): readonly JsonRecord[] {
  if (target === 'ACCEPT') return [{ accept: null }];
  if (target === 'DROP') return [{ drop: null }];
  if (target === 'REJECT') return [{ reject: null }];
  if (target === 'RETURN') return [{ return: null }];
  if (going.has(target)) return [];
  if (chains.has(target)) return [goes ? { goto: { target } } : { jump: { target } }];
  return [{ queue: null }];
}

/** One option with its value; `at` moves behind them. */
function option(reading: Reading, negated: boolean): readonly JsonRecord[] {
  const name = reading.words[reading.at] ?? '';
  const value = reading.words[reading.at + 1] ?? '';
  reading.at += 2;
  const { family } = reading;
  switch (name) {
    case '-p':
    case '--protocol':
      return value === 'all'
        ? []
        : [match({ meta: { key: 'l4proto' } }, value === '6' ? 'tcp' : value, negated)];
    case '-i':
    case '--in-interface':
      return [match({ meta: { key: 'iifname' } }, value, negated)];
    case '-s':
    case '--source':
      return [
        match(
          { payload: { protocol: family, field: 'saddr' } },
          value.replace(family === 'ip' ? /\/32$/ : /\/128$/, ''),
          negated,
        ),
      ];
    case '--src-range':
      return [match({ payload: { protocol: family, field: 'saddr' } }, { range: value.split('-') }, negated)];
    case '--dport':
    case '--destination-port':
    case '--dports':
      return [match({ payload: { protocol: 'th', field: 'dport' } }, portsOf(value), negated)];
    case '--ctstate':
    case '--state':
      return [match({ ct: { key: 'state' } }, { set: value.toLowerCase().split(',') }, negated)];
    case '--dst-type':
      // A connection to this host's own port goes to one of its own addresses.
      return value === 'LOCAL'
        ? [match({ meta: { key: 'l4proto' } }, 'tcp', negated)]
        : [match({ meta: { key: 'l4proto' } }, 'another address', negated)];
    case '--comment':
      return [];
    case '-m':
    case '--match':
      return plain.has(value) ? [] : [maybe];
    case '-j':
    case '-g': {
      // What follows are options of the target.
      reading.at = reading.words.length;
      return verdict(value, name === '-g', reading.chains);
    }
    default:
      // An option without a value would swallow the next one's name.
      if (value.startsWith('-') || value === '!' || value === '') reading.at -= 1;
      return [maybe];
  }
}

function ruleOf(
  text: readonly string[],
  family: 'ip' | 'ip6',
  chains: ReadonlySet<string>,
): readonly JsonRecord[] {
  const reading: Reading = { words: text, at: 0, family, chains };
  const statements: JsonRecord[] = [];
  while (reading.at < text.length) {
    const negated = text[reading.at] === '!';
    if (negated) reading.at += 1;
    statements.push(...option(reading, negated));
  }
  return statements;
}

/**
 * The chains of the filter table; empty when the text has none. Undefined when the text is not what iptables-save prints.
 * @param table name that tells these chains from others
 */
export function parseIptablesSave(
  text: string,
  family: 'ip' | 'ip6',
  table: string,
): readonly NftChain[] | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const start = lines.indexOf('*filter');
  if (start < 0) return lines.every((line) => line === '' || line.startsWith('#')) ? [] : undefined;
  const end = lines.indexOf('COMMIT', start);
  if (end < 0) return undefined;
  const section = lines.slice(start + 1, end);
  const policies = new Map(
    section
      .map((line) => /^:(\S+) (\S+)/.exec(line))
      .filter((found) => found !== null)
      .map((found) => [found[1] ?? '', found[2] ?? '-']),
  );
  const names = new Set(policies.keys());
  const rules = new Map<string, (readonly JsonRecord[])[]>();
  for (const line of section) {
    if (line === '' || line.startsWith('#') || line.startsWith(':')) continue;
    const [command, chain = '', ...rest] = words(line.replace(/^\[\d+:\d+\] /, '')) ?? [];
    if (command !== '-A' || !names.has(chain)) return undefined;
    rules.set(chain, [...(rules.get(chain) ?? []), ruleOf(rest, family, names)]);
  }
  return [...policies].map(([name, policy]) => ({
    family,
    table,
    name,
    hook: name === 'INPUT' ? 'input' : undefined,
    priority: 0,
    policy: policy === 'DROP' ? 'drop' : 'accept',
    rules: rules.get(name) ?? [],
  }));
}
