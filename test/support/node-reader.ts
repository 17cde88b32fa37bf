/** A host reader that answers only what it was taught: requests to a node by port, TLS and path, and one probe. */
import { type AppError, appError, type ErrorCode } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type {
  HostReader,
  NodeRequest,
  NodeResponse,
  RawExchange,
  ScriptOutput,
  ScriptRequest,
  TlsPeer,
} from '../../shared/engine/ports.ts';

export const peer: TlsPeer = { protocol: 'TLSv1.3', cipher: 'x', chain: [], authorized: true };

/** `clear 9200 /path`, `pinned 9200 /path as elastic`, `observed 9300 /` … */
export function nameOf(request: NodeRequest): string {
  const way = request.tls === false ? 'clear' : request.tls.caPem === 'observe-only' ? 'observed' : 'pinned';
  const who =
    request.credential?.type === 'basic'
      ? ` as ${request.credential.user}:${request.credential.password.reveal()}`
      : '';
  return `${way} ${request.port} ${request.path.split('?')[0] ?? ''}${who}`;
}

export function answer(status: number, body: unknown = '', tls?: TlsPeer): Result<NodeResponse> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return succeed({
    status,
    headers: {},
    body: new TextEncoder().encode(text),
    ...(tls ? { peer: tls } : {}),
  });
}

export function refusal(detail: string, code: ErrorCode = 'COMMAND_FAILED'): Result<never> {
  return fail(failure(code, detail));
}

export function failure(code: ErrorCode, detail = ''): AppError {
  return appError(code, 'It did not work.', 'Try something else.', { detail });
}

export interface TaughtReader extends HostReader {
  readonly asked: string[];
  readonly probed: ScriptRequest[];
}

export function taughtReader(
  answers: Readonly<Record<string, Result<NodeResponse>>>,
  probe: (request: ScriptRequest) => Result<ScriptOutput> = () =>
    fail(failure('INTERNAL', 'no probe was taught')),
  /** Answers to raw greetings; a port that was not taught says nothing. */
  greetings: (exchange: RawExchange) => Result<Uint8Array> = () => succeed(new Uint8Array()),
): TaughtReader {
  const asked: string[] = [];
  const probed: ScriptRequest[] = [];
  return {
    hostId: 'host-a',
    hostKey: { type: 'ssh-ed25519', fingerprint: 'SHA256:x' },
    seenFrom: '10.1.0.1',
    asked,
    probed,
    cost: () => ({ connections: 1, execs: probed.length, roundTrips: 9, tunnels: asked.length, bytesIn: 0 }),
    probe: (request) => {
      probed.push(request);
      return Promise.resolve(probe(request));
    },
    request: (request) => {
      const name = nameOf(request);
      asked.push(name);
      const found = answers[name];
      if (!found) return Promise.reject(new Error(`not taught: ${name}`));
      return Promise.resolve(found);
    },
    exchange: (exchange) => {
      asked.push(`raw ${exchange.port}`);
      return Promise.resolve(greetings(exchange));
    },
  };
}
