/** Opens sessions. The one way in: without a record of host keys and somebody to ask about unknown ones it cannot be built. */
import { appError } from '../../../shared/domain/error.ts';
import type { Host } from '../../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { HostSession, Log, SessionFactory } from '../../../shared/engine/ports.ts';
import { ChannelGate } from './channel-gate.ts';
import { openConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { HostKeyNeeds } from './host-key-check.ts';
import { SshSession } from './session.ts';
import { leaseSession, type SharedSession } from './session-lease.ts';
import { cancelled } from './ssh-errors.ts';

export interface SessionFactoryOptions extends HostKeyNeeds {
  readonly hosts: (hostId: string) => Host | undefined;
  readonly credentials: Credentials;
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly log: Log;
  /** Socket of the SSH agent; default SSH_AUTH_SOCK, on Windows OpenSSH's pipe. */
  readonly agentSocket?: string | undefined;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Default 30 s; questions to the operator do not count. */
  readonly handshakeTimeoutMs?: number;
  /** Default 10 s; a connection counts as lost after `keepaliveCount` unanswered ones. */
  readonly keepaliveIntervalMs?: number;
  /** Default 3. */
  readonly keepaliveCount?: number;
  /** Channels at once on one connection: 1 to 8, default 4. */
  readonly maxChannels?: number;
  /** Connections being set up at once: default 8. */
  readonly maxConnecting?: number;
}

export function createSessionFactory(options: SessionFactoryOptions): SessionFactory {
  const connecting = new ChannelGate(options.maxConnecting ?? 8);
  const shared = new Map<string, SharedSession>();
  const needs = {
    knownHosts: options.knownHosts,
    askHostKey: options.askHostKey,
    credentials: options.credentials,
    readFile: options.readFile,
    agentSocket: options.agentSocket ?? defaultAgentSocket(),
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 30_000,
    keepaliveIntervalMs: options.keepaliveIntervalMs ?? 10_000,
    keepaliveCount: options.keepaliveCount ?? 3,
  };

  async function connect(host: Host, signal?: AbortSignal): Promise<Result<SshSession>> {
    const leave = await connecting.enter(signal);
    if (leave === undefined) return fail(cancelled('unchanged'));
    const startedAt = performance.now();
    const connection = await openConnection(host, needs, signal).finally(leave);
    const milliseconds = Math.round(performance.now() - startedAt);
    if (!connection.ok) {
      options.log.write('info', 'ssh connection failed', {
        host: host.id,
        code: connection.error.code,
        milliseconds,
      });
      return connection;
    }
    options.log.write('info', 'ssh connection open', {
      host: host.id,
      hostKey: connection.value.hostKey.fingerprint,
      milliseconds,
    });
    return succeed(
      new SshSession(connection.value, {
        maxChannels: options.maxChannels ?? 4,
        sudoPassword: (hostId) => options.credentials.sudoPassword(hostId),
        log: options.log,
      }),
    );
  }

  return {
    async open(hostId, signal) {
      const host = options.hosts(hostId);
      if (host === undefined) return fail(hostNotFound(hostId));
      const key = JSON.stringify(host);
      const current = shared.get(key);
      if (current?.session.alive() === true) return succeed(leaseSession(current));
      const session = await connect(host, signal);
      if (!session.ok) return session;
      const entry: SharedSession = { session: session.value, leases: 0, ended: () => forget(key, entry) };
      shared.set(key, entry);
      return succeed(leaseSession(entry));
    },
    async openFresh(hostId, signal): Promise<Result<HostSession>> {
      const host = options.hosts(hostId);
      return host === undefined ? fail(hostNotFound(hostId)) : connect(host, signal);
    },
  };

  function forget(key: string, entry: SharedSession): void {
    if (shared.get(key) === entry) shared.delete(key);
  }
}

function defaultAgentSocket(): string | undefined {
  const announced = process.env['SSH_AUTH_SOCK'];
  if (announced !== undefined && announced !== '') return announced;
  return process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined;
}

function hostNotFound(hostId: string) {
  return appError(
    'NOT_FOUND',
    `There is no host ${hostId} in this workspace.`,
    'Add the host and try again.',
  );
}
