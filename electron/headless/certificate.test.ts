import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { makeAuthority } from '../../test/support/authority.ts';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'certificate-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' }).toString();

const vault = 'correct horse battery staple\n';

/** A run of its own each time: what lasts between two of them lies in the workspace. */
async function ran(...args: readonly string[]) {
  const said: string[] = [];
  const code = await run(
    [
      ...args,
      '--workspaces',
      place('workspaces'),
      '--json',
      ...(args[0] === 'hosts' ? [] : ['--vault-passphrase-stdin']),
    ],
    {
      out: (text) => said.push(text),
      err: (text) => said.push(text),
      readInput: () => Promise.resolve(vault),
      signal: new AbortController().signal,
    },
  );
  const text = said.join('\n');
  return { code, text, data: z.record(z.string(), z.unknown()).parse(JSON.parse(text)) };
}

const certificate = (...args: readonly string[]) => ran('certificate', ...args, '--workspace', 'w');
const take = (file: string) =>
  certificate('take', '--host', 'search', '--certificate', place(file), '--authority', place('ca.pem'));

/** What an authority makes of the request, with its own idea of names and usages. */
function sign(to: string, extensions: readonly string[]): void {
  writeFileSync(place('ext'), extensions.join('\n'));
  const ca = ['-CA', place('ca.pem'), '-CAkey', place('ca.key'), '-CAcreateserial'];
  const about = ['-in', place('out/search.csr'), '-extfile', place('ext'), '-out', place(to)];
  openssl('x509', '-req', ...about, ...ca, '-days', '20');
}

const names = 'subjectAltName=DNS:search-1,DNS:search-1.example,IP:10.1.0.11';
const usages = 'extendedKeyUsage=serverAuth,clientAuth';

it('lets a request out, and takes only the certificate that fits', { timeout: 180_000 }, async () => {
  makeAuthority(folder, 'ca');
  expect((await ran('init', '--name', 'w')).code).toBe(0);
  expect(
    (await ran('hosts', 'add', '--workspace', 'w', '--host', 'a@10.1.0.11', '--name', 'search')).code,
  ).toBe(0);

  const ask = ['request', '--host', 'search', '--out', place('out')] as const;
  const list = 'search-1,search-1.example,10.1.0.11';
  expect(await certificate(...ask, '--names', 'no/name')).toMatchObject({ code: 64 });
  expect((await certificate(...ask, '--names', list)).code).toBe(0);
  expect(openssl('req', '-in', place('out/search.csr'), '-noout', '-text', '-verify')).toMatch(
    /DNS:search-1, DNS:search-1.example, IP Address:10.1.0.11/,
  );
  // In another run: another request only on purpose.
  expect((await certificate(...ask, '--names', 'search-2')).text).toContain('out already');
  expect(readdirSync(place('out'))).toEqual(['search.csr']);

  sign('short.pem', ['subjectAltName=DNS:search-1', usages]);
  sign('good.pem', [names, usages]);
  const refused = await take('short.pem');
  expect(refused.code).toBe(64);
  expect(refused.text).toMatch(/does not cover search-1.example, 10.1.0.11/);
  expect((await take('good.pem')).data).toMatchObject({
    taken: { host: 'search', issuer: 'CN=ca authority' },
  });
  const shown = await certificate();
  expect(shown.text).not.toContain('PRIVATE');
  expect(shown.data).toMatchObject({
    certificates: [
      {
        host: 'search',
        request: list.split(','),
        certificate: expect.stringContaining('ca authority') as string,
      },
    ],
  });
});
