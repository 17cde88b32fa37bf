/** What a stranger sees, looked at from real servers on loopback. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTlsIdentity, type TlsIdentity } from '../../../test/ports/tls-identity.ts';
import { createOutsideObserver } from './outside.ts';

describe('from outside, a port', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-outside-'));
  const servers: Server[] = [];
  const authorizations: (string | undefined)[] = [];
  let identity: TlsIdentity;
  const observer = createOutsideObserver({ tryMs: 400 });

  beforeAll(() => {
    identity = makeTlsIdentity(folder, 'outside', 'DNS:node.example');
  });
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function look(server: Server) {
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return observer.observe('127.0.0.1', (server.address() as AddressInfo).port);
  }
  const web = (status: number) =>
    createHttp((request, response) => {
      authorizations.push(request.headers.authorization);
      response.writeHead(status).end('{}');
    });
  const secureWeb = (status: number, more = {}) =>
    createHttps({ cert: identity.certPem, key: identity.keyPem, ...more }, (request, response) => {
      authorizations.push(request.headers.authorization);
      response.writeHead(status).end('{}');
    });
  const quiet = (socket: Socket) => socket.on('error', () => undefined);

  it('is closed', async () => {
    expect(await observer.observe('127.0.0.1', 1)).toMatchObject({ state: 'closed', answersStranger: 'no' });
  });

  it.each([
    [200, 'yes'],
    [405, 'yes'],
    [401, 'no'],
    [403, 'no'],
    [503, 'unknown'],
  ] as const)('serves HTTP in clear, status %i', async (status, answersStranger) => {
    expect(await look(web(status))).toMatchObject({ state: 'clear', status, answersStranger });
  });

  it.each([
    [200, 'yes'],
    [401, 'no'],
  ] as const)('serves HTTPS, status %i', async (status, answersStranger) => {
    const seen = await look(secureWeb(status));
    expect(seen).toMatchObject({ state: 'tls', status, answersStranger, peer: { authorized: false } });
    expect(seen.peer?.chain[0]?.subject).toBe('CN=outside node');
  });

  it('never gets a credential', () => {
    expect(new Set(authorizations)).toEqual(new Set([undefined]));
  });

  it('speaks TLS and asks for a certificate', async () => {
    const options = { cert: identity.certPem, key: identity.keyPem, ca: identity.caPem, requestCert: true };
    const mutual = createTls({ ...options, rejectUnauthorized: true }, (socket) =>
      socket.on('error', () => undefined),
    );
    const seen = await look(mutual);
    expect(seen).toMatchObject({ state: 'tls', answersStranger: 'unknown', peer: { authorized: false } });
  });

  it('is an Elasticsearch transport that turns HTTP away', async () => {
    const transport = createTcp((socket) =>
      quiet(socket).on('data', (data: Buffer) => {
        if (data.subarray(0, 2).toString() === 'ES') socket.write(data);
        else if (data.subarray(0, 3).toString() === 'GET')
          socket.end('HTTP/1.0 200 OK\r\nContent-Length: 26\r\n\r\nThis is not an HTTP port\r\n');
        else socket.destroy();
      }),
    );
    expect(await look(transport)).toMatchObject({
      state: 'clear',
      answersStranger: 'unknown',
      detail: 'Elasticsearch transport in clear.',
    });
  });

  it('is an Elasticsearch transport that only answers its own ping', async () => {
    const transport = createTcp((socket) =>
      quiet(socket).on('data', (data: Buffer) => {
        if (data.subarray(0, 2).toString() === 'ES') socket.write(data);
        else socket.destroy();
      }),
    );
    expect(await look(transport)).toMatchObject({
      state: 'clear',
      detail: 'Elasticsearch transport in clear.',
    });
  });

  it('answers in another language', async () => {
    const ssh = createTcp((socket) => quiet(socket).write('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await look(ssh)).toMatchObject({ state: 'clear', answersStranger: 'unknown' });
  });

  it('is open and silent, within the budget', async () => {
    const started = performance.now();
    expect(await look(createTcp((socket) => quiet(socket)))).toMatchObject({ state: 'open-silent' });
    expect(performance.now() - started).toBeLessThan(2500);
  });

  it('is let go when the signal fires', async () => {
    const started = performance.now();
    const server = createTcp((socket) => quiet(socket));
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    await observer.observe('127.0.0.1', (server.address() as AddressInfo).port, AbortSignal.timeout(50));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
