/** The link is cut at every piece of a whole exchange: each time an error in bounded time, never a success. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../shared/domain/result.ts';
import { type CuttingProxy, startCuttingProxy } from '../../../test/ports/cutting-proxy.ts';
import { keyLogin, testFactory } from '../../../test/ports/ssh-factory.ts';
import { type Sshd, sshdMissing, startSshd } from '../../../test/ports/sshd.ts';

const reason = sshdMissing();
if (reason !== undefined) process.stdout.write(`broken links: ${reason}\n`);

describe.skipIf(reason !== undefined)('a link that is cut', () => {
  let sshd: Sshd;
  let proxy: CuttingProxy;
  let node: Server;
  const rejections: unknown[] = [];
  const onRejection = (cause: unknown) => rejections.push(cause);
  beforeAll(async () => {
    process.on('unhandledRejection', onRejection);
    sshd = await startSshd();
    proxy = await startCuttingProxy(sshd.port);
    node = createServer((_request, response) => response.end('x'.repeat(5000)));
    await new Promise<void>((resolve) => {
      node.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(async () => {
    process.off('unhandledRejection', onRejection);
    await proxy.close();
    node.close();
    await sshd.stop();
  });

  const make = () =>
    testFactory(
      { address: '127.0.0.1', port: proxy.port, user: sshd.user, login: keyLogin(sshd.folder) },
      `${sshd.folder}/proxy_known`,
      {},
      { verdict: 'trust' },
    );

  /** Login, a script, a script with data, a request through a tunnel; the first error ends it. */
  async function everything(): Promise<Result<string>> {
    const opened = await make().open();
    if (!opened.ok) return opened;
    const session = opened.value;
    try {
      const probed = await session.probe({
        name: 'probe',
        script: 'echo one; echo two >&2; sleep 0.02; echo three',
        privileged: false,
        deadlineSeconds: 20,
      });
      if (!probed.ok) return probed;
      const text = Buffer.from(probed.value.stdout).toString();
      if (text !== 'one\nthree\n') throw new Error(`half an answer: ${JSON.stringify(text)}`);
      const data = new Uint8Array(100_000).fill(65);
      const ran = await session.run({
        name: 'run',
        script: 'cat',
        stdin: data,
        privileged: false,
        deadlineSeconds: 20,
      });
      if (!ran.ok) return ran;
      if (Buffer.compare(ran.value.stdout, data) !== 0) throw new Error('half the data');
      const asked = await session.request({
        address: '127.0.0.1',
        port: (node.address() as AddressInfo).port,
        tls: false,
        method: 'GET',
        path: '/',
        timeoutSeconds: 5,
      });
      if (!asked.ok) return asked;
      if (asked.value.body.length !== 5000) throw new Error('half an HTTP answer');
      return { ok: true, value: text };
    } finally {
      await session.close();
    }
  }

  it('ends in an error at every piece', { timeout: 120_000 }, async () => {
    expect(await everything()).toMatchObject({ ok: true });
    const start = proxy.passed();
    expect(await everything()).toMatchObject({ ok: true });
    const whole = proxy.passed() - start;
    expect(whole).toBeGreaterThan(20);
    const codes = new Map<string, number>();
    let slowest = 0;
    let finished = 0;
    for (let pieces = 0; pieces < whole + 3; pieces += 1) {
      proxy.cutAfter(pieces);
      const started = performance.now();
      const result = await everything();
      slowest = Math.max(slowest, performance.now() - started);
      const code = result.ok ? 'ok' : result.error.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (result.ok) finished += 1;
      // The last pieces are goodbyes, and how the bytes fall into pieces varies by a few.
      expect(result.ok && pieces < whole - 12, `success although cut after ${pieces} of ${whole}`).toBe(
        false,
      );
    }
    proxy.cutAfter(Number.POSITIVE_INFINITY);
    expect(finished).toBeLessThan(16);
    expect(slowest).toBeLessThan(5000);
    expect(
      [...codes.keys()].filter((code) => !['ok', 'SSH_HANDSHAKE', 'SSH_CONNECTION_LOST'].includes(code)),
    ).toEqual([]);
    expect(codes.get('SSH_HANDSHAKE')).toBeGreaterThan(2);
    expect(codes.get('SSH_CONNECTION_LOST')).toBeGreaterThan(5);
    expect(rejections).toEqual([]);
  });

  it('never runs a script of which only the beginning arrived', { timeout: 60_000 }, async () => {
    const marker = `${sshd.folder}/home/half`;
    const script = `echo began >>"$1"\n${'# filler that makes the script long\n'.repeat(12_000)}echo finished >>"$1"`;
    const send = async (cutAfter: number) => {
      proxy.cutAfter(Number.POSITIVE_INFINITY);
      const session = await make().session();
      const start = proxy.passed();
      proxy.cutAfter(cutAfter);
      const result = await session.run({
        name: 'long',
        script,
        args: [marker],
        privileged: false,
        deadlineSeconds: 20,
      });
      proxy.cutAfter(Number.POSITIVE_INFINITY);
      await session.close();
      return { ok: result.ok, pieces: proxy.passed() - start };
    };
    const { readFileSync, existsSync } = await import('node:fs');
    for (let cut = 1; cut <= 12; cut += 1) {
      const sent = await send(cut);
      await new Promise((resolve) => setTimeout(resolve, 60));
      const text = existsSync(marker) ? readFileSync(marker, 'utf8') : '';
      expect(text.split('began').length, `cut after ${cut}`).toBe(text.split('finished').length);
      if (sent.ok) break;
    }
  });

  it('is noticed when nothing is said any more', async () => {
    const test = testFactory(
      { address: '127.0.0.1', port: proxy.port, user: sshd.user, login: keyLogin(sshd.folder) },
      `${sshd.folder}/proxy_known`,
      {},
      { verdict: 'trust', keepaliveIntervalMs: 150, keepaliveCount: 2 },
    );
    const session = await test.session();
    const started = performance.now();
    const running = session.run({ name: 'wait', script: 'sleep 20', privileged: false, deadlineSeconds: 30 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    proxy.silence();
    const result = await running;
    expect(result).toMatchObject({ ok: false, error: { code: 'SSH_CONNECTION_LOST', hostState: 'unknown' } });
    expect(performance.now() - started).toBeLessThan(3000);
    await session.close();
  });
});
