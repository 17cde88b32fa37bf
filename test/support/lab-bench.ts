/** A lab host reached by the real SSH adapter, with a change context on it. */
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemDigest, systemRandom } from '../../electron/adapters/system/system.ts';
import type { ChangeContext } from '../../shared/engine/change-kind.ts';
import type { HostSession, SessionFactory } from '../../shared/engine/ports.ts';
import type { LabHost } from '../lab/index.ts';
import { testFactory } from '../ports/ssh-factory.ts';
import { type TestContext, testContext, value } from './change-harness.ts';

export interface LabBench {
  readonly host: LabHost;
  readonly session: HostSession;
  readonly factory: SessionFactory;
  context(tag: string, more?: Partial<Pick<ChangeContext, 'openFresh' | 'signal'>>): TestContext;
  /** Standard output of a root script inside the host, past the product. */
  see(script: string): Promise<string>;
  /** What `see` prints for bytes, owner, mode of these paths. */
  print(...paths: string[]): Promise<string>;
}

/** sshd of a host that has just healed, or whose cable is just in again, refuses for a moment. */
async function opened(factory: SessionFactory, hostId: string): Promise<HostSession> {
  const deadline = systemClock.now() + 20_000;
  for (;;) {
    const session = await factory.open(hostId);
    if (session.ok || systemClock.now() > deadline) {
      return value(session);
    }
    await systemClock.sleep(500);
  }
}

export async function labBench(host: LabHost): Promise<LabBench> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-bench-'));
  const knownHosts = join(folder, 'known_hosts');
  copyFileSync(host.knownHostsFile, knownHosts);
  const { factory } = testFactory(
    {
      id: host.name,
      address: host.address,
      port: host.port,
      user: host.user,
      login: { method: 'key-file', path: host.identityFile },
      sudo: 'passwordless',
    },
    knownHosts,
    {},
    { connectTimeoutMs: 3000, handshakeTimeoutMs: 6000, keepaliveIntervalMs: 1000, keepaliveCount: 3 },
  );
  const session = await opened(factory, host.name);
  // The operator's address is known once the first command has run.
  value(await session.run({ name: 'hello', script: ':', privileged: false, deadlineSeconds: 10 }));
  const see = async (script: string) => {
    const out = await host.run(script);
    if (out.code !== 0) {
      throw new Error(`${script}: ${out.stderr}`);
    }
    return out.stdout;
  };
  return {
    host,
    session,
    factory,
    see,
    context: (tag, more) =>
      Object.assign(
        testContext(session, {
          tag,
          clock: systemClock,
          openFresh: () => factory.openFresh(host.name),
          ...more,
        }),
        { digest: systemDigest, random: systemRandom },
      ),
    print: (...paths) =>
      see(
        paths
          .map(
            (path) =>
              `if [ -e '${path}' ]; then stat -c '%n %U:%G %a' '${path}'; [ -d '${path}' ] || sha256sum < '${path}'; else echo '${path} absent'; fi`,
          )
          .join('\n'),
      ),
  };
}
