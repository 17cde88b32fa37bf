import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { makeAuthority } from '../../../test/support/authority.ts';
import { certificateChecker } from './certificate-checker.ts';

const folder = mkdtempSync(join(tmpdir(), 'checker-'));
afterAll(() => rmSync(folder, { recursive: true }));

const authority = makeAuthority(folder, 'one');
const other = makeAuthority(folder, 'two');
const names = 'DNS:node-1.example,DNS:*.search.example,IP:127.0.0.1,IP:::1';
const good = authority.issue('good', { names });
const now = Date.now();
const wanted = { names: ['node-1.example', '127.0.0.1'], use: 'http' as const };

function judge(
  more: {
    keyPem?: string;
    certificatePem?: string;
    caPem?: string;
    names?: readonly string[];
    use?: 'transport';
    now?: number;
  } = {},
) {
  const { keyPem = good.keyPem, certificatePem = good.certPem, caPem = authority.caPem } = more;
  return certificateChecker
    .check(
      { keyPem: new Secret(keyPem), certificatePem, caPem },
      { now: Date.now() + 1000, ...wanted, ...more },
    )
    .map((problem) => problem.about);
}

describe('what Elasticsearch would load without a word', () => {
  it('is named', () => {
    expect(judge()).toEqual([]);
    expect(judge({ names: ['a.search.example', '::1', '*.search.example'] })).toEqual([]);
    expect(judge({ keyPem: authority.issue('foreign', { names }).keyPem })).toEqual(['key']);
    expect(judge({ caPem: other.caPem })).toEqual(['chain']);
    expect(judge({ names: ['node-2.example', '10.0.0.1'] })).toEqual(['names']);
    expect(judge({ now: now + 400 * 86_400_000 })).toContain('dates');
    expect(judge({ now: now - 86_400_000 })).toContain('dates');
    const expired = authority.issue('expired', { names, expired: true });
    expect(judge({ keyPem: expired.keyPem, certificatePem: expired.certPem })).toEqual(['dates']);
    const server = authority.issue('server', { names, usages: 'serverAuth' });
    const both = { keyPem: server.keyPem, certificatePem: server.certPem };
    expect(judge(both)).toEqual([]);
    expect(judge({ ...both, use: 'transport' })).toEqual(['usage']);
  });

  it('is told by signature, whatever the dates', () => {
    const expired = authority.issue('over', { names, expired: true });
    expect(certificateChecker.signedBy(expired.certPem, authority.caPem)).toBe(true);
    expect(certificateChecker.signedBy(good.certPem, other.caPem)).toBe(false);
    expect(certificateChecker.signedBy('nothing', authority.caPem)).toBeUndefined();
    expect(certificateChecker.signedBy(good.certPem, 'nothing')).toBeUndefined();
  });

  it('is told from what cannot be read', () => {
    expect(judge({ keyPem: 'no key' })).toEqual(['form']);
    const locked = execFileSync('openssl', ['pkey', '-aes256', '-passout', 'pass:x'], { input: good.keyPem });
    expect(judge({ keyPem: locked.toString() })).toEqual(['form']);
    expect(judge({ certificatePem: 'BEGIN CERTIFICATE' })).toEqual(['form']);
    expect(judge({ certificatePem: `${good.certPem}-----BEGIN CERTIFICATE-----\n` })).toEqual(['form']);
    expect(certificateChecker.summary('\0\x01')).toBeUndefined();
    expect(certificateChecker.summary(good.certPem)?.names).toContain('DNS:node-1.example');
  });

  it('includes a missing link of the chain', () => {
    const middle = authority.authority('middle');
    const leaf = middle.issue('leaf', { names });
    const pair = { keyPem: leaf.keyPem };
    expect(judge({ ...pair, certificatePem: leaf.certPem })).toEqual(['chain']);
    expect(judge({ ...pair, certificatePem: leaf.certPem + middle.caPem })).toEqual([]);
  });
});

describe('a PKCS#12 store', () => {
  const bundle = { keyPem: new Secret(good.keyPem), certificatePem: good.certPem, caPem: authority.caPem };

  it('is read by openssl, with key, certificate and authority', () => {
    const made = certificateChecker.pkcs12(bundle, new Secret('a-password 1'));
    const again = certificateChecker.pkcs12(bundle, new Secret('a-password 1'));
    if (!made.ok || !again.ok) throw new Error('not made');
    expect(Buffer.from(made.value).equals(Buffer.from(again.value))).toBe(true);
    const file = join(folder, 'made.p12');
    writeFileSync(file, made.value);
    const openssl = (...args: string[]) =>
      execFileSync('openssl', ['pkcs12', '-in', file, '-passin', 'stdin', ...args], {
        input: 'a-password 1\n',
        stdio: ['pipe', 'pipe', 'pipe'],
      }).toString();
    expect(openssl('-nodes', '-nocerts')).toContain('PRIVATE KEY');
    expect(openssl('-nokeys', '-clcerts')).toContain(good.certPem.trim());
    expect(openssl('-nokeys', '-cacerts')).toContain(authority.caPem.trim());
    expect(() =>
      execFileSync('openssl', ['pkcs12', '-in', file, '-passin', 'stdin', '-noout'], {
        input: 'wrong\n',
        stdio: 'pipe',
      }),
    ).toThrow(/mac verify/i);
    expect(readFileSync(file).includes('PRIVATE KEY')).toBe(false);
  });

  it('has a password that Java can read', () => {
    for (const password of ['', 'ünï', 'two\nlines'])
      expect(certificateChecker.pkcs12(bundle, new Secret(password)).ok).toBe(false);
  });
});
