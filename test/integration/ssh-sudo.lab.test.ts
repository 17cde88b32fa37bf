/** sudo, odd shells and odd servers, on real hosts. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutsideObserver } from '../../electron/adapters/outside/outside.ts';
import type { Host } from '../../shared/domain/host.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { ScriptRequest } from '../../shared/engine/ports.ts';
import {
  type Lab,
  type LabHost,
  labPrerequisites,
  openLab,
  type ScenarioName,
  type VariantName,
} from '../lab/index.ts';
import { hostSessionConformance } from '../ports/host-session.conformance.ts';
import { type Answers, testFactory } from '../ports/ssh-factory.ts';

const prerequisites = await labPrerequisites();
const reason = prerequisites.ok ? undefined : prerequisites.missing;
if (reason !== undefined)
  process.stdout.write(`ssh on lab hosts: skipped: ${reason} It runs where a lab can: test/lab/README.md.\n`);

describe.skipIf(reason !== undefined)('on a lab host', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(async () => {
    await lab.down();
  });

  function on(host: LabHost, sudo: Host['sudo'], answers: Answers = {}) {
    return testFactory(
      {
        address: host.address,
        port: host.port,
        user: host.user,
        login: { method: 'key-file', path: host.identityFile },
        sudo,
      },
      host.knownHostsFile,
      answers,
    );
  }
  const whoami: ScriptRequest = {
    name: 'who',
    script: 'id -u; id -un',
    privileged: true,
    deadlineSeconds: 30,
  };

  /** Exit text or error code of one privileged command, and what it cost. */
  async function asRoot(host: LabHost, sudo: Host['sudo'], answers: Answers = {}, request = whoami) {
    const test = on(host, sudo, answers);
    const session = await test.session();
    const got = await session.run(request);
    const cost = session.cost();
    await session.close();
    return {
      answer: got.ok ? Buffer.from(got.value.stdout).toString().trim() : got.error.code,
      error: got.ok ? undefined : got.error,
      asked: test.asked,
      execs: cost.execs,
      roundTrips: cost.roundTrips,
    };
  }
  const up = (scenario: ScenarioName, variants: readonly VariantName[] = []) =>
    lab.up(scenario, { variants });

  it('needs one exec where sudo asks nothing, whatever was expected', async () => {
    const host = await up('bare');
    expect(await asRoot(host, 'passwordless')).toMatchObject({
      answer: '0\nroot',
      asked: [],
      execs: 1,
      roundTrips: 9,
    });
    expect(await asRoot(host, 'password')).toMatchObject({
      answer: '0\nroot',
      asked: [],
      execs: 1,
      roundTrips: 9,
    });
    expect((await asRoot(host, 'none')).answer).toMatch(/operator$/);
    await host.down();
  });

  it('gives the password once, after the question, and never to the script', async () => {
    const host = await up('sudo-password');
    const sudoPassword = host.password;
    expect(await asRoot(host, 'password', { sudoPassword })).toMatchObject({
      answer: '0\nroot',
      asked: ['sudo'],
      execs: 1,
      roundTrips: 10,
    });
    expect(await asRoot(host, 'passwordless', { sudoPassword })).toMatchObject({
      answer: '0\nroot',
      asked: ['sudo'],
      execs: 2,
    });

    const test = on(host, 'password', { sudoPassword });
    const session = await test.session();
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31) % 256);
    for (let turn = 0; turn < 3; turn += 1) {
      const got = await session.run({
        name: 'data',
        script: 'cat',
        stdin: bytes,
        privileged: true,
        deadlineSeconds: 30,
      });
      expect(got.ok && Buffer.compare(got.value.stdout, bytes)).toBe(0);
      expect(got.ok && got.value.stderr.length).toBe(0);
    }
    const secret = await session.run({
      name: 'secret',
      script: 'cat',
      stdin: new Secret('s€cret'),
      privileged: true,
      deadlineSeconds: 30,
    });
    expect(secret.ok && Buffer.from(secret.value.stdout).toString()).toBe('s€cret');
    const empty = await session.run({
      name: 'empty',
      script: 'wc -c',
      privileged: true,
      deadlineSeconds: 30,
    });
    expect(empty.ok && Buffer.from(empty.value.stdout).toString().trim()).toBe('0');
    const many = await Promise.all(Array.from({ length: 8 }, () => session.run(whoami)));
    expect(many.every((one) => one.ok)).toBe(true);
    const plain = await session.run({ ...whoami, privileged: false });
    expect(plain.ok && Buffer.from(plain.value.stdout).toString()).toMatch(/operator\n$/);
    await session.close();

    const traces = await host.run(
      `grep -rlF -- "$(cat)" /var/log /run/log /tmp /home 2>/dev/null; journalctl -q | grep -cF -- 's€cret'; true`,
      { stdin: sudoPassword },
    );
    expect(traces.stdout.trim()).toBe('0');
    await host.down();
  });

  it('does the same on Debian 13, whose sudo works through a terminal of its own', async () => {
    const host = await up('bare-13', ['sudo-password']);
    const sudoPassword = host.password;
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) % 256);
    const session = await on(host, 'password', { sudoPassword }).session();
    const echo = { name: 'data', script: 'cat; echo err >&2', privileged: true, deadlineSeconds: 30 };
    const got = await session.run({ ...echo, stdin: bytes });
    expect(got.ok && Buffer.compare(got.value.stdout, bytes)).toBe(0);
    expect(got.ok && Buffer.from(got.value.stderr).toString()).toBe('err\n');
    const late = await session.run({ ...echo, script: 'sleep 20', deadlineSeconds: 1 });
    expect(late).toMatchObject({ ok: false, error: { code: 'COMMAND_DEADLINE' } });
    expect((await host.run('pgrep -x sleep; true')).stdout).toBe('');
    await session.close();
    expect(await asRoot(host, 'password', { sudoPassword: 'wrong' })).toMatchObject({
      answer: 'SUDO_PASSWORD_WRONG',
    });
    expect(await asRoot(host, 'passwordless')).toMatchObject({ answer: 'SUDO_PASSWORD_REQUIRED' });
    await host.down();
    const forbidden = await up('bare-13', ['sudo-forbidden']);
    expect(await asRoot(forbidden, 'password', { sudoPassword })).toMatchObject({
      answer: 'SUDO_NOT_ALLOWED',
    });
    await forbidden.down();
  });

  it('works after sudo has been used by hand in the same account', async () => {
    const host = await up('sudo-password', []);
    await host.run(
      `printf 'Defaults timestamp_type=global\\n' >/etc/sudoers.d/global; chmod 440 /etc/sudoers.d/global`,
    );
    const sudoPassword = host.password;
    const test = on(host, 'password', { sudoPassword });
    const session = await test.session();
    const cached = await session.run({
      name: 'warm',
      script: 'cat >/dev/null; exit 0',
      stdin: Buffer.from('x'),
      privileged: true,
      deadlineSeconds: 30,
    });
    expect(cached.ok).toBe(true);
    const byHand = await session.run({
      name: 'warm',
      script: 'IFS= read -r p; printf "%s\\n" "$p" | sudo -S -v 2>/dev/null; sudo -n id -u',
      stdin: new Secret(sudoPassword),
      privileged: false,
      deadlineSeconds: 30,
    });
    expect(byHand.ok && Buffer.from(byHand.value.stdout).toString().trim()).toBe('0');
    for (const sudo of ['password', 'passwordless'] as const) {
      const got = await asRoot(
        host,
        sudo,
        { sudoPassword },
        { name: 'data', script: 'cat', stdin: Buffer.from('payload'), privileged: true, deadlineSeconds: 30 },
      );
      expect(got.answer).toBe('payload');
      expect(got.asked).toEqual(['sudo']);
    }
    await session.close();
    await host.down();
  });

  it('tells apart no password, a wrong one, no permission, no sudo and no terminal', async () => {
    const host = await up('sudo-password');
    expect(await asRoot(host, 'password')).toMatchObject({ answer: 'SUDO_PASSWORD_REQUIRED' });
    expect(await asRoot(host, 'passwordless')).toMatchObject({ answer: 'SUDO_PASSWORD_REQUIRED' });
    expect(await asRoot(host, 'password', { sudoPassword: 'wrong' })).toMatchObject({
      answer: 'SUDO_PASSWORD_WRONG',
    });
    await host.down();
    const forbidden = await up('sudo-forbidden');
    expect(await asRoot(forbidden, 'password', { sudoPassword: forbidden.password })).toMatchObject({
      answer: 'SUDO_NOT_ALLOWED',
    });
    await forbidden.down();
    const without = await up('sudo-missing');
    for (const sudo of ['password', 'passwordless'] as const)
      expect(await asRoot(without, sudo)).toMatchObject({ answer: 'SUDO_MISSING' });
    await without.down();
    const terminal = await up('sudo-needs-terminal');
    for (const sudo of ['password', 'passwordless'] as const)
      expect(await asRoot(terminal, sudo, { sudoPassword: terminal.password })).toMatchObject({
        answer: 'SUDO_NEEDS_TTY',
      });
    await terminal.down();
  });

  it('sends a wrong password once, not once for every command', async () => {
    const host = await up('sudo-password');
    const session = await on(host, 'password', { sudoPassword: 'wrong' }).session();
    const all = await Promise.all(Array.from({ length: 4 }, () => session.run(whoami)));
    expect(all.map((one) => (one.ok ? 'ok' : one.error.code))).toEqual(
      Array.from({ length: 4 }, () => 'SUDO_PASSWORD_WRONG'),
    );
    await session.close();
    const count = async (text: string) =>
      (await host.run(`journalctl -q | grep -cF '${text}'; true`)).stdout.trim();
    expect(await count('pam_unix(sudo:auth): authentication failure')).toBe('1');
    expect(await count('pam_unix(sudo:auth): conversation failed')).toBe('1');
    await host.down();
  });

  it.each(['no-posix-shell', 'appliance-shell'] as const)(
    'recognises a login without a shell: %s',
    async (scenario) => {
      const host = await up(scenario);
      const answer = await asRoot(host, 'passwordless');
      expect(answer).toMatchObject({ answer: 'SSH_NO_POSIX_SHELL' });
      await host.down();
    },
  );

  it('gets along with one session per connection', async () => {
    const host = await up('max-sessions-1');
    const session = await on(host, 'passwordless').session();
    const all = await Promise.all([
      ...Array.from({ length: 6 }, () => session.run(whoami).then((one) => (one.ok ? 'ok' : one.error.code))),
      ...Array.from({ length: 2 }, () =>
        session
          .request({
            address: '127.0.0.1',
            port: 9200,
            tls: false,
            method: 'GET',
            path: '/',
            timeoutSeconds: 5,
          })
          .then((one) => (one.ok ? 'ok' : one.error.detail?.split(':')[0])),
      ),
    ]);
    expect(all).toEqual([...Array.from({ length: 6 }, () => 'ok'), 'port-closed', 'port-closed']);
    await session.close();
    await host.down();
  });

  it('loses a connection whose cable is pulled, and says so', async () => {
    const host = await up('bare');
    const test = testFactory(
      {
        address: host.address,
        port: 22,
        user: host.user,
        login: { method: 'key-file', path: host.identityFile },
        sudo: 'passwordless',
      },
      host.knownHostsFile,
      {},
      { keepaliveIntervalMs: 500, keepaliveCount: 2, connectTimeoutMs: 1500 },
    );
    const session = await test.session();
    const running = session.run({ name: 'long', script: 'sleep 60', privileged: true, deadlineSeconds: 90 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await host.cutLink();
    expect(await running).toMatchObject({
      ok: false,
      error: { code: 'SSH_CONNECTION_LOST', hostState: 'unknown' },
    });
    expect(await test.factory.openFresh('host-a')).toMatchObject({
      ok: false,
      error: { code: 'SSH_TIMEOUT' },
    });
    const outside = createOutsideObserver({ tryMs: 500 });
    expect(await outside.observe(host.address, 22)).toMatchObject({ state: 'filtered' });
    await host.restoreLink();
    const again = await test.factory.openFresh('host-a');
    expect(again.ok).toBe(true);
    if (again.ok) await again.value.close();
    await session.close();
    await host.down();
  });

  describe('with BusyBox', () => {
    let host: LabHost;
    beforeAll(async () => {
      host = await up('busybox');
    });
    afterAll(async () => {
      await host.down();
    });
    hostSessionConformance(() => on(host, 'passwordless').session());
    it('becomes root', async () => {
      expect(await asRoot(host, 'passwordless')).toMatchObject({ answer: '0\nroot', execs: 1 });
    });
  });

  describe('with a real node', () => {
    it('sees it from inside and from outside', async () => {
      const host = await up('open-fresh');
      const session = await on(host, 'passwordless').session();
      const health = await session.request({
        address: '127.0.0.1',
        port: 9200,
        tls: false,
        method: 'GET',
        path: '/_cluster/health',
        timeoutSeconds: 10,
      });
      expect(health.ok && health.value.status).toBe(200);
      await session.close();
      const outside = createOutsideObserver();
      expect(await outside.observe(host.address, 9200)).toMatchObject({
        state: 'clear',
        answersStranger: 'yes',
      });
      expect(await outside.observe(host.address, 9300)).toMatchObject({ state: 'closed' });
      await throughForward(host, 9300, async (port) => {
        const seen = await outside.observe('127.0.0.1', port);
        expect(seen).toMatchObject({ state: 'clear', detail: 'Elasticsearch transport in clear.' });
      });
      await host.down();
    });
  });
});

/** Makes a port that is bound to the host's loopback reachable, by the system's own ssh. */
async function throughForward(
  host: LabHost,
  port: number,
  body: (local: number) => Promise<void>,
): Promise<void> {
  const local = 20_000 + (process.pid % 20_000);
  const forward = spawn(
    'ssh',
    [
      '-N',
      '-o',
      `UserKnownHostsFile=${host.knownHostsFile}`,
      '-o',
      'ExitOnForwardFailure=yes',
      '-i',
      host.identityFile,
      '-L',
      `127.0.0.1:${local}:127.0.0.1:${port}`,
      `${host.user}@${host.address}`,
    ],
    { stdio: 'ignore' },
  );
  try {
    const outside = createOutsideObserver();
    for (let tries = 0; tries < 50; tries += 1) {
      if ((await outside.observe('127.0.0.1', local)).state !== 'closed') break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await body(local);
  } finally {
    forward.kill();
  }
}
