/** Logins with something typed, and logins that lead to no shell. Against a real OpenSSH server with people of its own. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../shared/domain/host.ts';
import { type Answers, keyLogin, testFactory } from '../../../test/ports/ssh-factory.ts';
import { password, passwordsMissing, type Sshd, startSshd } from '../../../test/ports/sshd.ts';

const noPasswords = passwordsMissing();
if (noPasswords !== undefined) process.stdout.write(`logins with a password: ${noPasswords}\n`);

describe.skipIf(noPasswords !== undefined)('with a password', () => {
  const on = async (
    config: readonly string[],
    body: (
      make: (login: Host['login']['method'], answers: Answers) => ReturnType<typeof testFactory>,
      sshd: Sshd,
    ) => Promise<void>,
  ) => {
    const sshd = await startSshd({ config });
    try {
      await body((method, answers) => {
        const login: Host['login'] = method === 'key-file' ? keyLogin(sshd.folder) : { method };
        return testFactory(
          { address: '127.0.0.1', port: sshd.port, user: sshd.user, login },
          join(sshd.folder, 'known_hosts'),
          answers,
        );
      }, sshd);
    } finally {
      await sshd.stop();
    }
  };

  it('logs in, and tries a wrong one once', async () => {
    await on([], async (make, sshd) => {
      expect(await make('password', { password }).code()).toBe('ok');
      const before = sshd.log().length;
      const wrong = make('password', { password: 'wrong' });
      expect(await wrong.code()).toBe('SSH_AUTH');
      expect(wrong.asked).toEqual(['password']);
      expect(sshd.log().slice(before).split('Failed password').length - 1).toBe(1);
      const none = await make('password', {}).open();
      expect(none).toMatchObject({ ok: false, error: { code: 'SSH_AUTH' } });
      expect(!none.ok && none.error.message).toContain('No password');
    });
  });

  it('types it where the server only lets it be typed', async () => {
    await on(['PasswordAuthentication no'], async (make) => {
      expect(await make('password', { password }).code()).toBe('ok');
      const typed = make('keyboard-interactive', { typed: [password] });
      expect(await typed.code()).toBe('ok');
      expect(typed.asked).toEqual(['typed']);
      expect(await make('keyboard-interactive', { typed: ['wrong'] }).code()).toBe('SSH_AUTH');
      expect(await make('keyboard-interactive', {}).code()).toBe('SSH_AUTH');
    });
  });

  it('gives a second factor after the key', async () => {
    await on(['AuthenticationMethods publickey,password'], async (make) => {
      const both = make('key-file', { password });
      expect(await both.code()).toBe('ok');
      expect(both.asked).toEqual(['password']);
      expect(await make('key-file', { password: 'wrong' }).code()).toBe('SSH_AUTH');
      expect(await make('password', { password }).code()).toBe('SSH_AUTH');
    });
  });

  it('recognises a login without a shell, and a forced command', async () => {
    const look = async (sshd: Sshd) => {
      const host = { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) };
      const session = await testFactory(host, join(sshd.folder, 'known_hosts')).session();
      const got = await session.probe({ name: 'x', script: 'echo', privileged: false, deadlineSeconds: 5 });
      await session.close();
      await sshd.stop();
      return got.ok ? 'ok' : got.error.code;
    };
    expect(await look(await startSshd({ shell: '/usr/sbin/nologin' }))).toBe('SSH_NO_POSIX_SHELL');
    expect(await look(await startSshd({ shell: '/bin/cat' }))).toBe('SSH_NO_POSIX_SHELL');
    expect(await look(await startSshd({ config: ['ForceCommand echo no'] }))).toBe('SSH_NO_POSIX_SHELL');
    expect(await look(await startSshd({ config: ['ForceCommand internal-sftp'] }))).toBe(
      'SSH_NO_POSIX_SHELL',
    );
    expect(await look(await startSshd({ shell: '/bin/dash' }))).toBe('ok');
  });
});
