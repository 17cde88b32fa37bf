/** Whether a TCP port lets anybody in at all. */
import { connect } from 'node:net';

export interface Knock {
  readonly state: 'open' | 'closed' | 'filtered';
  readonly detail: string;
}

/** Silence until the signal fires counts as filtered, a refusal as closed. */
export function knock(address: string, port: number, signal: AbortSignal): Promise<Knock> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, noDelay: true });
    const finish = (state: Knock['state'], detail: string) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve({ state, detail });
    };
    const onAbort = () => finish('filtered', 'No answer.');
    socket.on('connect', () => finish('open', 'Open.'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      if (code === 'ECONNREFUSED' || code === 'ECONNRESET') finish('closed', 'Refused.');
      else finish('filtered', `Not reachable: ${code}.`);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
