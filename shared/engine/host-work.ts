/** Working on one host under its lock: connection, lock and the way back to them after the link broke. */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { type HostLock, lockHost, touchLock, unlockHost } from './lock.ts';
import { connectionLost, type EngineParts, randomId } from './parts.ts';
import type { HostSession } from './ports.ts';

export class HostWork {
  readonly hostId: string;
  readonly #parts: EngineParts;
  #session: HostSession;
  #lock: HostLock | undefined;

  constructor(session: HostSession, parts: EngineParts) {
    this.hostId = session.hostId;
    this.#session = session;
    this.#parts = parts;
  }

  get session(): HostSession {
    return this.#session;
  }

  /** Takes the host's lock and writes into the journal where the work is done. */
  async begin(planId: string, force: boolean, signal?: AbortSignal): Promise<Result<void>> {
    const token = randomId(this.#parts, 'lock');
    const locked = await lockHost(
      this.#session,
      { owner: this.#parts.operator, planId, token, force },
      signal,
    );
    if (!locked.ok) {
      return locked;
    }
    this.#lock = locked.value;
    const opened = await this.#parts.journal.append({
      type: 'opened',
      hostId: this.hostId,
      address: `${this.#session.address}:${this.#session.port}`,
      hostKey: this.#session.hostKey.fingerprint,
      tool: this.#parts.tool,
    });
    return opened.ok ? succeed(undefined) : opened;
  }

  /** Shows a sign of life to others and checks that the lock is still held, over a new connection if the old one is gone. */
  async stillOurs(): Promise<Result<void>> {
    if (this.#lock === undefined) {
      return succeed(undefined);
    }
    const touched = await touchLock(this.#session, this.#lock);
    if (touched.ok || !connectionLost(touched.error)) {
      return touched;
    }
    const again = await this.reconnect();
    return again.ok ? touchLock(this.#session, this.#lock) : again;
  }

  /** Tries to reach the host again for about a minute after the connection was lost. */
  async reconnect(): Promise<Result<HostSession>> {
    let last: Result<HostSession> = fail(
      appError(
        'SSH_CONNECTION_LOST',
        'The connection to the host was lost.',
        'Check the network and try again.',
        {
          hostState: 'unknown',
          retryable: true,
        },
      ),
    );
    for (const seconds of [2, 4, 8, 16, 30]) {
      await this.#parts.clock.sleep(seconds * 1000);
      last = await this.#parts.sessions.openFresh(this.hostId);
      if (last.ok) {
        await this.#session.close().catch(() => undefined);
        this.#session = last.value;
        return last;
      }
    }
    return last;
  }

  /** Gives back lock and connection; what fails here is only logged, the work itself has been reported. */
  async end(): Promise<void> {
    if (this.#lock !== undefined) {
      const unlocked = await unlockHost(this.#session, this.#lock);
      if (!unlocked.ok) {
        this.#parts.log.write('warn', 'The lock on the host could not be given back', {
          code: unlocked.error.code,
        });
      }
      this.#lock = undefined;
    }
    await this.#session.close().catch(() => undefined);
  }
}
