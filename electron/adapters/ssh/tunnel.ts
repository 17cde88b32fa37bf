/** A forwarded channel to a port of the host, and what becomes of it afterwards. */
import type { ClientChannel } from 'ssh2';
import { fail, type Result } from '../../../shared/domain/result.ts';
import type { ChannelGate } from './channel-gate.ts';
import { openChannel } from './channel-opening.ts';
import type { Connection } from './connection.ts';
import { portClosed } from './node-request-errors.ts';
import { cancelled, connectionLost, forwardingRefused, where } from './ssh-errors.ts';

/** How long a server may take to close a channel that was given up. */
const graceMs = 1000;

/**
 * Opens a channel, hands it over, and gives its place back. Errors: SSH_FORWARDING_REFUSED, SSH_CONNECTION_LOST,
 * SSH_CHANNEL_LIMIT, COMMAND_FAILED (`port-closed`), CANCELLED, and those of `converse`. Ends a second after the signal at the
 * latest, whatever the server does.
 */
export async function inTunnel<T>(
  connection: Connection,
  gate: ChannelGate,
  target: { readonly address: string; readonly port: number },
  signal: AbortSignal,
  converse: (channel: ClientChannel) => Promise<Result<T>>,
): Promise<Result<T>> {
  const place = where(connection.host.address, connection.host.port);
  const opened = await openChannel(
    connection,
    gate,
    (done) => connection.client.forwardOut('127.0.0.1', 0, target.address, target.port, done),
    (failure) =>
      failure.reason === 4 || (failure.message.endsWith('open failed') && failure.reason === 2)
        ? 'no-place'
        : 'refused',
    signal,
  );
  if (opened.ok === 'refused')
    return fail(
      opened.failure.reason === 1 || opened.failure.reason === 3
        ? forwardingRefused(place, opened.failure.message)
        : portClosed(target, opened.failure.message),
    );
  if (!opened.ok) return opened;
  connection.costs.tunnel();
  connection.costs.wait(2);
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (result: Result<T>) => void = () => undefined;
  const givenUp = new Promise<Result<T>>((resolve) => {
    giveUp = resolve;
  });
  const onAbort = () => {
    leave(opened.value);
    // A closed channel is only told of when the other side confirms it, which a hostile one need not do.
    grace = setTimeout(() => giveUp(fail(cancelled('unchanged'))), graceMs);
  };
  opened.value.on('error', () => undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const result = await Promise.race([converse(opened.value), givenUp]);
    if (!result.ok && result.error.code === 'COMMAND_FAILED' && !connection.alive())
      return fail(connectionLost(place, 'asking the node'));
    return result;
  } finally {
    clearTimeout(grace);
    signal.removeEventListener('abort', onAbort);
    leave(opened.value);
  }
}

/** Unread data would keep the channel, and so its place on the connection, for ever. */
function leave(channel: ClientChannel): void {
  channel.removeAllListeners('data');
  channel.resume();
  channel.destroy();
}
