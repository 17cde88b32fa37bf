import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { makeAuthority } from '../../test/support/authority.ts';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'authority-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ran(args: readonly string[], input: string) {
  const said: string[] = [];
  const code = await run([...args, '--workspaces', join(folder, 'workspaces'), '--json'], {
    out: (text) => said.push(text),
    err: (text) => said.push(text),
    readInput: () => Promise.resolve(input),
    signal: new AbortController().signal,
  });
  const text = said.join('\n');
  return { code, text, data: z.record(z.string(), z.unknown()).parse(JSON.parse(text)) };
}

it('shows that there is none, takes one over, keeps it, and never shows its key', {
  timeout: 120_000,
}, async () => {
  const one = makeAuthority(folder, 'one');
  const two = makeAuthority(folder, 'two');
  const place = (name: string) => join(folder, name);
  const locked = execFileSync('openssl', [
    'pkey',
    '-aes256',
    '-passout',
    'pass:key words',
    '-in',
    place('one.key'),
    '-out',
    place('locked.key'),
  ]);
  expect(locked.toString()).toBe('');
  execFileSync(
    'openssl',
    [
      'pkcs12',
      '-export',
      '-inkey',
      place('two.key'),
      '-in',
      place('two.pem'),
      '-passout',
      'stdin',
      '-out',
      place('two.p12'),
    ],
    { input: 'store words\n' },
  );
  const vault = 'correct horse battery staple\n';
  expect((await ran(['init', '--name', 'w', '--vault-passphrase-stdin'], vault)).code).toBe(0);
  const authority = (words: readonly string[], more = '') =>
    ran(['authority', ...words, '--workspace', 'w', '--vault-passphrase-stdin'], vault + more);

  expect(await authority([])).toMatchObject({ code: 0, data: { authority: null, imported: false } });
  const files = ['import', '--certificate', place('one.pem'), '--key', place('locked.key')];
  expect(await authority([...files, '--authority-passphrase-stdin'], 'wrong words\n')).toMatchObject({
    code: 64,
  });
  expect(await authority(['import', '--certificate', place('one.pem')])).toMatchObject({ code: 64 });
  expect(
    await authority(['import', '--store', place('missing.p12'), '--authority-passphrase-stdin'], 'x\n'),
  ).toMatchObject({ code: 66 });
  const taken = await authority([...files, '--authority-passphrase-stdin'], 'key words\n');
  expect(taken).toMatchObject({
    code: 0,
    data: { imported: true, authority: { subject: 'CN=one authority' } },
  });
  const store = ['import', '--store', place('two.p12'), '--authority-passphrase-stdin'];
  expect((await authority(store, 'store words\n')).code).not.toBe(0);
  const shown = await authority([]);
  expect(shown.data['authority']).toMatchObject({ subject: 'CN=one authority', pem: one.caPem });
  const forced = await authority([...store, '--force'], 'store words\n');
  expect(forced.data['authority']).toMatchObject({ subject: 'CN=two authority', pem: two.caPem });
  for (const { text } of [taken, shown, forced]) expect(text).not.toMatch(/PRIVATE|words/);
});
