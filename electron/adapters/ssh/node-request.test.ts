/** Requests to a node through a real SSH forward: what arrives there, what is trusted, and how each failure reads. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { HostSession, NodeRequest, NodeResponse } from '../../../shared/engine/ports.ts';
import { keyLogin, testFactory } from '../../../test/ports/ssh-factory.ts';
import { type Sshd, sshdMissing, startSshd } from '../../../test/ports/sshd.ts';
import { makeTlsIdentity, type TlsIdentity } from '../../../test/ports/tls-identity.ts';

const reason = sshdMissing();
if (reason !== undefined) process.stdout.write(`node requests: ${reason}\n`);

const seen: {
  url: string | undefined;
  method: string | undefined;
  authorization: string | undefined;
  body: string;
}[] = [];

function node(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    seen.push({
      url: request.url,
      method: request.method,
      authorization: request.headers.authorization,
      body,
    });
    if (request.url === '/big') {
      response.end(Buffer.alloc(50_000));
      return;
    }
    if (request.url === '/hang') return;
    if (request.url === '/half') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
      return;
    }
    response.writeHead(request.url === '/missing' ? 404 : 200, { 'x-elastic-product': 'Elasticsearch' });
    response.end('{"ok":true}');
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

describe.skipIf(reason !== undefined)('a request to a node', () => {
  let sshd: Sshd;
  let session: HostSession;
  let identity: TlsIdentity;
  let foreign: TlsIdentity;
  const servers: Server[] = [];
  const ports = { http: 0, https: 0, silent: 0, closing: 0, noise: 0 };

  beforeAll(async () => {
    sshd = await startSshd({ config: ['MaxSessions 1'] });
    identity = makeTlsIdentity(sshd.folder, 'ours', 'DNS:node.example,IP:127.0.0.1');
    foreign = makeTlsIdentity(sshd.folder, 'foreign', 'DNS:node.example');
    servers.push(
      createHttp(node),
      createHttps({ cert: identity.certPem + identity.caPem, key: identity.keyPem }, node),
      createTcp(() => undefined),
      createTcp((socket) => socket.destroy()),
      createTcp((socket) => socket.end('ES not HTTP at all\r\n')),
    );
    [ports.http = 0, ports.https = 0, ports.silent = 0, ports.closing = 0, ports.noise = 0] =
      await Promise.all(servers.map(listen));
    session = await testFactory(
      { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) },
      `${sshd.folder}/known_hosts`,
    ).session();
  });
  afterAll(async () => {
    await session.close();
    for (const server of servers) server.close();
    await sshd.stop();
  });

  function ask(
    port: number,
    more: Partial<NodeRequest> = {},
    signal?: AbortSignal,
  ): Promise<Result<NodeResponse>> {
    return session.request(
      { address: '127.0.0.1', port, tls: false, method: 'GET', path: '/', timeoutSeconds: 5, ...more },
      signal,
    );
  }
  const detail = (result: Result<NodeResponse>) =>
    result.ok ? 'ok' : `${result.error.code} ${result.error.detail?.split(':')[0] ?? ''}`.trim();

  it('carries method, path, body and credential, and gives the answer as it is', async () => {
    const got = await ask(ports.http, {
      method: 'PUT',
      path: '/missing?x=1',
      body: '{"a":"ü"}',
      credential: { type: 'basic', user: 'elastic', password: new Secret('p:w') },
    });
    expect(got.ok && got.value.status).toBe(200);
    expect(seen.at(-1)).toEqual({
      url: '/missing?x=1',
      method: 'PUT',
      authorization: `Basic ${Buffer.from('elastic:p:w').toString('base64')}`,
      body: '{"a":"ü"}',
    });
    const missing = await ask(ports.http, {
      path: '/missing',
      credential: { type: 'api-key', encoded: new Secret('a2V5') },
    });
    expect(missing.ok && [missing.value.status, missing.value.headers['x-elastic-product']]).toEqual([
      404,
      'Elasticsearch',
    ]);
    expect(seen.at(-1)?.authorization).toBe('ApiKey a2V5');
    expect(missing.ok && missing.value.peer).toBe(undefined);
  });

  it('trusts the pinned authority and shows the chain', async () => {
    const got = await ask(ports.https, {
      tls: { caPem: identity.caPem },
      credential: { type: 'api-key', encoded: new Secret('x') },
    });
    expect(got.ok && got.value.peer?.authorized).toBe(true);
    expect(got.ok && got.value.peer?.protocol).toBe('TLSv1.3');
    expect(got.ok && got.value.peer?.chain.map((one) => one.subject)).toEqual(['CN=ours node', 'CN=ours CA']);
    expect(got.ok && got.value.peer?.chain[0]?.names).toEqual(['DNS:node.example', 'IP Address:127.0.0.1']);
    expect(got.ok && got.value.peer?.chain[0]?.pem.trim()).toBe(identity.certPem.trim());
    const named = await ask(ports.https, { tls: { caPem: identity.caPem, serverName: 'node.example' } });
    expect(detail(named)).toBe('ok');
  });

  it('sends nothing to a node that the authority does not vouch for', async () => {
    const before = seen.length;
    const credential = { type: 'basic', user: 'elastic', password: new Secret('never') } as const;
    expect(detail(await ask(ports.https, { tls: { caPem: foreign.caPem }, credential }))).toBe(
      'COMMAND_FAILED tls-untrusted',
    );
    const wrongName = await ask(ports.https, {
      tls: { caPem: identity.caPem, serverName: 'other.example' },
      credential,
    });
    expect(detail(wrongName)).toBe('COMMAND_FAILED tls-untrusted');
    expect(seen.length).toBe(before);
  });

  it('observes any chain, and refuses to take a secret along', async () => {
    const got = await ask(ports.https, { tls: { caPem: 'observe-only' } });
    expect(got.ok && got.value.peer).toMatchObject({ authorized: false });
    const before = seen.length;
    const credential = { type: 'api-key', encoded: new Secret('never') } as const;
    expect(detail(await ask(ports.https, { tls: { caPem: 'observe-only' }, credential }))).toBe(
      'INPUT_INVALID',
    );
    expect(detail(await ask(ports.https, { tls: { caPem: 'observe-only' }, body: new Secret('x') }))).toBe(
      'INPUT_INVALID',
    );
    expect(seen.length).toBe(before);
  });

  it('tells apart what can be wrong with a port', async () => {
    expect(detail(await ask(1))).toBe('COMMAND_FAILED port-closed');
    expect(detail(await ask(ports.noise))).toBe('COMMAND_FAILED not-http');
    expect(detail(await ask(ports.closing))).toBe('COMMAND_FAILED not-http');
    expect(detail(await ask(ports.https))).toMatch(/^COMMAND_FAILED not-http$|^ok$/);
    expect(detail(await ask(ports.http, { tls: { caPem: 'observe-only' } }))).toBe(
      'COMMAND_FAILED tls-refused',
    );
    expect(detail(await ask(ports.closing, { tls: { caPem: 'observe-only' } }))).toBe(
      'COMMAND_FAILED tls-refused',
    );
    expect(detail(await ask(ports.http, { path: '/half' }))).toBe('COMMAND_FAILED not-http');
  });

  it('keeps to its time, its cap and its signal', async () => {
    const started = performance.now();
    expect(detail(await ask(ports.silent, { timeoutSeconds: 0.3 }))).toBe('COMMAND_DEADLINE connected');
    expect(detail(await ask(ports.silent, { timeoutSeconds: 0.3, tls: { caPem: identity.caPem } }))).toBe(
      'COMMAND_DEADLINE connected',
    );
    expect(detail(await ask(ports.http, { path: '/hang', timeoutSeconds: 0.3 }))).toBe(
      'COMMAND_DEADLINE connected',
    );
    expect(detail(await ask(ports.silent, {}, AbortSignal.timeout(100)))).toBe('CANCELLED');
    expect(performance.now() - started).toBeLessThan(4000);
    expect(detail(await ask(ports.http, { path: '/big', maxBytes: 49_999 }))).toBe('OUTPUT_TOO_LARGE');
    expect(detail(await ask(ports.http, { path: '/big', maxBytes: 50_000 }))).toBe('ok');
  });

  it('refuses what is no request', async () => {
    expect(detail(await ask(ports.http, { path: '/a b\r\nx: y' }))).toContain('INPUT_INVALID');
  });

  it('gets through beside scripts where the server allows one session', async () => {
    const before = session.cost();
    const script = { name: 'x', script: 'echo on', privileged: false, deadlineSeconds: 10 };
    const all = await Promise.all([
      ...Array.from({ length: 6 }, () => ask(ports.http).then(detail)),
      ...Array.from({ length: 4 }, () =>
        session.probe(script).then((one) => (one.ok ? 'ok' : one.error.code)),
      ),
    ]);
    expect(all).toEqual(Array.from({ length: 10 }, () => 'ok'));
    expect(session.cost().tunnels).toBe(before.tunnels + 6);
  });
});

describe.skipIf(reason !== undefined)('a server that forwards nothing', () => {
  it.each(['AllowTcpForwarding no', 'DisableForwarding yes', 'PermitOpen 127.0.0.1:9'])(
    'says so: %s',
    async (line) => {
      const sshd = await startSshd({ config: [line] });
      const host = { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) };
      const session = await testFactory(host, `${sshd.folder}/known_hosts`).session();
      const got = await session.request({
        address: '127.0.0.1',
        port: 9200,
        tls: false,
        method: 'GET',
        path: '/',
        timeoutSeconds: 5,
      });
      expect(got).toMatchObject({
        ok: false,
        error: { code: 'SSH_FORWARDING_REFUSED', hostState: 'unchanged' },
      });
      await session.close();
      await sshd.stop();
    },
  );
});
