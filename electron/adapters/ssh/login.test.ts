/** Who may log in, with what, and that nothing is sent to a host whose key is not right. Against a real OpenSSH server. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../shared/domain/host.ts';
import { type Answers, keyLogin, testFactory } from '../../../test/ports/ssh-factory.ts';
import { makeKey, type Sshd, sshdMissing, startSshd } from '../../../test/ports/sshd.ts';

const reason = sshdMissing();
if (reason !== undefined) process.stdout.write(`logins: ${reason}\n`);

describe.skipIf(reason !== undefined)('with a key file', () => {
  let sshd: Sshd;
  let folder: string;
  beforeAll(async () => {
    sshd = await startSshd();
    folder = sshd.folder;
  });
  afterAll(() => sshd.stop());

  const attempt = (
    login: Host['login'],
    answers: Answers = {},
    more: Parameters<typeof testFactory>[3] = {},
  ) =>
    testFactory(
      { address: '127.0.0.1', port: sshd.port, user: sshd.user, login },
      join(folder, 'known_hosts'),
      answers,
      more,
    );

  function accept(name: string): void {
    const file = join(folder, 'authorized_keys');
    writeFileSync(file, readFileSync(file, 'utf8') + readFileSync(join(folder, `${name}.pub`), 'utf8'));
  }

  it.each([
    ['ed25519', ['-t', 'ed25519'], ''],
    ['ed25519-locked', ['-t', 'ed25519', '-a', '4'], 'open sesame'],
    ['ecdsa-locked', ['-t', 'ecdsa', '-b', '384', '-a', '4'], 'open sesame'],
    ['rsa', ['-t', 'rsa', '-b', '2048'], ''],
    ['rsa-pem-locked', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'open sesame'],
    ['rsa-pkcs8-locked', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'], 'open sesame'],
    ['ecdsa-pkcs8', ['-t', 'ecdsa', '-m', 'PKCS8'], ''],
  ])('logs in with %s', async (name, kind, passphrase) => {
    makeKey(join(folder, name), kind, passphrase);
    accept(name);
    const good = attempt(keyLogin(folder, name), passphrase === '' ? {} : { passphrase });
    expect(await good.code()).toBe('ok');
    expect(good.asked).toEqual(passphrase === '' ? [] : ['passphrase']);
    if (passphrase === '') return;
    expect(await attempt(keyLogin(folder, name), { passphrase: 'wrong' }).code()).toBe('SSH_KEY_PASSPHRASE');
    expect(await attempt(keyLogin(folder, name)).code()).toBe('SSH_KEY_PASSPHRASE');
  });

  it.each(['', 'open sesame'])(
    'logs in with an ed25519 key in PKCS#8 (passphrase %j)',
    async (passphrase) => {
      const path = join(folder, 'ed-pkcs8');
      const { generateKeyPairSync } = await import('node:crypto');
      const pair = generateKeyPairSync('ed25519');
      const raw = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
      const wire = Buffer.concat([
        Buffer.from([0, 0, 0, 11]),
        Buffer.from('ssh-ed25519'),
        Buffer.from([0, 0, 0, 32]),
        raw,
      ]);
      writeFileSync(`${path}.pub`, `ssh-ed25519 ${wire.toString('base64')}\n`);
      const locked = passphrase === '' ? {} : { cipher: 'aes-256-cbc', passphrase };
      writeFileSync(path, pair.privateKey.export({ type: 'pkcs8', format: 'pem', ...locked }));
      accept('ed-pkcs8');
      expect(await attempt(keyLogin(folder, 'ed-pkcs8'), { passphrase }).code()).toBe('ok');
    },
  );

  it('explains an unusable key file', async () => {
    expect(await attempt(keyLogin(folder, 'missing')).code()).toBe('SSH_KEY_FILE');
    expect(await attempt(keyLogin(folder, 'id_ed25519.pub')).code()).toBe('SSH_KEY_FILE');
    writeFileSync(join(folder, 'noise'), 'no key at all');
    expect(await attempt(keyLogin(folder, 'noise')).code()).toBe('SSH_KEY_FILE');
  });

  it('refuses a key whose derivation would block for minutes', async () => {
    const opened = await attempt(
      keyLogin(folder, 'slow'),
      { passphrase: 'x' },
      {
        readFile: () => Promise.resolve(manyRounds(readFileSync(join(folder, 'ed25519-locked'), 'utf8'))),
      },
    ).open();
    expect(opened).toMatchObject({ ok: false, error: { code: 'SSH_KEY_FILE' } });
    expect(!opened.ok && opened.error.message).toContain('1000000');
  });

  it('says that a key is not accepted', async () => {
    makeKey(join(folder, 'stranger'));
    expect(await attempt(keyLogin(folder, 'stranger')).code()).toBe('SSH_AUTH');
  });

  it('asks about an unknown host key, remembers a trusted one and stops at a refused one', async () => {
    const known = join(folder, 'fresh_known');
    const make = (verdict: 'trust' | 'refuse') =>
      testFactory(
        { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(folder) },
        known,
        {},
        { verdict, hashed: true },
      );
    const before = sshd.log().length;
    const refusing = make('refuse');
    expect(await refusing.code()).toBe('SSH_HOST_KEY_UNKNOWN');
    expect(sshd.log().slice(before)).not.toContain('userauth-request');
    const printed = execFileSync('ssh-keygen', ['-lf', `${sshd.hostKeyFile}.pub`], {
      encoding: 'utf8',
    }).split(' ')[1];
    expect(refusing.asked).toEqual([`key ssh-ed25519 ${printed}`]);
    const trusting = make('trust');
    expect(await trusting.code()).toBe('ok');
    expect(trusting.asked).toHaveLength(1);
    const later = make('refuse');
    expect(await later.code()).toBe('ok');
    expect(later.asked).toEqual([]);
  });

  it.each([
    [
      'changed',
      (type: string, other: string) => `[127.0.0.1]:PORT ${type} ${other}\n`,
      'SSH_HOST_KEY_CHANGED',
      2,
    ],
    ['of another type', () => `[127.0.0.1]:PORT ${rsaLine()}\n`, 'SSH_HOST_KEY_CHANGED', 2],
    [
      'revoked',
      (type: string, _other: string, right: string) => `@revoked * ${type} ${right}\n`,
      'SSH_HOST_KEY_REVOKED',
      1,
    ],
    [
      'only certified',
      (type: string, other: string) => `@cert-authority * ${type} ${other}\n`,
      'SSH_HOST_KEY_UNSUPPORTED',
      0,
    ],
  ])('stops before any credential when the host key is %s', async (_title, text, code, fingerprints) => {
    makeKey(join(folder, `other-${code}-${_title.length}`));
    const half = (path: string) => readFileSync(path, 'utf8').split(' ')[1] ?? '';
    const known = join(folder, `known-${_title.length}`);
    const line = text(
      'ssh-ed25519',
      half(join(folder, `other-${code}-${_title.length}.pub`)),
      half(`${sshd.hostKeyFile}.pub`),
    );
    writeFileSync(known, line.replace('PORT', String(sshd.port)));
    const before = sshd.log().length;
    const test = testFactory(
      { address: '127.0.0.1', port: sshd.port, user: sshd.user },
      known,
      { password: 'never' },
      { verdict: 'trust' },
    );
    const opened = await test.open();
    expect(opened).toMatchObject({ ok: false, error: { code } });
    const shown = opened.ok ? '' : opened.error.message;
    expect(shown.split('SHA256:').length - 1).toBe(fingerprints);
    expect(test.asked).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const log = sshd.log().slice(before);
    expect(log).toContain('Connection from');
    expect(log).not.toContain('userauth-request');
    expect(log).not.toContain('SSH2_MSG_NEWKEYS received');
  });

  const rsaLine = () => {
    const path = join(folder, 'other-rsa');
    makeKey(path, ['-t', 'rsa', '-b', '2048']);
    return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  };

  it('logs in through an agent, and tells apart no agent, an empty one and a wrong key', async () => {
    const socket = join(folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      await waitFor(() => spawnSyncOk(socket));
      const login: Host['login'] = { method: 'agent' };
      expect(await attempt(login, {}, { agentSocket: join(folder, 'none') }).code()).toBe('SSH_AGENT');
      expect(await attempt(login, {}, { agentSocket: socket }).code()).toBe('SSH_AGENT');
      const add = (name: string) =>
        execFileSync('ssh-add', ['-q', join(folder, name)], { env: { SSH_AUTH_SOCK: socket } });
      makeKey(join(folder, 'agent-stranger'));
      add('agent-stranger');
      expect(await attempt(login, {}, { agentSocket: socket }).code()).toBe('SSH_AUTH');
      add('id_ed25519');
      expect(await attempt(login, {}, { agentSocket: socket }).code()).toBe('ok');
    } finally {
      agent.kill();
    }
  });

  it('waits for the operator longer than for the host', async () => {
    const known = join(folder, 'slow_known');
    const test = testFactory(
      { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(folder) },
      known,
      {},
      {
        handshakeTimeoutMs: 400,
        askHostKey: () => new Promise((resolve) => setTimeout(() => resolve('trust'), 900)),
      },
    );
    expect(await test.code()).toBe('ok');
  });
});

function manyRounds(pem: string): Buffer {
  const lines = pem.trim().split('\n');
  const data = Buffer.from(lines.slice(1, -1).join(''), 'base64');
  const at = data.indexOf(Buffer.from([0, 0, 0, 4]), data.indexOf('bcrypt'));
  data.writeUInt32BE(1_000_000, at);
  return Buffer.from([lines[0], data.toString('base64'), lines.at(-1)].join('\n'));
}

function spawnSyncOk(socket: string): boolean {
  try {
    execFileSync('ssh-add', ['-l'], { env: { SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
    return true;
  } catch (cause) {
    return cause instanceof Error && 'status' in cause && cause.status === 1;
  }
}

async function waitFor(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !done(); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
