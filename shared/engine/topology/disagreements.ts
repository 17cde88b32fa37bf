/** In what the nodes of one cluster differ, each time with the odd ones by name. */
import type { Disagreement } from '../../domain/topology.ts';
import { endpointOf } from './endpoint.ts';
import { means } from './groups.ts';
import type { Member } from './members.ts';

/** In the order in which an operator should look at them. */
export function disagreementsOf(members: readonly Member[]): readonly Disagreement[] {
  if (members.length < 2) return [];
  return [
    ...switched(members, 'security', ({ node }) => node.security, ['off', 'on'], {
      off: 'security off',
      on: 'it on',
    }),
    ...switched(members, 'transport-tls', ({ node }) => node.transportSpeech, ['clear', 'tls'], {
      clear: 'transport in clear',
      tls: 'TLS',
    }),
    ...switched(members, 'http-tls', ({ node }) => node.httpSpeech, ['clear', 'tls'], {
      clear: 'HTTP in clear',
      tls: 'TLS',
    }),
    ...apart(members),
    ...differing(
      members,
      'cluster-name',
      ({ clusterName }) => clusterName,
      (name) => `call their cluster ${name}`,
      true,
    ),
    ...differing(
      members.filter(({ uuid }) => uuid !== undefined),
      'master',
      ({ uuid, follows }) => (follows === undefined ? undefined : `${uuid} ${follows}`),
      (value) => `follow the master ${value.slice(value.indexOf(' ') + 1)}`,
      true,
      sameCluster,
    ),
    ...differing(
      members,
      'version',
      ({ node }) => node.version,
      (version) => `run ${version}`,
      false,
    ),
    ...differing(
      members,
      'seed-hosts',
      seedLists(members),
      (seeds) => (seeds === '' ? 'name no seed hosts' : `look for the others at ${seeds}`),
      false,
    ),
  ];
}

/** Where one side is the safe one, the others are the odd ones, however many they are. */
function switched(
  members: readonly Member[],
  about: Disagreement['about'],
  valueOf: (member: Member) => string,
  [bad, good]: readonly [string, string],
  words: Readonly<Record<string, string>>,
): readonly Disagreement[] {
  const odd = members.filter((member) => valueOf(member) === bad);
  const rest = members.filter((member) => valueOf(member) === good);
  if (odd.length === 0 || rest.length === 0) return [];
  const verb = about === 'security' ? ['has', 'have'] : ['speaks', 'speak'];
  const said = (list: readonly Member[], what: string) =>
    `${namesOf(list)} ${list.length === 1 ? verb[0] : verb[1]} ${words[what] ?? what}`;
  return [disagreement(about, `${said(odd, bad)}; ${said(rest, good)}.`, odd, true)];
}

/** Nodes that are meant to be one cluster and are several, or that run and joined nobody. */
function apart(members: readonly Member[]): readonly Disagreement[] {
  const told = members.filter(({ uuid }) => uuid !== undefined);
  const lost = lostMembers(members);
  const parts = grouped(told, ({ uuid }) => uuid);
  const found: Disagreement[] = [];
  if (parts.length > 1) {
    const odd = minority(parts);
    const clusters = parts.map(([, list]) => namesOf(list)).join('; ');
    const sentence = `The settings name one cluster, and the nodes form ${parts.length}: ${clusters}.`;
    found.push(disagreement('cluster', sentence, odd, true));
  }
  if (lost.length > 0 && told.length > 0) {
    const verb = lost.length === 1 ? 'runs and is' : 'run and are';
    const sentence = `${namesOf(lost)} ${verb} not in the cluster of ${namesOf(told)}.`;
    found.push(disagreement('cluster', sentence, lost, true));
  }
  return found;
}

/** Nodes that run outside the cluster for certain: every node that the cluster tells is known to be another one. */
export function lostMembers(members: readonly Member[]): readonly Member[] {
  if (members.some(({ node }) => node.standing === 'not-in-workspace')) return [];
  return members.filter(
    ({ uuid, node, doubtful }) => uuid === undefined && node.running === true && !doubtful,
  );
}

function differing(
  members: readonly Member[],
  about: Disagreement['about'],
  valueOf: (member: Member) => string | undefined,
  say: (value: string) => string,
  unsafe: boolean,
  counts: (parts: readonly Part[]) => boolean = () => true,
): readonly Disagreement[] {
  const parts = grouped(members, valueOf);
  if (parts.length < 2 || !counts(parts)) return [];
  const sentence = parts
    .map(([value, list]) => `${namesOf(list)} ${list.length === 1 ? singular(say(value)) : say(value)}`)
    .join('; ');
  return [disagreement(about, `${sentence}.`, minority(parts), unsafe)];
}

function singular(words: string): string {
  return words.replace(/^(\w+)/, (verb) => `${verb}s`).replace(' their ', ' its ');
}

/** Two masters are one matter; two clusters, each with its own, are another. */
function sameCluster(parts: readonly Part[]): boolean {
  const uuids = parts.map(([value]) => value.slice(0, value.indexOf(' ')));
  return new Set(uuids).size < uuids.length;
}

/** Says of a member its seed hosts as the names of the nodes they mean, in one text; undefined where they are not known. */
function seedLists(members: readonly Member[]): (member: Member) => string | undefined {
  const known = new Map<string, Member[]>();
  for (const member of members)
    for (const name of member.names) {
      const same = known.get(name);
      if (same) same.push(member);
      else known.set(name, [member]);
    }
  const named = new Map<string, string | undefined>();
  for (const seed of new Set(members.flatMap(({ seeds }) => seeds ?? [])))
    named.set(seed, known.get(endpointOf(seed).host)?.find((other) => means(seed, other))?.node.name);
  const whole = members.every(({ node }) => node.standing === 'read' || node.standing === 'host-only');
  const wanted = new Set(named.values());
  return ({ seeds, node }) => {
    if (seeds === undefined) return undefined;
    // The name may be that of a host that was not read, of which only the address is known.
    if (!whole && seeds.some((seed) => named.get(seed) === undefined)) return undefined;
    if (seeds.length === 0) return '';
    const meant = seeds.map((seed) => named.get(seed) ?? seed);
    // Who stands in the lists of others may leave out itself in its own; who stands in none is none to look for.
    return [...new Set([...meant, ...(wanted.has(node.name) ? [node.name] : [])])].toSorted().join(', ');
  };
}

type Part = readonly [value: string, members: readonly Member[]];

/** Largest first; members of unknown value are in none. */
function grouped(
  members: readonly Member[],
  valueOf: (member: Member) => string | undefined,
): readonly Part[] {
  const parts = new Map<string, Member[]>();
  for (const member of members) {
    const value = valueOf(member);
    if (value !== undefined) parts.set(value, [...(parts.get(value) ?? []), member]);
  }
  return [...parts].toSorted(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1));
}

/** All but the largest part; everybody where no part is the largest. */
function minority(parts: readonly Part[]): readonly Member[] {
  const [first, second] = parts;
  const tie = first !== undefined && first[1].length === second?.[1].length;
  return (tie ? parts : parts.slice(1)).flatMap(([, list]) => list);
}

function disagreement(
  about: Disagreement['about'],
  sentence: string,
  odd: readonly Member[],
  unsafe: boolean,
): Disagreement {
  return { about, sentence: sentence.slice(0, 2000), odd: odd.map(({ node }) => node.key), unsafe };
}

const namedAtMost = 5;

export function namesOf(members: readonly Member[]): string {
  const names = members.map(({ node }) => node.name).toSorted();
  const more = names.length - namedAtMost;
  if (more > 0) return `${names.slice(0, namedAtMost).join(', ')} and ${more} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
