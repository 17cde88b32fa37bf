/** What is connected: one lease per host held for the operator, borrowed ones for work, fresh ones that prove access. */
import type { AppError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import type { Result } from '../../shared/domain/result.ts';
import type { HostSession, SessionFactory } from '../../shared/engine/ports.ts';
import type { AskedCredentials } from './asked-credentials.ts';

/** A refused secret is asked for again this often, like every login does. */
const secretAttempts = 3;

export interface Connections {
  /** The same factory, with refused passwords asked for again. */
  readonly factory: SessionFactory;
  /** Connects, and stays connected until dropped. */
  hold(hostId: string, signal?: AbortSignal): Promise<Result<HostSession>>;
  /** Borrows a connection for one piece of work; a sudo password that the host refuses is asked for again. */
  withSession<T>(
    hostId: string,
    signal: AbortSignal | undefined,
    work: (session: HostSession) => Promise<Result<T>>,
  ): Promise<Result<T>>;
  isHeld(hostId: string): boolean;
  drop(hostId: string): Promise<void>;
  closeAll(): Promise<void>;
}

export function createConnections(
  raw: SessionFactory,
  credentials: AskedCredentials,
  hostOf: (hostId: string) => Host | undefined,
): Connections {
  const held = new Map<string, HostSession>();

  /** Forgets what was refused; true when asking again makes sense. */
  function mayAskAgain(hostId: string, error: AppError): boolean {
    if (error.code === 'SSH_AUTH' && hostOf(hostId)?.login.method === 'password')
      credentials.forget(hostId, 'password');
    else if (error.code === 'SSH_KEY_PASSPHRASE') credentials.forget(hostId, 'passphrase');
    else if (error.code === 'SUDO_PASSWORD_WRONG') credentials.forget(hostId, 'sudo-password');
    else return false;
    return !credentials.declined(hostId);
  }

  async function patiently<T>(hostId: string, attempt: () => Promise<Result<T>>): Promise<Result<T>> {
    let refused: Result<T> | undefined;
    for (let count = 1; ; count += 1) {
      const result = await attempt();
      if (!result.ok) credentials.withdraw(hostId);
      // Nothing more was typed after a refusal: the refusal is the answer, not what was possible without a password.
      if (refused !== undefined && credentials.declined(hostId)) return refused;
      refused = result;
      if (result.ok || !mayAskAgain(hostId, result.error) || count >= secretAttempts) return result;
    }
  }

  const factory: SessionFactory = {
    open: (hostId, signal) => patiently(hostId, () => raw.open(hostId, signal)),
    openFresh: (hostId, signal) => raw.openFresh(hostId, signal),
  };

  async function drop(hostId: string): Promise<void> {
    const session = held.get(hostId);
    held.delete(hostId);
    await session?.close();
  }

  return {
    factory,
    async hold(hostId, signal) {
      await drop(hostId);
      const opened = await factory.open(hostId, signal);
      if (opened.ok) held.set(hostId, opened.value);
      return opened;
    },
    async withSession(hostId, signal, work) {
      return await patiently(hostId, async () => {
        const opened = await factory.open(hostId, signal);
        if (!opened.ok) return opened;
        try {
          return await work(opened.value);
        } finally {
          await opened.value.close();
        }
      });
    },
    isHeld: (hostId) => held.has(hostId),
    drop,
    async closeAll() {
      await Promise.allSettled([...held.keys()].map((hostId) => drop(hostId)));
    },
  };
}
