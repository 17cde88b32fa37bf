import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientHello, greetings, isStrong, isWhole, readHello } from './tls-hello.ts';
import { readCertificateDer } from './x509.ts';

const folder = mkdtempSync(join(tmpdir(), 'tls-hello-'));
let identity: { readonly key: string; readonly cert: string };

beforeAll(() => {
  const [key, cert] = [join(folder, 'key'), join(folder, 'crt')];
  const subject = ['-subj', '/CN=greeted', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
    {
      stdio: 'pipe',
    },
  );
  identity = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a real server answers to a greeting. */
async function greet(name: keyof typeof greetings, options: TlsOptions = {}): Promise<Uint8Array> {
  const server = createServer({ ...identity, ...options });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    return await new Promise((resolve) => {
      let received = Buffer.alloc(0);
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.on('connect', () => socket.write(clientHello(greetings[name])));
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        if (!isWhole(received)) return;
        socket.destroy();
        resolve(received);
      });
      socket.on('close', () => resolve(received));
      socket.on('error', () => undefined);
    });
  } finally {
    server.close();
  }
}

const weakly: TlsOptions = { minVersion: 'TLSv1', ciphers: 'ALL:eNULL:@SECLEVEL=0' };

describe('a greeting', () => {
  it('shows suite, certificate and whether one of ours is wanted', async () => {
    const plain = readHello(await greet('current'));
    expect(plain).toMatchObject({ type: 'agreed', version: 'TLS 1.2', asksForCertificate: false });
    if (plain.type !== 'agreed') return;
    expect(plain.suite).toMatch(/^TLS_(?:EC)?DHE_RSA_WITH_.*(?:GCM|POLY)/);
    expect(readCertificateDer(plain.chain?.[0] ?? new Uint8Array())?.subject).toBe('CN=greeted');
    const asking = await greet('current', { requestCert: true, rejectUnauthorized: true });
    expect(readHello(asking)).toMatchObject({ asksForCertificate: true });
  });

  it('is refused by who knows nothing that old or that weak', async () => {
    expect(readHello(await greet('old'))).toEqual({ type: 'refused', alert: 70 });
    expect(readHello(await greet('weak'))).toEqual({ type: 'refused', alert: 40 });
    expect(readHello(await greet('current', { minVersion: 'TLSv1.3' }))).toEqual({
      type: 'refused',
      alert: 70,
    });
  });

  it('is agreed to by who does', async () => {
    expect(readHello(await greet('old', weakly))).toMatchObject({ type: 'agreed', version: 'TLS 1.1' });
    expect(readHello(await greet('old', { ...weakly, maxVersion: 'TLSv1' }))).toMatchObject({
      version: 'TLS 1.0',
    });
    const weak = readHello(await greet('weak', weakly));
    expect(weak).toMatchObject({ type: 'agreed', version: 'TLS 1.2' });
    expect(weak.type === 'agreed' && weak.suite).toMatch(/NULL|anon|3DES/);
  });

  it('is agreed to by who knows a single suite only', async () => {
    const only = (ciphers: string): TlsOptions => ({
      minVersion: 'TLSv1',
      ciphers: `${ciphers}:@SECLEVEL=0`,
      dhparam: 'auto',
    });
    for (const [ciphers, suite] of [
      ['DHE-RSA-AES256-SHA', 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA'],
      ['DHE-RSA-AES128-SHA', 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA'],
    ] as const) {
      expect(readHello(await greet('old', only(ciphers)))).toMatchObject({ version: 'TLS 1.1', suite });
      expect(isStrong(suite)).toBe(false);
    }
    for (const [ciphers, suite] of [
      ['ADH-AES256-SHA', 'TLS_DH_anon_WITH_AES_256_CBC_SHA'],
      ['ADH-AES256-SHA256', 'TLS_DH_anon_WITH_AES_256_CBC_SHA256'],
      ['ADH-AES256-GCM-SHA384', 'TLS_DH_anon_WITH_AES_256_GCM_SHA384'],
      ['AECDH-NULL-SHA', 'TLS_ECDH_anon_WITH_NULL_SHA'],
    ] as const)
      expect(readHello(await greet('weak', only(ciphers)))).toMatchObject({ type: 'agreed', suite });
    expect(isStrong('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256')).toBe(true);
  });

  it('offers each suite in one list, and broken ones to nobody who is asked for the others', () => {
    const weak = new Set<number>(greetings.weak.suites);
    expect(greetings.current.suites.filter((suite) => weak.has(suite))).toEqual([]);
    for (const { suites } of [greetings.old, greetings.weak])
      expect(new Set(suites).size).toBe(suites.length);
  });

  it('is read over and over without holding up everything else', () => {
    const bytes = new Uint8Array(100_000);
    for (let at = 0; at < bytes.length; at += 16_389) bytes.set([0x16, 3, 3, 0x40, 0], at);
    bytes.set([2, 0x7f, 0xff, 0xff], 5);
    // An answer that never ends is looked at with every packet of it.
    let whole = 0;
    for (let packet = 0; packet < 3000; packet += 1) whole += isWhole(bytes) ? 1 : 0;
    expect(whole).toBe(0);
  });

  it('tells nothing while too little came, and nothing where it is no TLS', async () => {
    const whole = await greet('current', { requestCert: true });
    for (let length = 0; length < whole.length - 1; length += 1) {
      const part = readHello(whole.subarray(0, length));
      expect(part.type === 'agreed' ? part.asksForCertificate : part.type).not.toBe(false);
      if (length < 60) expect(part.type).toBe('unclear');
    }
    for (const text of ['', 'HTTP/1.1 400 Bad Request\r\n', 'SSH-2.0-OpenSSH_9.2\r\n', 'ES\0\0\0\0'])
      expect(readHello(new TextEncoder().encode(text)).type).toBe('unclear');
  });

  it('survives whatever answers', async () => {
    const whole = await greet('current', { requestCert: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, to] of edits) bytes[at] = to;
          const answer = readHello(bytes);
          if (answer.type === 'agreed')
            for (const certificate of answer.chain ?? []) expect(certificate.length).toBeGreaterThan(0);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(() => readHello(bytes)).not.toThrow();
      }),
    );
    expect(isWhole(new Uint8Array(200_000))).toBe(true);
  });
});
