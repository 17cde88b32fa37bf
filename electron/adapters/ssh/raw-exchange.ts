/** A greeting in bytes through a forwarded channel, and what comes back until it is enough. */
import type { Duplex } from 'node:stream';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { RawExchange } from '../../../shared/engine/ports.ts';
import { within } from '../within.ts';
import type { ChannelGate } from './channel-gate.ts';
import type { Connection } from './connection.ts';
import { cancelled } from './ssh-errors.ts';
import { inTunnel } from './tunnel.ts';

/** Errors: SSH_FORWARDING_REFUSED, SSH_CONNECTION_LOST, SSH_CHANNEL_LIMIT, COMMAND_FAILED (`port-closed`), CANCELLED. */
export async function exchangeThroughTunnel(
  connection: Connection,
  gate: ChannelGate,
  exchange: RawExchange,
  signal?: AbortSignal,
): Promise<Result<Uint8Array>> {
  const either = within(exchange.timeoutSeconds * 1000, signal);
  const result = await inTunnel(connection, gate, exchange, either, (channel) => converse(channel, exchange));
  if (signal?.aborted === true) return fail(cancelled('unchanged'));
  // Silence is an answer too: whoever asks knows what to make of no bytes.
  return !result.ok && result.error.code === 'CANCELLED' ? succeed(new Uint8Array()) : result;
}

/** Looks once per turn at what has come, so that a host which sends byte by byte costs no more than one which does not. */
function converse(channel: Duplex, { bytes, enough, maxBytes }: RawExchange): Promise<Result<Uint8Array>> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let parts: Buffer[] = [];
    let size = 0;
    let due = false;
    const look = (): Buffer => {
      received = Buffer.concat([received, ...parts]).subarray(0, maxBytes);
      parts = [];
      due = false;
      return received;
    };
    const finish = () => resolve(succeed(new Uint8Array(look())));
    channel.on('data', (chunk: Buffer) => {
      if (size >= maxBytes) return;
      parts.push(chunk);
      size += chunk.length;
      if (due) return;
      due = true;
      setImmediate(() => {
        if (due && (look().length >= maxBytes || enough(received))) finish();
      });
    });
    for (const end of ['end', 'close', 'error']) channel.once(end, finish);
    channel.write(bytes);
  });
}
