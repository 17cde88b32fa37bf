/** The cluster that is joined, asked through the host of the joining node: whatever is answered has also been reached from there. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { askNode, at, isLost, jsonOf, type NodeDoor, vaultCredential } from '../../elasticsearch/node.ts';
import type { NodeCredential, TlsPeer } from '../../ports.ts';
import { type HttpAddress, parseAddress, showAddress } from './token.ts';

export type Enrollment = ChangeOf<'es-enrollment'>;

/** The issuing node with its CA pinned and its login. */
export interface Issuer {
  readonly door: NodeDoor;
  readonly credential: Extract<NodeCredential, { readonly type: 'basic' }>;
  readonly caPem: string;
  /** SHA-256 of that CA, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** What it showed. */
  readonly peer: TlsPeer;
}

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly roles: readonly string[];
  readonly transport: HttpAddress | undefined;
}

export interface Cluster {
  readonly name: string;
  readonly status: string;
  readonly members: readonly Member[];
  /** Whether the issuing node gives out enrollment tokens. */
  readonly enrolls: boolean;
  /** The issuing node is set to stay alone: it lets nobody join (`discovery.type: single-node`). */
  readonly staysAlone: boolean;
}

export function refused(message: string, nextStep: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' }));
}

/** Fingerprints are written with and without colons. */
export const plainFingerprint = (text: string): string => text.replaceAll(':', '').toLowerCase();

const where = ({ issuer }: Enrollment) => `${issuer.address}:${issuer.port}`;

/** Who answers there over TLS; nothing is trusted and nothing secret is sent. Errors: PRECONDITION_FAILED, the connection's. */
export async function observe(context: ChangeContext, place: HttpAddress): Promise<Result<TlsPeer>> {
  const seen = await askNode(
    context,
    { ...place, tls: { caPem: 'observe-only' } },
    '/_cluster/health?timeout=1s',
  );
  if (!seen.ok && isLost(seen.error)) {
    return seen;
  }
  const peer = seen.ok ? seen.value.peer : undefined;
  return peer === undefined
    ? refused(
        `Nothing answers over TLS at ${place.address}:${place.port}, asked from the host of the joining node.`,
        'Let the secured node listen on an address that other hosts reach (network.host or http.host), open the port in its firewall for this host, then try again.',
      )
    : succeed(peer);
}

/** Whether the chain ends in the certificate of this fingerprint. */
export function servedBy(peer: TlsPeer, fingerprint: string): boolean {
  return peer.chain.some((one) => plainFingerprint(one.fingerprint256) === fingerprint);
}

/** Whether its certificate names this address: Elasticsearch's own tool insists on it, also with a token (seen on 8.19.21). */
export function names(peer: TlsPeer, address: string): boolean {
  const wanted = address.toLowerCase();
  return namesOf(peer).some((name) => name === wanted);
}

/** `DNS:a`, `IP Address:10.0.0.1` and bare names, without what stands before them. */
function namesOf(peer: TlsPeer): readonly string[] {
  return (peer.chain[0]?.names ?? []).map((name) => name.replace(/^(?:DNS|IP Address):/i, '').toLowerCase());
}

/** More addresses than these are not tried. */
const mostTried = 6;

/**
 * An address of the issuing node that the joining host reaches and that its certificate names. Nodes that got another address after
 * their set-up have none. Errors: PRECONDITION_FAILED, the connection's.
 */
export async function enrollingAt(
  context: ChangeContext,
  { door, peer, fingerprint }: Issuer,
): Promise<Result<HttpAddress>> {
  const { address, port } = door;
  if (names(peer, address)) {
    return succeed({ address, port });
  }
  const known = namesOf(peer);
  const others = known.filter((name) => name !== 'localhost' && name !== '::1' && !name.startsWith('127.'));
  for (const other of others.slice(0, mostTried)) {
    const place = parseAddress(showAddress({ address: other, port }));
    const seen = place === undefined ? undefined : await observe(context, place);
    if (seen !== undefined && !seen.ok && isLost(seen.error)) {
      return seen;
    }
    if (place !== undefined && seen?.ok === true && servedBy(seen.value, fingerprint)) {
      return succeed(place);
    }
  }
  return refused(
    `The certificate of the node at ${address}:${port} does not name that address, and this host reaches the node by none that it names (${known.slice(0, 8).join(', ')}). Elasticsearch’s own tool refuses to enrol a node then.`,
    'Give the secured node a certificate of the same authority for the address that it has now, or let this host reach it by one of those names.',
  );
}

/** Errors: PRECONDITION_FAILED (no login, no CA, not reachable, another CA), the connection's. Sends no password to a stranger. */
export async function openIssuer(change: Enrollment, context: ChangeContext): Promise<Result<Issuer>> {
  const { issuer } = change;
  const credential = await vaultCredential(context, issuer.elasticPasswordRef);
  const ca = await context.secrets.get(issuer.httpCaRef);
  const summary = ca.ok ? context.certificates.summary(ca.value.reveal()) : undefined;
  if (credential?.type !== 'basic' || !ca.ok || summary === undefined) {
    return refused(
      `The vault has no ${credential === undefined ? 'password of elastic' : 'certificate authority'} of the node at ${where(change)}.`,
      'Unlock the vault; where the node was secured without Bulwark, give its login on its host first and assess it.',
    );
  }
  const fingerprint = plainFingerprint(summary.fingerprint256);
  const peer = await observe(context, issuer);
  if (!peer.ok) {
    return peer;
  }
  if (!servedBy(peer.value, fingerprint)) {
    return refused(
      `The node at ${where(change)} does not show the certificate authority that the vault knows of it (SHA-256 ${fingerprint}).`,
      'Find out who answers at this address. If the certificate was changed on purpose, assess that host again.',
    );
  }
  // Certificates of the set-up name the addresses that the host had then, and always localhost; the authority is the cluster's own.
  const local = !names(peer.value, issuer.address) && names(peer.value, 'localhost');
  const caPem = ca.value.reveal();
  return succeed({
    door: {
      address: issuer.address,
      port: issuer.port,
      tls: { caPem, ...(local ? { serverName: 'localhost' } : {}) },
    },
    credential,
    caPem,
    fingerprint,
    peer: peer.value,
  });
}

/** A request with the login; errors: PRECONDITION_FAILED with what the node said, the connection's. */
export async function askCluster(
  context: ChangeContext,
  { door, credential }: Issuer,
  path: string,
  more: { readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly body?: unknown } = {},
): Promise<Result<unknown>> {
  const answer = await askNode(context, door, path, {
    credential,
    timeoutSeconds: 60,
    ...(more.method === undefined ? {} : { method: more.method }),
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
  if (!answer.ok) {
    return isLost(answer.error)
      ? answer
      : refused(`The cluster does not answer: ${answer.error.message}`, 'Look at it and try again.');
  }
  const { status } = answer.value;
  if (status === 401) {
    return refused(
      'The cluster does not accept the password of elastic that the vault holds.',
      'Assess the host of the secured node again, then try again.',
    );
  }
  return status >= 200 && status < 300
    ? succeed(jsonOf(answer.value))
    : refused(
        `The cluster refuses (${status}): ${(text(at(jsonOf(answer.value), 'error', 'reason')) || path).slice(0, 300)}.`,
        'Correct the named cause and try again.',
      );
}

const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Nodes, name and health as the issuing node tells them. */
export async function readCluster(context: ChangeContext, issuer: Issuer): Promise<Result<Cluster>> {
  const health = await askCluster(context, issuer, '/_cluster/health?timeout=20s');
  const nodes = health.ok
    ? await askCluster(
        context,
        issuer,
        '/_nodes/transport?filter_path=nodes.*.name,nodes.*.version,nodes.*.roles,nodes.*.transport.publish_address',
      )
    : health;
  const own = nodes.ok
    ? await askCluster(
        context,
        issuer,
        '/_nodes/_local/settings?filter_path=nodes.*.settings.xpack.security.enrollment,nodes.*.settings.discovery.type',
      )
    : nodes;
  if (!health.ok || !nodes.ok || !own.ok) {
    return [health, nodes, own].find((one) => !one.ok) as Result<never>;
  }
  const [local] = entries(at(own.value, 'nodes'));
  const members = entries(at(nodes.value, 'nodes')).map(([id, node]): Member => {
    const roles = at(node, 'roles');
    return {
      id,
      name: text(at(node, 'name')),
      version: text(at(node, 'version')),
      roles: Array.isArray(roles) ? roles.map(text) : [],
      transport: parseAddress(text(at(node, 'transport', 'publish_address'))),
    };
  });
  const name = text(at(health.value, 'cluster_name'));
  return name === '' || members.length === 0
    ? refused('The cluster does not say who is in it.', 'Look at it and try again.')
    : succeed({
        name,
        status: text(at(health.value, 'status')),
        members,
        enrolls: text(at(local?.[1], 'settings', 'xpack', 'security', 'enrollment', 'enabled')) === 'true',
        staysAlone: text(at(local?.[1], 'settings', 'discovery', 'type')) === 'single-node',
      });
}
