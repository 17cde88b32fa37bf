/** Working on one host under its lock: connection, lock and the way back to them after the link broke. */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { type HostLock, type LockBreak, lockHost, touchLock, unlockHost } from './lock.ts';
import { connectionLost, type EngineParts, randomId } from './parts.ts';
import type { HostSession } from './ports.ts';

/** Tokens of locks that this program holds now: they are nobody's leftovers. */
const alive = new Set<string>();

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
  async begin(planId: string, force: LockBreak, signal?: AbortSignal): Promise<Result<void>> {
    const { operator, installation, journal, tool } = this.#parts;
    const token = randomId(this.#parts, 'lock');
    // Ours before the host has answered: other work of this program may ask in between.
    const about = { owner: operator, planId, token, force, from: installation, alive: [...alive] };
    alive.add(token);
    let locked = await lockHost(this.#session, about, signal);
    if (!locked.ok && connectionLost(locked.error) && signal?.aborted !== true) {
      // Whether the host got it is not known: the same token finds out, and takes it if not.
      const again = await this.#openOnce();
      locked = again.ok ? await lockHost(this.#session, { ...about, force: false }, signal) : locked;
    }
    if (!locked.ok) {
      alive.delete(token);
      return locked;
    }
    this.#lock = locked.value;
    const opened = await journal.append({
      type: 'opened',
      hostId: this.hostId,
      address: `${this.#session.address}:${this.#session.port}`,
      hostKey: this.#session.hostKey.fingerprint,
      tool,
    });
    const { leftSince } = locked.value;
    if (opened.ok && leftSince !== undefined) {
      const text = `Took over the lock of ${leftSince} that an interruption of this workspace had left.`;
      const noted = await journal.append({ type: 'note', hostId: this.hostId, text });
      return noted.ok ? succeed(undefined) : noted;
    }
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

  /** The same without a new connection, and without a word on how it went: for while a step is under way. */
  async touch(): Promise<void> {
    if (this.#lock !== undefined) {
      await touchLock(this.#session, this.#lock);
    }
  }

  async #openOnce(): Promise<Result<void>> {
    await this.#parts.clock.sleep(2000);
    const fresh = await this.#parts.sessions.openFresh(this.hostId);
    if (!fresh.ok) {
      return fresh;
    }
    await this.#session.close().catch(() => undefined);
    this.#session = fresh.value;
    return succeed(undefined);
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

  /**
   * Gives back lock and connection, over a new connection if the old one is gone. What fails here is only logged: the work
   * itself has been reported, and the next attempt from this workspace recognises the lock as its own.
   */
  async end(): Promise<void> {
    const lock = this.#lock;
    if (lock !== undefined) {
      let unlocked = await unlockHost(this.#session, lock);
      if (!unlocked.ok && connectionLost(unlocked.error)) {
        const again = await this.#openOnce();
        unlocked = again.ok ? await unlockHost(this.#session, lock) : again;
      }
      if (!unlocked.ok) {
        this.#parts.log.write('warn', 'The lock on the host could not be given back', {
          code: unlocked.error.code,
        });
      }
      alive.delete(lock.token);
      this.#lock = undefined;
    }
    await this.#session.close().catch(() => undefined);
  }
}
