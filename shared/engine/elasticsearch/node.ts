/** Talks to the node through the SSH connection: what its HTTP port speaks, and whether a credential is accepted. */
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ChangeContext } from '../change-kind.ts';
import { textOf } from '../host-script.ts';
import type { NodeCredential, NodeRequest, NodeResponse } from '../ports.ts';
import { findListener } from './listening.ts';

/** How to reach the HTTP port of a node from its own host. */
export interface NodeDoor {
  readonly address: string;
  readonly port: number;
  /** `false`: plain HTTP. A CA pins the certificate; `observe-only` takes any and proves nothing. */
  readonly tls: NodeRequest['tls'];
}

export type NodeContext = Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'secrets'>;

/** Errors of the connection, a refused forwarding among them, say nothing about the node. */
export function isLost(error: AppError): boolean {
  return error.code.startsWith('SSH_') || error.code === 'CANCELLED';
}

/** One request; `path` is always one of this program's own. */
export function askNode(
  context: NodeContext,
  door: NodeDoor,
  path: string,
  more: {
    readonly credential?: NodeCredential;
    readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
    readonly body?: string | Secret;
    readonly timeoutSeconds?: number;
  } = {},
): Promise<Result<NodeResponse>> {
  return context.host.request(
    {
      address: door.address,
      port: door.port,
      tls: door.tls,
      method: more.method ?? 'GET',
      path,
      timeoutSeconds: more.timeoutSeconds ?? 10,
      ...(more.credential === undefined ? {} : { credential: more.credential }),
      ...(more.body === undefined ? {} : { body: more.body }),
    },
    context.signal,
  );
}

/** The body as JSON; undefined when it is none. */
export function jsonOf(response: NodeResponse): unknown {
  try {
    return JSON.parse(textOf(response.body)) as unknown;
  } catch {
    return undefined;
  }
}

/** `at(value, 'a', 'b')` is `value.a.b` where those exist. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here: unknown = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) {
      return undefined;
    }
    here = (here as Readonly<Record<string, unknown>>)[step];
  }
  return here;
}

export type Speech =
  | { readonly speaks: 'nothing' }
  | { readonly speaks: 'plain' | 'tls'; readonly address: string; readonly status: number };

/**
 * What the port answers to a stranger: nothing, HTTP in clear, or HTTP over TLS. A node that is starting may listen and
 * not answer yet: that is `nothing` too. Errors: SSH_CONNECTION_LOST, CANCELLED.
 */
export async function probeHttp(context: NodeContext, port: number): Promise<Result<Speech>> {
  const listener = await findListener(context.host, port, context.signal);
  if (!listener.ok) {
    return listener;
  }
  if (listener.value === undefined) {
    return succeed({ speaks: 'nothing' });
  }
  for (const tls of [{ caPem: 'observe-only' } as const, false as const]) {
    const answer = await askNode(
      context,
      { address: listener.value, port, tls },
      '/_cluster/health?timeout=1s&master_timeout=1s',
      {
        timeoutSeconds: 8,
      },
    );
    if (answer.ok) {
      return succeed({
        speaks: tls === false ? 'plain' : 'tls',
        address: listener.value,
        status: answer.value.status,
      });
    }
    if (isLost(answer.error)) {
      return answer;
    }
  }
  return succeed({ speaks: 'nothing' });
}

/**
 * accepted: the node knows the credential. refused: it said 401. not-ready: it cannot tell yet (503, no answer). Right
 * after a start a right password gets 401 too, until the security index is there.
 */
export type Acceptance = 'accepted' | 'refused' | 'not-ready';

export async function tryCredential(
  context: NodeContext,
  door: NodeDoor,
  credential: NodeCredential,
): Promise<Result<Acceptance>> {
  const answer = await askNode(context, door, '/_security/_authenticate', { credential });
  if (!answer.ok) {
    return isLost(answer.error) ? answer : succeed('not-ready');
  }
  if (answer.value.status === 200) {
    const name = at(jsonOf(answer.value), 'username');
    return succeed(credential.type === 'api-key' || name === credential.user ? 'accepted' : 'refused');
  }
  return succeed(answer.value.status === 401 ? 'refused' : 'not-ready');
}

/** Tries until the credential is accepted or `seconds` are over; 401 and 503 mean "not yet" meanwhile. */
export async function waitForCredential(
  context: NodeContext,
  door: NodeDoor,
  credential: NodeCredential,
  seconds: number,
): Promise<Result<Acceptance>> {
  const until = context.clock.elapsed() + seconds * 1000;
  for (;;) {
    const tried = await tryCredential(context, door, credential);
    if (!tried.ok || tried.value === 'accepted' || context.clock.elapsed() >= until) {
      return tried;
    }
    if (!(await context.clock.sleep(1500, context.signal))) {
      return fail(cancelled());
    }
  }
}

export function cancelled(): AppError {
  return appError(
    'CANCELLED',
    'Cancelled while waiting for Elasticsearch.',
    'Look at the host, then go on or take back.',
    {
      hostState: 'unknown',
      retryable: true,
    },
  );
}

/** Where the password of `elastic` on a host lies in the vault. */
export function elasticRef(hostId: string): string {
  return `es/${hostId}/elastic`;
}

/** The credential that the vault holds for a host's node; undefined when there is none or the vault is locked. */
export async function vaultCredential(
  context: NodeContext,
  ref: string = elasticRef(context.host.hostId),
): Promise<NodeCredential | undefined> {
  const secret = await context.secrets.get(ref);
  return secret.ok ? { type: 'basic', user: 'elastic', password: secret.value } : undefined;
}
