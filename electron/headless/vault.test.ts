import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from './run.ts';

const old = 'old passphrase 7391';
const wanted = 'new passphrase 1937';
let root = '';
let place = '';

async function ran(
  args: readonly string[],
  lines: readonly string[] = [],
): Promise<readonly [number, string]> {
  const said: string[] = [];
  const code = await run(args, {
    out: (text) => said.push(text),
    err: (text) => said.push(text),
    readInput: () => Promise.resolve(lines.map((line) => `${line}\n`).join('')),
    signal: new AbortController().signal,
  });
  return [code, said.join('\n')];
}

const both = ['--vault-passphrase-stdin', '--new-passphrase-stdin'];
const opens = async (passphrase: string) =>
  (await ran(['hosts', 'list', '--workspace', place, '--vault-passphrase-stdin'], [passphrase]))[0];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'vault-command-'));
  const init = ['init', '--name', 'Production', '--workspaces', root, '--vault-passphrase-stdin', '--json'];
  place = (JSON.parse((await ran(init, [old]))[1]) as { folder: string }).folder;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('gets another passphrase, and only with the right one', async () => {
  expect((await ran(['vault', 'passphrase', '--workspace', place, ...both], ['wrong one', wanted]))[0]).toBe(
    77,
  );
  expect(await opens(old)).toBe(0);
  const [code, said] = await ran(['vault', 'passphrase', '--workspace', place, ...both], [old, wanted]);
  expect([code, said]).toEqual([0, expect.stringContaining('new passphrase')]);
  expect([await opens(old), await opens(wanted)]).toEqual([77, 0]);
}, 60_000);

it('is copied for a custodian, whose passphrase opens the workspace with the copy in place', async () => {
  const to = join(root, 'copy.bwv');
  const copy = ['vault', 'copy', '--workspace', place, '--to', to, ...both];
  expect((await ran(copy, [old, wanted]))[0]).toBe(0);
  expect((await ran(copy, [old, wanted]))[0]).toBe(64);
  expect([await opens(old), await opens(wanted)]).toEqual([0, 77]);
  copyFileSync(to, join(place, 'vault.bwv'));
  expect([await opens(old), await opens(wanted)]).toEqual([77, 0]);
}, 60_000);

it('asks for both on standard input', async () => {
  const to = join(root, 'copy.bwv');
  expect((await ran(['vault', 'copy', '--workspace', place, '--to', to, ...both], [old]))[0]).toBe(64);
  expect((await ran(['vault', 'copy', '--workspace', place, '--to', to], []))[0]).toBe(64);
  expect((await ran(['vault', 'remove', '--workspace', place, ...both], [old, wanted]))[0]).toBe(64);
  expect(existsSync(to)).toBe(false);
}, 60_000);
