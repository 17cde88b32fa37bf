/** One HTTP request to a node, inside a forwarded channel: neither address nor credential appears on the host's command lines. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { NodeCredential, NodeRequest, NodeResponse, TlsPeer } from '../../../shared/engine/ports.ts';
import { readTlsPeer } from '../tls-peer.ts';
import type { ChannelGate } from './channel-gate.ts';
import type { Connection } from './connection.ts';
import {
  noAnswerInTime,
  notHttp,
  secretToStranger,
  tlsError,
  tlsRefused,
  tooLarge,
} from './node-request-errors.ts';
import { cancelled } from './ssh-errors.ts';
import { inTunnel } from './tunnel.ts';

const defaultBytes = 256 * 1024;

/**
 * Errors: SSH_FORWARDING_REFUSED, SSH_CONNECTION_LOST, SSH_CHANNEL_LIMIT, COMMAND_DEADLINE (detail `connected`,
 * `not-connected`, or `queued` where the connection had no place for it), OUTPUT_TOO_LARGE, CANCELLED, INPUT_INVALID (a secret without a verified peer), COMMAND_FAILED whose detail
 * starts with one of `port-closed`, `tls-untrusted`, `tls-refused`, `not-http`.
 */
export async function requestThroughTunnel(
  connection: Connection,
  gate: ChannelGate,
  request: NodeRequest,
  signal?: AbortSignal,
): Promise<Result<NodeResponse>> {
  const observing = request.tls !== false && request.tls.caPem === 'observe-only';
  if (observing && (request.credential !== undefined || request.body instanceof Secret))
    return fail(secretToStranger());
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), request.timeoutSeconds * 1000);
  let connected = false;
  const either = signal === undefined ? clock.signal : AbortSignal.any([clock.signal, signal]);
  try {
    const result = await tunnelled(connection, gate, request, either, () => {
      connected = true;
    });
    if (result.ok || result.error.code === 'INPUT_INVALID') return result;
    if (signal?.aborted === true) return fail(cancelled(request.method === 'GET' ? 'unchanged' : 'unknown'));
    if (clock.signal.aborted) {
      const queued = result.error.detail === 'queued';
      return fail(noAnswerInTime(request, connected ? 'connected' : queued ? 'queued' : 'not-connected'));
    }
    return result;
  } finally {
    clearTimeout(timer);
  }
}

async function tunnelled(
  connection: Connection,
  gate: ChannelGate,
  request: NodeRequest,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<Result<NodeResponse>> {
  return await inTunnel(connection, gate, request, signal, (channel) => {
    onConnected();
    return speak(channel, request, (socket) =>
      connection.costs.wait(socket.getProtocol() === 'TLSv1.3' ? 1 : 2),
    );
  });
}

async function speak(
  channel: Duplex,
  request: NodeRequest,
  onSecure: (socket: TLSSocket) => void,
): Promise<Result<NodeResponse>> {
  if (request.tls === false) return exchange(channel, request, undefined);
  const secure = await secureChannel(channel, request, request.tls);
  if (!secure.ok) return secure;
  onSecure(secure.value);
  return exchange(
    secure.value,
    request,
    readTlsPeer(secure.value, secure.value.authorized && request.tls.caPem !== 'observe-only'),
  );
}

/** The handshake is over, and trusted or only observed, before a single byte of the request is written. */
function secureChannel(
  channel: Duplex,
  request: NodeRequest,
  tls: Exclude<NodeRequest['tls'], false>,
): Promise<Result<TLSSocket>> {
  const observing = tls.caPem === 'observe-only';
  const name = tls.serverName;
  return new Promise((resolve) => {
    try {
      const socket = connectTls({
        socket: channel,
        ...(observing
          ? { rejectUnauthorized: false, minVersion: 'TLSv1' }
          : { ca: tls.caPem, rejectUnauthorized: true, minVersion: 'TLSv1.2' }),
        ...(name === undefined || isIP(name) !== 0 ? {} : { servername: name }),
        ...(tls.identity === undefined
          ? {}
          : { cert: tls.identity.certificatePem, key: tls.identity.keyPem.reveal() }),
        // The pinned authority is the cluster's own. A name is checked where one was given, or where the address is not
        // this host's loopback.
        checkServerIdentity: (_host, certificate) =>
          name === undefined && isLoopback(request.address)
            ? undefined
            : checkServerIdentity(name ?? request.address, certificate),
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(fail(tlsError(request, error))));
      socket.once('secureConnect', () => resolve(succeed(socket)));
      socket.once('close', () => resolve(fail(tlsRefused(request, 'The port closed the connection.'))));
    } catch (cause) {
      resolve(fail(tlsRefused(request, String(cause))));
    }
  });
}

function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || address.startsWith('127.');
}

function exchange(
  socket: Duplex,
  request: NodeRequest,
  peer: TlsPeer | undefined,
): Promise<Result<NodeResponse>> {
  const body = request.body instanceof Secret ? request.body.reveal() : request.body;
  const cap = request.maxBytes ?? defaultBytes;
  return new Promise((resolve) => {
    const onClose = () => resolve(fail(notHttp(request, 'The port closed the connection.')));
    socket.once('close', onClose);
    try {
      const outgoing = httpRequest({
        createConnection: () => socket,
        method: request.method,
        path: request.path,
        headers: {
          host: `${request.address.includes(':') ? `[${request.address}]` : request.address}:${request.port}`,
          accept: 'application/json',
          connection: 'close',
          ...(request.credential === undefined ? {} : { authorization: authorization(request.credential) }),
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
        },
      });
      outgoing.on('error', (error) => resolve(fail(notHttp(request, error.message))));
      outgoing.on('response', (response) => {
        socket.off('close', onClose);
        collect(response, cap).then(
          (bytes) =>
            resolve(
              bytes === undefined ? fail(tooLarge(request, cap)) : succeed(answer(response, bytes, peer)),
            ),
          (cause: unknown) => resolve(fail(notHttp(request, `The answer broke off: ${String(cause)}`))),
        );
      });
      outgoing.end(body);
    } catch (cause) {
      resolve(
        fail(
          appError(
            'INPUT_INVALID',
            'A request to the node cannot be sent as it is.',
            'This is a defect of Bulwark; please report it.',
            { hostState: 'unchanged', detail: String(cause) },
          ),
        ),
      );
    }
  });
}

async function collect(response: IncomingMessage, cap: number): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > cap) return undefined;
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('incomplete');
  return new Uint8Array(Buffer.concat(chunks));
}

function answer(response: IncomingMessage, body: Uint8Array, peer: TlsPeer | undefined): NodeResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: response.statusCode ?? 0, headers, body, ...(peer === undefined ? {} : { peer }) };
}

function authorization(credential: NodeCredential): string {
  if (credential.type === 'api-key') return `ApiKey ${credential.encoded.reveal()}`;
  return `Basic ${Buffer.from(`${credential.user}:${credential.password.reveal()}`).toString('base64')}`;
}
