import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKnownHosts, type HostKeyVerdict } from './known-hosts.ts';
import { hashName, knownHostsName, matchesName, parseKnownHostsLine } from './known-hosts-line.ts';

/** A public key that is well-formed and nobody's. */
function blob(seed: number, type = 'ssh-ed25519'): Uint8Array {
  const name = Buffer.from(type);
  return Buffer.concat([
    Buffer.from([0, 0, 0, name.length]),
    name,
    Buffer.from([0, 0, 0, 32]),
    Buffer.alloc(32, seed),
  ]);
}
const encoded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const keygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
if (!keygen)
  process.stdout.write(
    'known hosts: comparisons skipped, no ssh-keygen here; they run where it is installed\n',
  );

let folder: string;
let own: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-known-'));
  own = join(folder, 'known_hosts');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function verdict(
  text: string,
  address: string,
  port: number,
  key: Uint8Array,
): Promise<HostKeyVerdict['verdict']> {
  writeFileSync(own, text);
  const judged = await createKnownHosts({ own, hashed: false }).judge(address, port, key);
  if (!judged.ok) throw new Error(judged.error.message);
  return judged.value.verdict;
}

describe('a record of host keys', () => {
  const key = blob(1);
  const other = blob(2);
  const line = (hosts: string, bytes = key, type = 'ssh-ed25519') => `${hosts} ${type} ${encoded(bytes)}\n`;

  it.each([
    ['a plain name', line('alpha'), 'alpha', 22, 'known'],
    ['a name in other case', line('Alpha'), 'ALPHA', 22, 'known'],
    ['one of several names', line('beta,alpha,10.0.0.1'), '10.0.0.1', 22, 'known'],
    ['an IPv6 address', line('2001:db8::1'), '2001:db8::1', 22, 'known'],
    ['another port', line('[alpha]:2222'), 'alpha', 2222, 'known'],
    ['port 22 when the record is for another', line('[alpha]:2222'), 'alpha', 22, 'unknown'],
    ['another port when the record is for 22', line('alpha'), 'alpha', 2222, 'unknown'],
    ['a wildcard', line('*.example.org'), 'a.b.example.org', 22, 'known'],
    ['a question mark', line('node?'), 'node7', 22, 'known'],
    ['a question mark and nothing', line('node?'), 'node', 22, 'unknown'],
    ['a negation', line('*.example.org,!bad.example.org'), 'bad.example.org', 22, 'unknown'],
    [
      'a negation before the wildcard',
      line('!bad.example.org,*.example.org'),
      'bad.example.org',
      22,
      'unknown',
    ],
    ['another host', line('alpha'), 'beta', 22, 'unknown'],
    ['another key', line('alpha', other), 'alpha', 22, 'changed'],
    ['a key of another type', line('alpha', blob(3, 'ssh-rsa'), 'ssh-rsa'), 'alpha', 22, 'changed'],
    ['an old and a new key', line('alpha', other) + line('alpha'), 'alpha', 22, 'known'],
    ['a revoked key', `@revoked ${line('*')}${line('alpha')}`, 'alpha', 22, 'revoked'],
    ['another revoked key', `@revoked ${line('*', other)}${line('alpha')}`, 'alpha', 22, 'known'],
    ['a certificate authority', `@cert-authority ${line('*')}`, 'alpha', 22, 'unsupported'],
    ['an authority and a key', `@cert-authority ${line('*', other)}${line('alpha')}`, 'alpha', 22, 'known'],
    ['a marker of the future', `@new-thing ${line('alpha')}`, 'alpha', 22, 'unknown'],
    ['a comment', `# ${line('alpha')}`, 'alpha', 22, 'unknown'],
    ['a type that does not fit the key', line('alpha', key, 'ssh-rsa'), 'alpha', 22, 'unknown'],
    ['Windows line ends', line('alpha').replace('\n', '\r\n'), 'alpha', 22, 'known'],
    ['nothing', '', 'alpha', 22, 'unknown'],
  ] as const)('judges %s', async (_title, text, address, port, expected) => {
    expect(await verdict(text, address, port, key)).toBe(expected);
  });

  it('names every key that was on record when one has changed', async () => {
    writeFileSync(own, line('alpha', other) + line('alpha', blob(3)));
    const judged = await createKnownHosts({ own, hashed: false }).judge('alpha', 22, key);
    expect(judged.ok && judged.value.verdict === 'changed' && judged.value.known.length).toBe(2);
  });

  it.each([true, false])('adds a key and keeps every other byte (hashed: %s)', async (hashed) => {
    const before = `# mine\n\n${line('beta', other)}strange line\nlatin ${String.fromCharCode(0xe4)} without end`;
    writeFileSync(own, before, 'latin1');
    const record = createKnownHosts({ own, hashed });
    expect((await record.add('alpha', 2222, key)).ok).toBe(true);
    const after = readFileSync(own, 'latin1');
    expect(after.startsWith(`${before}\n`)).toBe(true);
    expect(after.includes('alpha')).toBe(!hashed);
    expect(statSync(own).mode & 0o777).toBe(0o600);
    expect(await record.judge('alpha', 2222, key)).toEqual({ ok: true, value: { verdict: 'known' } });
    expect(await record.knownTypes('alpha', 2222)).toEqual({ ok: true, value: ['ssh-ed25519'] });
  });

  it('creates folder and file, and loses nothing when many are added at once', async () => {
    const record = createKnownHosts({ own: join(folder, 'a', 'b', 'known_hosts'), hashed: false });
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, n) => record.add(`host${n}`, 22, blob(n))),
    );
    expect(added.every((one) => one.ok)).toBe(true);
    for (let n = 0; n < 20; n += 1)
      expect(await record.judge(`host${n}`, 22, blob(n))).toEqual({ ok: true, value: { verdict: 'known' } });
  });

  it('forgets one host and keeps every other byte', async () => {
    const keep = [
      '# alpha is a comment',
      '',
      line('beta', other).trim(),
      `@revoked ${line('alpha', other)}`.trim(),
      `@cert-authority ${line('alpha', other)}`.trim(),
      line('[alpha]:2222').trim(),
      line('alph*', other).trim(),
      `${hashName('gamma')} ssh-ed25519 ${encoded(other)}`,
      `strange line about alpha ${String.fromCharCode(0xe4)}`,
    ];
    const drop = [line('Alpha').trim(), `${hashName('alpha')} ssh-ed25519 ${encoded(key)} note\r`];
    const shared = `one,ALPHA,two ssh-ed25519 ${encoded(other)} alpha`;
    writeFileSync(own, [drop[0], ...keep, shared, drop[1], 'last without end'].join('\n'), 'latin1');
    expect(await createKnownHosts({ own, hashed: true }).forget('ALPHA', 22)).toEqual({ ok: true });
    expect(readFileSync(own, 'latin1')).toBe(
      [...keep, `one,two ssh-ed25519 ${encoded(other)} alpha`, 'last without end'].join('\n'),
    );
    expect(statSync(own).mode & 0o777).toBe(0o600);
  });

  it.each([true, false])(
    'asks again for a forgotten key, and only for that one (hashed: %s)',
    async (hashed) => {
      const record = createKnownHosts({ own, hashed });
      const places = [
        ['alpha', 22],
        ['alpha', 2222],
        ['beta', 22],
      ] as const;
      await Promise.all(places.map(([address, port]) => record.add(address, port, key)));
      // At once with another write: neither may lose the other.
      await Promise.all([record.forget('alpha', 22), record.add('gamma', 22, other)]);
      const verdicts = [...places, ['gamma', 22] as const].map(async ([address, port]) => {
        const judged = await record.judge(address, port, address === 'gamma' ? other : key);
        return judged.ok && judged.value.verdict;
      });
      expect(await Promise.all(verdicts)).toEqual(['unknown', 'known', 'known', 'known']);
      expect(await record.judge('alpha', 22, other)).toEqual({ ok: true, value: { verdict: 'unknown' } });
    },
  );

  it('forgets nothing where there is nothing, and does not make a file for it', async () => {
    const users = join(folder, 'users');
    writeFileSync(users, line('alpha'));
    const record = createKnownHosts({ own, others: [users], hashed: true });
    expect((await record.forget('alpha', 22)).ok).toBe(true);
    expect(existsSync(own)).toBe(false);
    expect(readFileSync(users, 'utf8')).toBe(line('alpha'));
  });

  it('reads further files and does not write them', async () => {
    const users = join(folder, 'users');
    writeFileSync(users, line('alpha'));
    const record = createKnownHosts({ own, others: [users, join(folder, 'none')], hashed: false });
    expect(await record.judge('alpha', 22, key)).toEqual({ ok: true, value: { verdict: 'known' } });
    await record.add('beta', 22, other);
    expect(readFileSync(users, 'utf8')).toBe(line('alpha'));
  });

  it('says so when the file cannot be read', async () => {
    const record = createKnownHosts({ own: folder, hashed: false });
    expect(await record.judge('alpha', 22, key)).toMatchObject({ ok: false, error: { code: 'IO' } });
    expect(await record.forget('alpha', 22)).toMatchObject({ ok: false, error: { code: 'IO' } });
  });
});

describe('patterns', () => {
  it('match as a regular expression would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), maxLength: 10 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (written, name) => {
        const source = written.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesName(written, name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
    );
  });

  it('take no time on a hostile pattern', () => {
    const started = performance.now();
    expect(matchesName(`${'*a'.repeat(2000)}b`, 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('hash to what they match, and to nothing else', () => {
    fc.assert(
      fc.property(fc.domain(), fc.domain(), fc.integer({ min: 1, max: 65535 }), (one, two, port) => {
        const hashed = hashName(knownHostsName(one, port));
        expect(matchesName(hashed, knownHostsName(one, port))).toBe(true);
        expect(matchesName(hashed, knownHostsName(two, port))).toBe(one === two);
      }),
    );
  });

  it('never throw, whatever stands in the file', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.string({ maxLength: 20 }), (text, name) => {
        const parsed = parseKnownHostsLine(text);
        expect(() => matchesName(parsed?.hosts ?? text, name)).not.toThrow();
      }),
    );
  });
});

describe.skipIf(!keygen)('beside ssh-keygen', () => {
  const names = fc.uniqueArray(fc.tuple(fc.domain(), fc.constantFrom(22, 2222)), {
    minLength: 1,
    maxLength: 4,
  });

  it('finds in its hashed files what it put there, and it finds ours', async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.boolean(), async (hosts, hashed) => {
        rmSync(own, { force: true });
        const record = createKnownHosts({ own, hashed });
        for (const [n, [address, port]] of hosts.entries()) await record.add(address, port, blob(n));
        for (const [address, port] of hosts) {
          const found = execFileSync('ssh-keygen', ['-F', knownHostsName(address, port), '-f', own], {
            encoding: 'utf8',
          });
          expect(found).toContain('ssh-ed25519');
        }
        execFileSync('ssh-keygen', ['-H', '-f', own], { stdio: 'ignore' });
        for (const [n, [address, port]] of hosts.entries())
          expect(await record.judge(address, port, blob(n))).toEqual({
            ok: true,
            value: { verdict: 'known' },
          });
      }),
      { numRuns: 12 },
    );
  });
});
