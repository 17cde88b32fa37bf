/** A program that ends in the middle: from then on nothing of it reaches a host, and nothing it learns is remembered. */
import { systemClock } from '../../electron/adapters/system/system.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result } from '../../shared/domain/result.ts';
import type { Clock, HostSession, ScriptRequest, SessionFactory } from '../../shared/engine/ports.ts';

export class Life {
  #ended = false;
  #end: () => void = () => undefined;
  /** Resolves when the program has ended. */
  readonly end = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  /** Asked before every script; true ends the program before it runs. */
  endsBefore: (hostId: string, request: ScriptRequest) => boolean = () => false;

  get ended(): boolean {
    return this.#ended;
  }

  stop(): void {
    this.#ended = true;
    this.#end();
  }

  /** Hurries once the program has ended: whatever still waits is nobody's work any more. */
  readonly clock: Clock = {
    now: () => systemClock.now(),
    elapsed: () => systemClock.elapsed() + (this.#ended ? 1e9 : 0),
    sleep: async (milliseconds, signal) => {
      if (this.#ended) return false;
      return await systemClock.sleep(milliseconds, signal);
    },
  };

  #gone<T>(): Result<T> {
    return fail(
      appError('SSH_CONNECTION_LOST', 'This program has ended.', 'Start it again.', { hostState: 'unknown' }),
    );
  }

  sessions(factory: SessionFactory): SessionFactory {
    const open = async (hostId: string, signal?: AbortSignal) => {
      if (this.#ended) return this.#gone<HostSession>();
      const session = await factory.open(hostId, signal);
      return session.ok ? { ok: true as const, value: this.#mortal(session.value) } : session;
    };
    return { open, openFresh: open };
  }

  #mortal(session: HostSession): HostSession {
    return {
      hostId: session.hostId,
      hostKey: session.hostKey,
      seenFrom: session.seenFrom,
      address: session.address,
      port: session.port,
      user: session.user,
      run: async (request, signal) => {
        if (!this.#ended && this.endsBefore(session.hostId, request)) this.stop();
        if (this.#ended) return this.#gone();
        const ran = await session.run(request, signal);
        return this.#ended ? this.#gone() : ran;
      },
      probe: async (request, signal) => (this.#ended ? this.#gone() : await session.probe(request, signal)),
      request: async (request, signal) => {
        if (this.#ended) return this.#gone();
        const answer = await session.request(request, signal);
        return this.#ended ? this.#gone() : answer;
      },
      exchange: async (exchange, signal) => {
        if (this.#ended) return this.#gone();
        const answer = await session.exchange(exchange, signal);
        return this.#ended ? this.#gone() : answer;
      },
      cost: () => session.cost(),
      close: () => session.close(),
    };
  }
}
