import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { decodeVault, encodeCovered, finish } from './format.ts';
import { calibrateKdf, kdfAllowed } from './kdf.ts';
import { Vault } from './vault.ts';

const kdf = { memoryKib: 64, passes: 1, lanes: 1 };
const right = new Secret('correct horse battery');
const wrong = new Secret('correct horse bakery');
let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vault-'));
  file = path.join(folder, 'vault');
});
afterEach(async () => await rm(folder, { recursive: true }));

async function made(): Promise<Vault> {
  const vault = new Vault(file, { kdf });
  expect(await vault.create(right)).toEqual({ ok: true, value: undefined });
  return vault;
}

function codeOf(result: { readonly ok: boolean; readonly error?: { readonly code: string } }): string {
  return result.ok ? 'ok' : (result.error?.code ?? '');
}

async function clearOf(vault: Vault, ref: string): Promise<string | undefined> {
  const found = await vault.get(ref);
  return found.ok ? found.value.reveal() : undefined;
}

describe('keeping secrets', () => {
  test('what was put is there for another process, and nowhere in clear', async () => {
    const vault = await made();
    await vault.put('es/host-1/elastic', new Secret('Passw0rd-ünïcode'), 'Password of elastic on host-1');
    const other = new Vault(file);
    expect(codeOf(await other.unlock(right))).toBe('ok');
    expect(await clearOf(other, 'es/host-1/elastic')).toBe('Passw0rd-ünïcode');
    const listed = await other.list();
    expect(listed.ok && listed.value.map((entry) => [entry.ref, entry.about])).toEqual([
      ['es/host-1/elastic', 'Password of elastic on host-1'],
    ]);
    const bytes = await readFile(file, 'latin1');
    for (const word of ['Passw0rd', 'elastic', 'host-1']) expect(bytes).not.toContain(word);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('any names and values, put, replaced and removed in any order, behave as a map', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.constantFrom('put', 'remove'),
            fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
            fc.string({ unit: 'grapheme' }),
          ),
          { maxLength: 12 },
        ),
        async (steps) => {
          await rm(file, { force: true });
          const vault = await made();
          const expected = new Map<string, string>();
          for (const [step, ref, value] of steps) {
            if (step === 'put') {
              await vault.put(ref, new Secret(value), ref);
              expected.set(ref, value);
            } else {
              await vault.remove(ref);
              expected.delete(ref);
            }
          }
          const again = new Vault(file);
          await again.unlock(right);
          const listed = await again.list();
          expect(listed.ok && listed.value.map((entry) => entry.ref).toSorted()).toEqual(
            [...expected.keys()].toSorted(),
          );
          for (const [ref, value] of expected) expect(await clearOf(again, ref)).toBe(value);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('two that write at the same time lose nothing', async () => {
    const first = await made();
    const second = new Vault(file);
    await second.unlock(right);
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 ? first : second).put(`ref/${index}`, new Secret(`${index}`), ''),
      ),
    );
    const listed = await first.list();
    expect(listed.ok && listed.value).toHaveLength(12);
  });

  test('a lock whose owner was killed is taken over', async () => {
    const vault = await made();
    await writeFile(`${file}.lock`, '999999999');
    expect(codeOf(await vault.put('a', new Secret('b'), ''))).toBe('ok');
  });
});

describe('the passphrase', () => {
  test('a wrong one is told apart from damage, and changes nothing', async () => {
    const vault = await made();
    vault.lock();
    const before = await readFile(file);
    const refused = await vault.unlock(wrong);
    expect(codeOf(refused)).toBe('VAULT_PASSPHRASE_WRONG');
    expect(vault.locked).toBe(true);
    expect(await readFile(file)).toEqual(before);
    expect(codeOf(await vault.get('a'))).toBe('VAULT_LOCKED');
    expect(codeOf(await vault.put('a', new Secret('b'), ''))).toBe('VAULT_LOCKED');
  });

  test('letters composed differently are the same passphrase', async () => {
    const vault = new Vault(file, { kdf });
    await vault.create(new Secret('schlüssel bund'.normalize('NFD')));
    expect(codeOf(await vault.unlock(new Secret('schlüssel bund'.normalize('NFC'))))).toBe('ok');
  });

  test('changing it keeps records and the key for before-images, and shuts out the old one', async () => {
    const vault = await made();
    await vault.put('a', new Secret('b'), 'c');
    const key = await vault.blobKey();
    const salt = (await readFile(file)).subarray(22, 54);
    const open = new Vault(file);
    await open.unlock(right);
    expect(codeOf(await vault.changePassphrase(wrong, right))).toBe('VAULT_PASSPHRASE_WRONG');
    expect(codeOf(await vault.changePassphrase(right, new Secret('another passphrase')))).toBe('ok');
    expect((await readFile(file)).subarray(22, 54)).not.toEqual(salt);
    expect(await clearOf(vault, 'a')).toBe('b');
    expect(await vault.blobKey()).toEqual(key);
    expect(codeOf(await open.get('a'))).toBe('VAULT_LOCKED');
    expect(codeOf(await new Vault(file).unlock(right))).toBe('VAULT_PASSPHRASE_WRONG');
    expect(codeOf(await new Vault(file).unlock(new Secret('another passphrase')))).toBe('ok');
  });

  test('a short one makes no vault, a second vault is not made over the first', async () => {
    const vault = new Vault(file, { kdf });
    expect(codeOf(await vault.create(new Secret('short')))).toBe('INPUT_INVALID');
    expect(await vault.exists()).toBe(false);
    await made();
    expect(codeOf(await new Vault(file, { kdf }).create(wrong))).toBe('INPUT_INVALID');
    expect(codeOf(await new Vault(file).unlock(right))).toBe('ok');
  });

  test('idle time locks, and says so', async () => {
    let told = '';
    const vault = new Vault(file, { kdf, autoLockMilliseconds: () => 30, onLock: (why) => (told = why) });
    await vault.create(right);
    expect(vault.locked).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(vault.locked).toBe(true);
    expect(told).toBe('idle');
  });

  test('idle time does not lock what running work needs, and counts anew after it', async () => {
    let inUse = true;
    const vault = new Vault(file, { kdf, autoLockMilliseconds: () => 30, inUse: () => inUse });
    await vault.create(right);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(vault.locked).toBe(false);
    inUse = false;
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(vault.locked).toBe(true);
  });

  test('who asks for it locks also what is in use', async () => {
    const vault = new Vault(file, { kdf, autoLockMilliseconds: () => 30, inUse: () => true });
    await vault.create(right);
    vault.lock();
    expect(vault.locked).toBe(true);
  });
});

describe('damage', () => {
  test('every flipped byte is found, and the file is left as it is', async () => {
    const vault = await made();
    await vault.put('a', new Secret('b'), 'c');
    const whole = await readFile(file);
    for (let at = 0; at < whole.length; at += 1) {
      const broken = Buffer.from(whole);
      broken.writeUInt8(broken.readUInt8(at) ^ 1, at);
      await writeFile(file, broken);
      const refused = await new Vault(file).unlock(right);
      expect([at, codeOf(refused)]).toEqual([at, 'VAULT_CORRUPT']);
      expect(refused.ok || refused.error.message).toContain('Nothing was changed');
      expect(await readFile(file)).toEqual(broken);
    }
  });

  test('records that were taken out by somebody who also corrects the checksum are missed', async () => {
    const vault = await made();
    await vault.put('a', new Secret('b'), 'c');
    const decoded = decodeVault(await readFile(file));
    if (typeof decoded === 'string') throw new Error(decoded);
    const covered = encodeCovered({ ...decoded, records: decoded.records.slice(0, 1) });
    await writeFile(file, finish(covered, decoded.mac));
    expect(codeOf(await vault.list())).toBe('VAULT_CORRUPT');
    expect(codeOf(await new Vault(file).unlock(right))).toBe('VAULT_CORRUPT');
  });

  test('a file cut short or of random bytes is refused', async () => {
    await made();
    const whole = await readFile(file);
    for (const length of [0, 7, 60, 120, whole.length - 1]) {
      await writeFile(file, whole.subarray(0, length));
      expect(codeOf(await new Vault(file).unlock(right))).toBe('VAULT_CORRUPT');
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        await writeFile(file, bytes);
        expect(codeOf(await new Vault(file).unlock(right))).toBe('VAULT_CORRUPT');
      }),
    );
  });
});

test('the work a file may ask for is bounded, and what is calibrated is never weak', async () => {
  expect(kdfAllowed({ memoryKib: 2_000_000, passes: 3, lanes: 1 })).toBe(false);
  expect(kdfAllowed({ memoryKib: 65_536, passes: 0, lanes: 1 })).toBe(false);
  const slow = await calibrateKdf(0);
  expect(slow.memoryKib * slow.passes).toBeGreaterThanOrEqual(3 * 65_536);
});
