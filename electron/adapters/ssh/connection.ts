/** Brings up one authenticated SSH connection: own socket, verified host key, chosen login; or says exactly why not. */
import { connect as connectSocket, type Socket } from 'node:net';
import ssh2, { type Client } from 'ssh2';
import type { AppError } from '../../../shared/domain/error.ts';
import type { Host, HostKey } from '../../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { type AuthenticationNeeds, authentication } from './authentication.ts';
import { describeKey } from './host-key.ts';
import { type HostKeyNeeds, verifyHostKey } from './host-key-check.ts';
import { PausableTimer } from './pausable-timer.ts';
import { SessionCosts } from './session-costs.ts';
import {
  agentUnusable,
  askedTooLong,
  authenticationFailed,
  cancelled,
  connectionLost,
  handshakeFailed,
  nameUnknown,
  refused,
  timedOut,
  where,
} from './ssh-errors.ts';

export interface ConnectionNeeds extends AuthenticationNeeds, HostKeyNeeds {
  readonly connectTimeoutMs: number;
  /** For version exchange, key exchange and login together; questions to the operator do not count. */
  readonly handshakeTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCount: number;
}

export interface Connection {
  readonly host: Host;
  readonly client: Client;
  readonly hostKey: HostKey;
  readonly costs: SessionCosts;
  /** False from the moment the transport is gone. */
  alive(): boolean;
  /** Ends the connection and resolves when the socket is closed. */
  close(): Promise<void>;
}

export async function openConnection(
  host: Host,
  needs: ConnectionNeeds,
  signal?: AbortSignal,
): Promise<Result<Connection>> {
  const known = await needs.knownHosts.knownTypes(host.address, host.port);
  if (!known.ok) return known;
  const socket = await openSocket(host, needs.connectTimeoutMs, signal);
  if (!socket.ok) return socket;
  return handshake(host, socket.value, known.value, needs, signal);
}

function openSocket(host: Host, timeoutMs: number, signal?: AbortSignal): Promise<Result<Socket>> {
  const place = where(host.address, host.port);
  if (signal?.aborted === true) return Promise.resolve(fail(cancelled('unchanged')));
  return new Promise((resolve) => {
    const socket = connectSocket({ host: host.address, port: host.port, noDelay: true });
    const finish = (result: Result<Socket>) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      if (!result.ok) {
        socket.on('error', () => undefined);
        socket.destroy();
      }
      resolve(result);
    };
    const onAbort = () => finish(fail(cancelled('unchanged')));
    const onError = (error: NodeJS.ErrnoException) => finish(fail(socketError(error, host, place)));
    const timer = setTimeout(() => finish(fail(timedOut(place, 'connecting'))), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('error', onError);
    socket.once('connect', () => finish(succeed(socket)));
  });
}

function socketError(error: NodeJS.ErrnoException, host: Host, place: string): AppError {
  const code = error.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA')
    return nameUnknown(host.address, code);
  if (['ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code))
    return timedOut(place, 'connecting');
  return refused(place, code === '' ? error.message : code);
}

function handshake(
  host: Host,
  socket: Socket,
  knownTypes: readonly string[],
  needs: ConnectionNeeds,
  signal?: AbortSignal,
): Promise<Result<Connection>> {
  const place = where(host.address, host.port);
  const costs = new SessionCosts(() => socket.bytesRead);
  const client = new ssh2.Client();
  return new Promise((resolve) => {
    let phase: 'handshake' | 'login' | 'ready' = 'handshake';
    let alive = true;
    let settled = false;
    let hostKey: HostKey | undefined;
    let keyError: AppError | undefined;
    let agentError: AppError | undefined;
    let firstError: AppError | undefined;

    const timer = new PausableTimer(needs.handshakeTimeoutMs, () =>
      giveUp(timedOut(place, phase === 'handshake' ? 'agreeing on keys' : 'logging in')),
    );
    let openQuestions = 0;
    const asking = async <T>(question: () => Promise<T>): Promise<T> => {
      openQuestions += 1;
      try {
        return await timer.pausedDuring(question);
      } finally {
        openQuestions -= 1;
      }
    };
    const login = authentication(host, needs, asking);
    const onAbort = () => giveUp(cancelled('unchanged'));

    function settle(result: Result<Connection>): void {
      if (settled) return;
      settled = true;
      timer.stop();
      signal?.removeEventListener('abort', onAbort);
      resolve(result);
    }
    function giveUp(error: AppError): void {
      if (settled) return;
      settle(fail(error));
      client.end();
      socket.destroy();
    }
    function broken(detail: string): AppError {
      if (openQuestions > 0) return askedTooLong(place);
      const lost =
        phase === 'handshake' ? handshakeFailed(place, detail) : connectionLost(place, 'logging in');
      return keyError ?? login.reason() ?? lost;
    }
    function explain(error: Error & { level?: string }): AppError {
      if (keyError !== undefined) return keyError;
      const detail = error.message;
      if (phase === 'handshake') return handshakeFailed(place, detail);
      return login.reason() ?? agentError ?? authenticationFailed(host.user, place, detail);
    }

    client.on('error', (error: Error & { level?: string }) => {
      if (phase === 'ready') {
        // Nothing that follows can be believed; the close event ends whatever is running.
        socket.destroy();
        return;
      }
      if (error.level === 'agent') {
        // ssh2 goes on with the next key after this one.
        agentError = agentUnusable('it could not sign');
        return;
      }
      if (error.level === 'client-socket' || error.message === 'Connection lost before handshake') {
        firstError ??= broken(error.message);
        return;
      }
      firstError ??= explain(error);
      giveUp(firstError);
    });
    client.on('handshake', () => {
      if (phase === 'handshake') phase = 'login';
    });
    client.on('change password', () => {
      giveUp(authenticationFailed(host.user, place, 'The password has expired and must be changed first.'));
    });
    client.on('ready', () => {
      if (settled || hostKey === undefined) return giveUp(handshakeFailed(place, 'no host key was shown'));
      phase = 'ready';
      settle(succeed({ host, client, hostKey, costs, alive: () => alive, close }));
    });
    client.on('close', () => {
      alive = false;
      giveUp(firstError ?? broken('The host closed the connection.'));
    });

    function close(): Promise<void> {
      if (socket.destroyed) return Promise.resolve();
      return new Promise((done) => {
        const force = setTimeout(() => socket.destroy(), 1000);
        socket.once('close', () => {
          clearTimeout(force);
          done();
        });
        client.end();
      });
    }

    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) return onAbort();
    costs.connected();
    client.connect({
      sock: socket,
      username: host.user,
      authHandler: login.handler,
      tryKeyboard: true,
      readyTimeout: 0,
      keepaliveInterval: needs.keepaliveIntervalMs,
      keepaliveCountMax: needs.keepaliveCount,
      algorithms: offeredAlgorithms(knownTypes),
      debug: (line) => {
        if (phase !== 'ready') costs.handshakeLine(line);
      },
      hostVerifier: (blob: Buffer, verdict: (accepted: boolean) => void) => {
        hostKey = describeKey(blob);
        verifyHostKey(host, blob, needs, asking)
          .then((error) => {
            keyError = error;
            verdict(error === undefined);
          })
          .catch((cause: unknown) => {
            keyError = handshakeFailed(place, String(cause));
            verdict(false);
          });
      },
    });
  });
}
