/** The promises of a host session, kept by the real adapter against a real OpenSSH server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostSession } from '../../../shared/engine/ports.ts';
import { hostSessionConformance } from '../../../test/ports/host-session.conformance.ts';
import { keyLogin, testFactory } from '../../../test/ports/ssh-factory.ts';
import { type Sshd, type SshdOptions, sshdMissing, startSshd } from '../../../test/ports/sshd.ts';

const reason = sshdMissing();
if (reason !== undefined) process.stdout.write(`host session: ${reason}\n`);

/** Hooks that start a server, and what to test on it. */
function onServer(options: SshdOptions, body: (open: () => Promise<HostSession>) => void): void {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd(options);
  });
  afterAll(async () => {
    await sshd.stop();
  });
  body(() =>
    testFactory(
      { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) },
      `${sshd.folder}/known_hosts`,
    ).session(),
  );
}

describe.skipIf(reason !== undefined)('a session over a plain server', () => {
  onServer({}, (open) => {
    hostSessionConformance(open);

    it('costs one connection, one exec and nine waits for a first look', async () => {
      const session = await open();
      await session.probe({ name: 'look', script: 'uname', privileged: true, deadlineSeconds: 20 });
      expect(session.cost()).toMatchObject({ connections: 1, execs: 1, roundTrips: 9, tunnels: 0 });
      await session.close();
    });
  });
});

describe.skipIf(reason !== undefined)('a session whose login files are noisy', () => {
  const bashrc = 'echo "welcome"; echo "careful" >&2; printf "%s" "no newline"\n';
  onServer({ bashrc }, hostSessionConformance);
});

describe.skipIf(reason !== undefined)('a session over a server with MaxSessions 1', () => {
  onServer({ config: ['MaxSessions 1'] }, (open) => {
    it('gets everything done one after the other', async () => {
      const session = await open();
      const numbers = Array.from({ length: 10 }, (_, index) => String(index));
      const echo = { name: 'number', script: 'echo "$1"', privileged: false, deadlineSeconds: 20 };
      const all = await Promise.all(numbers.map((number) => session.probe({ ...echo, args: [number] })));
      const texts = all.map((one) => (one.ok ? Buffer.from(one.value.stdout).toString() : one.error.code));
      expect(texts).toEqual(numbers.map((number) => `${number}\n`));
      expect(session.cost().execs).toBe(10);
      await session.close();
    });
  });
});

describe.skipIf(reason !== undefined)('a closed session', () => {
  it('says that the connection is lost', async () => {
    const sshd = await startSshd();
    const host = { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) };
    const { factory } = testFactory(host, `${sshd.folder}/known_hosts`);
    const opened = await factory.openFresh('host-a');
    if (!opened.ok) throw new Error(opened.error.message);
    await opened.value.close();
    const got = await opened.value.probe({ name: 'x', script: ':', privileged: false, deadlineSeconds: 5 });
    expect(got).toMatchObject({ ok: false, error: { code: 'SSH_CONNECTION_LOST' } });
    await sshd.stop();
  });

  it('is not reused, while an open one is', async () => {
    const sshd = await startSshd();
    const host = { address: '127.0.0.1', port: sshd.port, user: sshd.user, login: keyLogin(sshd.folder) };
    const test = testFactory(host, `${sshd.folder}/known_hosts`);
    // Each login offers its key once and signs with it once.
    const logins = () => (sshd.log().split('Accepted key').length - 1) / 2;
    const first = await test.session();
    const second = await test.session();
    expect(logins()).toBe(1);
    await first.close();
    expect(
      await second.probe({ name: 'x', script: ':', privileged: false, deadlineSeconds: 5 }),
    ).toMatchObject({ ok: true });
    const fresh = await test.factory.openFresh('host-a');
    expect(logins()).toBe(2);
    if (fresh.ok) await fresh.value.close();
    await second.close();
    await (await test.session()).close();
    expect(logins()).toBe(3);
    await sshd.stop();
  });
});
