import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../../../test/support/authority.ts';
import { type TestContext, testContext, value } from '../../../../test/support/change-harness.ts';
import { FakeClock } from '../../../../test/support/memory-ports.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { readCertificatesPem } from '../../../text/x509.ts';
import type { RawExchange } from '../../ports.ts';
import type { Resolved } from './issued.ts';
import { proveListed } from './listed.ts';
import { proveTransport, shownFingerprint } from './transport.ts';

const folder = mkdtempSync(join(tmpdir(), 'live-proof-'));
afterAll(() => rmSync(folder, { recursive: true }));
const authority = makeAuthority(folder, 'one');
const names = 'DNS:localhost,IP:127.0.0.1';
const old = authority.issue('old', { names });
const next = authority.issue('next', { names });

/** Its raw exchanges reach a real port. */
class ListeningHost extends NodeHost {
  port = 0;

  override exchange(wish?: RawExchange): Promise<Result<Uint8Array>> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const parts: Buffer[] = [];
      socket.on('data', (part) => {
        parts.push(part);
        const heard = new Uint8Array(Buffer.concat(parts));
        if (wish?.enough(heard) === true) {
          socket.destroy();
          resolve(succeed(heard));
        }
      });
      socket.on('close', () => resolve(succeed(new Uint8Array(Buffer.concat(parts)))));
      socket.on('error', () =>
        resolve(fail(appError('COMMAND_FAILED', 'Nothing listens.', 'Start it.', { detail: 'port-closed' }))),
      );
      socket.write(wish?.bytes ?? new Uint8Array());
    });
  }
}

let host: ListeningHost;
let context: TestContext;
let server: Server | undefined;

beforeEach(() => {
  host = new ListeningHost();
  host.answer = () => succeed({ status: 404, headers: {}, body: new Uint8Array() });
  context = testContext(host, { clock: new FakeClock(Date.now()) });
});
afterEach(() => {
  server?.close();
  server = undefined;
  host.remove();
});

async function serve(pair: typeof old, minVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.2'): Promise<void> {
  const made = createServer({ key: pair.keyPem, cert: pair.certPem, requestCert: true, minVersion });
  server = made;
  // Strangers who leave in the middle are what this is about.
  made.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const address = made.address();
  host.port = typeof address === 'object' && address !== null ? address.port : 0;
}

const printOf = (pem: string) => context.certificates.summary(pem)?.fingerprint256 ?? '';

describe('the transport port', () => {
  it('is asked without a handshake being finished', async () => {
    await serve(next);
    expect(value(await shownFingerprint(context, 9200))).toBe(printOf(next.certPem));
    expect((await proveTransport(context, 9200, printOf(next.certPem))).ok).toBe(true);
  });

  it('is not believed when it goes on with the old one', async () => {
    await serve(old);
    expect(await proveTransport(context, 9200, printOf(next.certPem))).toMatchObject({
      error: { code: 'VERIFY_FAILED', hostState: 'changed' },
    });
  });

  it('that shows nothing to strangers is left out', async () => {
    await serve(old, 'TLSv1.3');
    expect((await proveTransport(context, 9200, printOf(next.certPem))).ok).toBe(true);
  });
});

describe('the node’s own list', () => {
  const change = () =>
    ({
      kind: 'certificate-install',
      use: 'transport',
      files: {
        form: 'pkcs12',
        store: { path: '/etc/es/certs/node.p12', owner: 'root', group: 'root', mode: '0660' },
        password: { from: 'vault', ref: 'store' },
      },
      key: { from: 'vault', ref: 'key' },
      certificatePem: next.certPem,
      caPem: authority.caPem,
      names: ['localhost'],
    }) satisfies Resolved;
  const serial = (pem: string) => `00${readCertificatesPem(pem).certificates[0]?.serial.toUpperCase()}`;

  function lists(lines: readonly object[], status = 200): void {
    host.answer = () =>
      succeed({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(lines)) });
  }
  const line = (pem: string, path = 'certs/node.p12') => ({
    path,
    has_private_key: true,
    serial_number: serial(pem),
  });

  beforeEach(async () => {
    value(await context.secrets.put(`es/${host.hostId}/elastic`, new Secret('word'), 'login'));
  });

  it('must have the new certificate for the file', async () => {
    lists([line(next.certPem), line(old.certPem, 'certs/other.p12')]);
    expect((await proveListed(change(), 9200, context)).ok).toBe(true);
    lists([line(old.certPem), line(next.certPem, 'certs/other.p12')]);
    expect(await proveListed(change(), 9200, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', message: expect.stringContaining('does not list') as string },
    });
  });

  it('says that the node cannot read the file', async () => {
    lists([], 500);
    expect(await proveListed(change(), 9200, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', message: expect.stringContaining('cannot read') as string },
    });
  });

  it('proves nothing where no login may ask for it', async () => {
    lists([], 403);
    expect((await proveListed(change(), 9200, context)).ok).toBe(true);
    value(await context.secrets.remove(`es/${host.hostId}/elastic`));
    lists([line(old.certPem)]);
    expect((await proveListed(change(), 9200, context)).ok).toBe(true);
  });
});
