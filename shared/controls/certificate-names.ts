/** Names and addresses by which a node is reached: what its certificate is made for, and whom a shorter list would break. */
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import { isIpv4, isIpv6, reachOf } from '../text/address.ts';

/** One way in, and who takes it. */
export interface NameUse {
  readonly name: string;
  /** For a sentence: "clients and other nodes". */
  readonly who: string;
}

/** RFC 1123, also with a leading `*.`; underscores occur in names of containers. */
const hostName =
  /^(?=.{1,253}$)(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const isAddress = (name: string) => isIpv4(name) || isIpv6(name);

const publishing = [
  ['network.host', 'clients and other nodes'],
  ['network.publish_host', 'clients and other nodes'],
  ['http.host', 'clients'],
  ['http.publish_host', 'clients'],
  ['transport.host', 'other nodes'],
  ['transport.publish_host', 'other nodes'],
] as const;

/** Names as a certificate has them: lower case, without brackets and zone; undefined for what is no name or is everybody. */
function asName(text: string): string | undefined {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1');
  if (isIpv6(name) || isIpv4(name)) return name === '0.0.0.0' || name === '::' ? undefined : name;
  // Digits and dots that are no address are a mistake; `_site_` and the like are resolved by the node itself.
  return hostName.test(name) && !/^[\d.]+$/.test(name) && !/^_.*_$/.test(name) ? name : undefined;
}

/** Every way in that the facts tell, most important first, each name once. */
export function knownNames(facts: Facts): readonly NameUse[] {
  const system = knownValue(facts['host-system']);
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const uses: NameUse[] = [];
  const add = (text: string, who: string) => {
    const name = asName(text);
    if (name !== undefined && !uses.some((use) => use.name === name)) uses.push({ name, who });
  };
  if (system !== undefined) add(system.hostname, 'whoever uses the host name');
  for (const [key, who] of publishing)
    for (const value of settings.find((one) => one.key === key)?.values ?? []) add(value, who);
  for (const address of system?.addresses ?? [])
    if (!/^fe[89ab]/i.test(address)) add(address, 'clients and other nodes');
  for (const local of ['localhost', '127.0.0.1', '::1']) add(local, 'programs on this host');
  return uses;
}

/** `10.0.0.1:9300`, `[::1]:9300`, `search-1/10.0.0.1:9300` without the port; both names of the last form. */
function namesOfEndpoint(endpoint: string): readonly string[] {
  return endpoint.replace(/:\d{1,5}$/, '').split('/');
}

/**
 * What a certificate of this layer must carry: names that the settings publish, the address that the node publishes, and for
 * clients the host name, unless only programs on the host itself can connect.
 */
export function requiredNames(facts: Facts, layer: 'http' | 'transport'): readonly NameUse[] {
  const install = knownValue(facts['es-install']);
  const system = knownValue(facts['host-system']);
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const pid = knownValue(facts['es-process'])?.pid;
  const nodes = knownValue(facts['node-answers'])?.cluster?.nodes ?? [];
  const own = nodes.length === 1 ? nodes[0] : nodes.find((node) => pid !== undefined && node.pid === pid);
  const who = layer === 'http' ? 'clients' : 'other nodes';
  const uses: NameUse[] = [];
  const add = (text: string, by: string) => {
    const name = asName(text);
    if (name !== undefined && !uses.some((use) => use.name === name)) uses.push({ name, who: by });
  };
  for (const [key] of publishing.filter(([key]) => key.startsWith('network.') || key.startsWith(layer)))
    for (const value of settings.find((one) => one.key === key)?.values ?? []) add(value, who);
  const published = layer === 'http' ? own?.http : own?.transport;
  for (const name of namesOfEndpoint(published ?? '')) add(name, who);
  const port = layer === 'http' ? install?.httpPort : install?.transportPort;
  const bound = (knownValue(facts.listeners) ?? []).filter((one) => one.port === port);
  const onlyLocal = bound.length > 0 && bound.every(({ address }) => reachOf(address) === 'loopback');
  if (layer === 'http' && !onlyLocal && system !== undefined)
    add(system.hostname, 'whoever uses the host name');
  return uses;
}

export type ChosenNames =
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly wrong: readonly string[] };

/** What the operator entered: one per line, or with spaces or commas; at most 100. */
export function chosenNames(text: string): ChosenNames {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const wrong = entries.filter((entry) => asName(entry) === undefined);
  const names = [...new Set(entries.flatMap((entry) => asName(entry) ?? []))];
  return wrong.length > 0 || names.length === 0 || names.length > 100
    ? { ok: false, wrong }
    : { ok: true, names };
}

/** Whether a client that connects by `name` accepts a certificate for `names` (RFC 6125: a `*` is one whole label). */
export function isCovered(names: readonly string[], name: string): boolean {
  if (names.includes(name)) return true;
  if (isAddress(name)) return false;
  const parent = name.slice(name.indexOf('.'));
  return parent.startsWith('.') && names.includes(`*${parent}`);
}

/** For the operator, before anything happens. Empty when nobody known is refused. */
export function brokenBy(facts: Facts, names: readonly string[]): readonly NameUse[] {
  return knownNames(facts).filter((use) => !isCovered(names, use.name));
}
