/** Several users of one connection: it ends when the last one has closed it. */
import type { HostSession } from '../../../shared/engine/ports.ts';
import type { SshSession } from './session.ts';

export interface SharedSession {
  readonly session: SshSession;
  leases: number;
  /** Called when the last lease has been closed. */
  readonly ended: () => void;
}

export function leaseSession(shared: SharedSession): HostSession {
  const { session } = shared;
  shared.leases += 1;
  let open = true;
  return {
    hostId: session.hostId,
    hostKey: session.hostKey,
    address: session.address,
    port: session.port,
    user: session.user,
    get seenFrom() {
      return session.seenFrom;
    },
    probe: (request, signal) => session.probe(request, signal),
    run: (request, signal) => session.run(request, signal),
    request: (request, signal) => session.request(request, signal),
    exchange: (exchange, signal) => session.exchange(exchange, signal),
    cost: () => session.cost(),
    async close() {
      if (!open) return;
      open = false;
      shared.leases -= 1;
      if (shared.leases > 0) return;
      shared.ended();
      await session.close();
    },
  };
}
