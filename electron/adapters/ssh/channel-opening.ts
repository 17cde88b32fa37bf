/** Opens channels on a connection, one more only where gate and server allow it. */
import type { ClientChannel } from 'ssh2';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { ChannelGate } from './channel-gate.ts';
import type { Connection } from './connection.ts';
import { cancelled, channelLimit, connectionLost, noPosixShell, where } from './ssh-errors.ts';

const attempts = 8;

/** Why ssh2 could not open a channel. `reason` is the number of the protocol, where the server gave one. */
export interface OpenFailure {
  readonly reason: number | undefined;
  readonly message: string;
}

/** What a refusal means: the server has no place for now, or it will never do this. */
export type FailureMeaning = 'no-place' | 'refused';

export async function openChannel(
  connection: Connection,
  gate: ChannelGate,
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  meaning: (failure: OpenFailure) => FailureMeaning,
  signal?: AbortSignal,
): Promise<Result<ClientChannel> | { readonly ok: 'refused'; readonly failure: OpenFailure }> {
  const place = where(connection.host.address, connection.host.port);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const leave = await gate.enter(signal);
    // Nobody was asked yet: this says nothing of the port.
    if (leave === undefined) return fail({ ...cancelled('unchanged'), detail: 'queued' });
    if (!connection.alive()) {
      leave();
      return fail(connectionLost(place, 'opening a channel'));
    }
    const opened = await once(open, signal);
    if ('channel' in opened) {
      opened.channel.once('close', leave);
      return succeed(opened.channel);
    }
    leave();
    connection.costs.wait();
    if (opened.aborted) return fail(cancelled('unchanged'));
    if (!connection.alive()) return fail(connectionLost(place, 'opening a channel'));
    if (meaning(opened.failure) === 'refused') return { ok: 'refused', failure: opened.failure };
    gate.halve();
    await pause(Math.min(1000, 25 * 2 ** attempt));
  }
  return fail(channelLimit(place));
}

type Opened =
  | { readonly channel: ClientChannel }
  | { readonly failure: OpenFailure; readonly aborted: boolean };

function once(
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  signal?: AbortSignal,
): Promise<Opened> {
  return new Promise((resolve) => {
    const onAbort = () => resolve({ failure: { reason: undefined, message: 'aborted' }, aborted: true });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      open((error, channel) => {
        signal?.removeEventListener('abort', onAbort);
        if (error !== undefined && error !== null) resolve({ failure: failureOf(error), aborted: false });
        else if (signal?.aborted === true) abandon(channel);
        else resolve({ channel });
      });
    } catch (cause) {
      resolve({ failure: failureOf(cause), aborted: false });
    }
  });
}

function failureOf(error: unknown): OpenFailure {
  const reason =
    error instanceof Error && 'reason' in error && typeof error.reason === 'number'
      ? error.reason
      : undefined;
  return { reason, message: error instanceof Error ? error.message : String(error) };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** A session channel on which `line` has been started. */
export async function openExec(
  connection: Connection,
  gate: ChannelGate,
  line: string,
  signal?: AbortSignal,
): Promise<Result<ClientChannel>> {
  const opened = await openChannel(
    connection,
    gate,
    (done) => connection.client.exec(line, done),
    (failure) => (failure.reason === undefined || failure.reason === 1 ? 'refused' : 'no-place'),
    signal,
  );
  if (opened.ok !== 'refused') return opened;
  // ssh2's words for a connection that ends while it waits; it tells of the end itself only afterwards.
  const lost = /^(No response from server|Not connected)/.test(opened.failure.message);
  return fail(
    lost
      ? connectionLost(where(connection.host.address, connection.host.port), 'opening a channel')
      : noPosixShell(connection.host.user, opened.failure.message),
  );
}

/** A channel is gone only when its streams have been read to the end. */
function abandon(channel: ClientChannel): void {
  channel.on('error', () => undefined);
  channel.resume();
  channel.stderr.resume();
  channel.close();
}
