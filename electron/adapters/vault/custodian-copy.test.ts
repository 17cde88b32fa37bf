import { existsSync } from 'node:fs';
import { link, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { copyForCustodian } from './custodian-copy.ts';
import { Vault } from './vault.ts';

const kdf = { memoryKib: 64, passes: 1, lanes: 1 };
const own = new Secret('correct horse battery');
const theirs = new Secret('an entirely other one');
let folder = '';
let file = '';
let target = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vault-copy-'));
  file = path.join(folder, 'vault.bwv');
  target = path.join(folder, 'copy.bwv');
  const vault = new Vault(file, { kdf });
  await vault.create(own);
  await vault.put('es/host-1/elastic', new Secret('Passw0rd'), 'Password of elastic on host-1');
});
afterEach(async () => await rm(folder, { recursive: true }));

async function opened(at: string, passphrase: Secret): Promise<Vault> {
  const vault = new Vault(at, { kdf });
  expect(await vault.unlock(passphrase)).toMatchObject({ ok: true });
  return vault;
}

const copy = { own, theirs, replace: false, kdf };

test('the copy opens with the custodian’s passphrase and holds all that is needed to take changes back', async () => {
  const before = await readFile(file);
  expect(await copyForCustodian(file, { ...copy, target })).toMatchObject({ ok: true });
  const second = await opened(target, theirs);
  const first = await opened(file, own);
  const secret = await second.get('es/host-1/elastic');
  expect(secret.ok && secret.value.reveal()).toBe('Passw0rd');
  expect(await second.blobKey()).toEqual(await first.blobKey());
  expect((await stat(target)).mode & 0o777).toBe(0o600);
  expect((await readFile(file)).equals(before)).toBe(true);
});

test('neither passphrase opens the other file', async () => {
  await copyForCustodian(file, { ...copy, target });
  for (const [at, passphrase] of [
    [target, own],
    [file, theirs],
  ] as const)
    expect(await new Vault(at, { kdf }).unlock(passphrase)).toMatchObject({
      ok: false,
      error: { code: 'VAULT_PASSPHRASE_WRONG' },
    });
});

test('a copy does not follow: what is put later is in the vault only', async () => {
  await copyForCustodian(file, { ...copy, target });
  await (await opened(file, own)).put('later', new Secret('x'), 'later');
  expect(await (await opened(target, theirs)).get('later')).toMatchObject({
    ok: false,
    error: { code: 'SECRET_MISSING' },
  });
});

test.each([
  ['a wrong own passphrase', { own: new Secret('correct horse bakery') }, 'VAULT_PASSPHRASE_WRONG'],
  ['the same passphrase', { theirs: own }, 'INPUT_INVALID'],
  ['one that is too short', { theirs: new Secret('short') }, 'INPUT_INVALID'],
])('%s writes nothing', async (_name, wrong, code) => {
  expect(await copyForCustodian(file, { ...copy, ...wrong, target })).toMatchObject({
    ok: false,
    error: { code },
  });
  expect(existsSync(target)).toBe(false);
  expect(await readdir(folder)).toEqual(['vault.bwv']);
});

test('a file that is there stays, unless the operator said to replace it', async () => {
  await writeFile(target, 'something else');
  expect(await copyForCustodian(file, { ...copy, target })).toMatchObject({
    ok: false,
    error: { code: 'INPUT_INVALID' },
  });
  expect(await readFile(target, 'utf8')).toBe('something else');
  expect(await copyForCustodian(file, { ...copy, target, replace: true })).toMatchObject({ ok: true });
  await opened(target, theirs);
  expect((await readdir(folder)).sort()).toEqual(['copy.bwv', 'vault.bwv']);
});

test('the vault itself is never replaced, by whatever name', async () => {
  const other = path.join(folder, 'hard.bwv');
  await link(file, other);
  await symlink(file, target);
  for (const name of [file, `${folder}/./vault.bwv`, target, other])
    expect(await copyForCustodian(file, { ...copy, target: name, replace: true })).toMatchObject({
      ok: false,
      error: { code: 'INPUT_INVALID' },
    });
  await opened(file, own);
});

test('a folder that is not there is named, and the vault stays', async () => {
  const gone = path.join(folder, 'gone', 'copy.bwv');
  const refused = await copyForCustodian(file, { ...copy, target: gone });
  expect(refused.ok ? '' : `${refused.error.code} ${refused.error.message}`).toContain(
    'IO The copy could not be written',
  );
  await opened(file, own);
});
