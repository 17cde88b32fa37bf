import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeAuthority } from '../../../test/support/authority.ts';
import { type TestContext, testContext, value } from '../../../test/support/change-harness.ts';
import { NodeHost } from '../../../test/support/node-host.ts';
import { broughtCertificate, makeRequest, requestOf, takeCertificate } from './brought.ts';

const folder = mkdtempSync(join(tmpdir(), 'brought-'));
const place = (name: string) => join(folder, name);
const text = (name: string) => readFileSync(place(name), 'utf8');
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' }).toString();

const names = ['search-1', 'search-1.example', '10.1.0.11'];
const wish = { hostId: 'search', names, keyType: 'p-256', anew: false } as const;
const covered = 'subjectAltName=DNS:search-1,DNS:search-1.example,IP:10.1.0.11';
const usages = 'extendedKeyUsage=serverAuth,clientAuth';

let host: NodeHost;
let context: TestContext;
beforeAll(async () => {
  host = new NodeHost();
  context = testContext(host);
  makeAuthority(folder, 'ca');
  makeAuthority(folder, 'other');
  writeFileSync(place('search.csr'), value(await makeRequest(context, wish)).requestPem);
});
afterAll(() => {
  host.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What an authority makes of a request, with its own idea of names and usages. */
function sign(to: string, extensions: readonly string[], days = '20', csr = 'search.csr'): string {
  writeFileSync(place('ext'), extensions.join('\n'));
  const ca = ['-CA', place('ca.pem'), '-CAkey', place('ca.key'), '-CAcreateserial'];
  const about = ['-in', place(csr), '-extfile', place('ext'), '-out', place(to)];
  openssl('x509', '-req', ...about, ...ca, '-days', days);
  return text(to);
}

const take = (certificatePem: string, caPem = text('ca.pem'), hostId = 'search') =>
  takeCertificate({ ...context, now: Date.now() }, { hostId, certificatePem, caPem });

it('is the same request until another one is wanted on purpose', async () => {
  const out = value(await requestOf(context.secrets, 'search'))?.requestPem;
  expect(out).toBe(text('search.csr'));
  expect(openssl('req', '-in', place('search.csr'), '-noout', '-text', '-verify')).toMatch(
    /DNS:search-1, DNS:search-1.example, IP Address:10.1.0.11/,
  );
  const again = await makeRequest(context, { ...wish, names: names.toReversed() });
  expect(value(again).requestPem).toBe(out);
  for (const other of [{ names: ['search-2'] }, { keyType: 'rsa-3072' as const }])
    expect(await makeRequest(context, { ...wish, ...other })).toMatchObject({
      ok: false,
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
  expect(value(await requestOf(context.secrets, 'nobody'))).toBeUndefined();
});

it.each<readonly [string, RegExp, () => Parameters<typeof take>]>([
  [
    'a name is missing',
    /not cover search-1.example, 10.1.0.11/,
    () => [sign('a', ['subjectAltName=DNS:search-1', usages])],
  ],
  ['it is for servers only', /not allow client/, () => [sign('b', [covered, 'extendedKeyUsage=serverAuth'])]],
  ['it has expired', /has expired/, () => [sign('c', [covered, usages], '-1')]],
  [
    'it is an authority',
    /one of an authority/,
    () => [sign('d', [covered, usages, 'basicConstraints=CA:TRUE'])],
  ],
  [
    'another authority signed it',
    /not come from the given authority/,
    () => [sign('e', [covered, usages]), text('other.pem')],
  ],
  ['it stands for its own authority', /of the node itself/, () => [sign('f', [covered, usages]), text('f')]],
  ['somebody gives a key', /private key/, () => [text('ca.key')]],
  ['it is no certificate', /cannot be read/, () => ['garbage']],
  ['no request is out', /No request is out/, () => [sign('g', [covered, usages]), text('ca.pem'), 'second']],
  [
    'its key is another one',
    /key does not belong/,
    () => {
      openssl(
        'req',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        place('x.key'),
        '-subj',
        '/CN=x',
        '-out',
        place('x.csr'),
      );
      return [sign('h', [covered, usages], '20', 'x.csr')];
    },
  ],
])('takes nothing when %s', async (_name, why, given) => {
  const taken = await take(...given());
  expect(taken).toMatchObject({ ok: false, error: { hostState: 'unchanged' } });
  expect(taken.ok ? '' : taken.error.message).toMatch(why);
  expect(value(await broughtCertificate(context.secrets, 'search'))).toBeUndefined();
});

it('keeps what fits, with its key, and what is between it and its authority', async () => {
  const good = sign('good', [covered, usages]);
  expect(openssl('verify', '-CAfile', place('ca.pem'), place('good'))).toMatch(/OK/);
  expect(value(await take(good))).toMatchObject({ issuer: 'CN=ca authority' });
  const kept = value(await broughtCertificate(context.secrets, 'search'));
  expect(kept).toMatchObject({ certificatePem: good, caPem: text('ca.pem') });
  writeFileSync(place('kept.key'), kept?.keyPem.reveal() ?? '');
  expect(openssl('pkey', '-in', place('kept.key'), '-pubout')).toBe(
    openssl('x509', '-in', place('good'), '-noout', '-pubkey'),
  );
  // A new request has a new key; what was brought stays until a certificate for that one comes.
  value(await makeRequest(context, { ...wish, anew: true }));
  expect((await take(good)).ok).toBe(false);
  expect(value(await broughtCertificate(context.secrets, 'search'))?.certificatePem).toBe(good);
});
