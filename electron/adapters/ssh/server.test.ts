/** Servers that refuse, are silent, speak something else or lose patience: each told apart. Against real sockets and a real OpenSSH server. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyLogin, testFactory } from '../../../test/ports/ssh-factory.ts';
import { sshdMissing, startSshd } from '../../../test/ports/sshd.ts';

const reason = sshdMissing();
if (reason !== undefined) process.stdout.write(`servers: ${reason}\n`);

describe.skipIf(reason !== undefined)('a place where no session begins', () => {
  it('tells apart refused, unknown name, silence, not SSH, and cancel', async () => {
    const sshd = await startSshd();
    const { folder } = sshd;
    const to = (address: string, port: number, more: Parameters<typeof testFactory>[3] = {}) =>
      testFactory(
        { address, port, user: 'x', login: keyLogin(folder) },
        join(folder, 'known_hosts'),
        {},
        more,
      );
    expect(await to('127.0.0.1', 1).code()).toBe('SSH_REFUSED');
    expect(await to('no-such-host.invalid', 22).code()).toBe('SSH_DNS');
    const silent = await listen(() => undefined);
    expect(await to('127.0.0.1', silent.port, { handshakeTimeoutMs: 200 }).code()).toBe('SSH_TIMEOUT');
    const started = performance.now();
    const given = await to('127.0.0.1', silent.port).factory.open('host-a', AbortSignal.timeout(150));
    expect(given).toMatchObject({ ok: false, error: { code: 'CANCELLED', hostState: 'unchanged' } });
    expect(performance.now() - started).toBeLessThan(2000);
    silent.close();
    const web = await listen((write) => write('HTTP/1.1 400 Bad Request\r\n\r\n', true));
    expect(await to('127.0.0.1', web.port).code()).toBe('SSH_HANDSHAKE');
    web.close();
    const old = await listen((write) => write('SSH-1.5-ancient\r\n', false));
    expect(await to('127.0.0.1', old.port).code()).toBe('SSH_HANDSHAKE');
    old.close();
    await sshd.stop();
  });
});

describe.skipIf(reason !== undefined)('an impatient server', () => {
  it('does not make a late answer worthless', async () => {
    const sshd = await startSshd({ config: ['LoginGraceTime 1'] });
    const host = { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) };
    const known = join(sshd.folder, 'late_known');
    const late = () => new Promise<'trust'>((resolve) => setTimeout(() => resolve('trust'), 1800));
    const first = await testFactory(host, known, {}, { askHostKey: late }).open();
    expect(first).toMatchObject({ ok: false, error: { code: 'SSH_TIMEOUT', retryable: true } });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await testFactory(host, known).code()).toBe('ok');
    await sshd.stop();
  });
});

describe.skipIf(reason !== undefined)('a server without common ground', () => {
  it('ends in a handshake error', async () => {
    const sshd = await startSshd({ config: ['KexAlgorithms diffie-hellman-group14-sha256'] });
    const host = { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) };
    expect(await testFactory(host, join(sshd.folder, 'known_hosts')).code()).toBe('SSH_HANDSHAKE');
    await sshd.stop();
  });
});

async function listen(
  greet: (write: (text: string, end: boolean) => void) => void,
): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    greet((text, end) => (end ? socket.end(text) : socket.write(text)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => server.close(),
  };
}
