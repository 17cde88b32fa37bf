import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { ChannelGate } from './channel-gate.ts';
import type { Connection } from './connection.ts';
import { exchangeThroughTunnel } from './raw-exchange.ts';
import { inTunnel } from './tunnel.ts';

/** A server that opens the channel and never confirms that it was closed. */
function stubborn(): Duplex {
  const channel = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(),
    emitClose: false,
  });
  channel.destroy = () => channel;
  return channel;
}

const through = (channel: Duplex) =>
  ({
    host: { address: '192.0.2.1', port: 22 },
    alive: () => true,
    costs: { tunnel: () => undefined, wait: () => undefined },
    client: {
      forwardOut: (...all: readonly unknown[]) =>
        (all.at(-1) as (error: undefined, it: Duplex) => void)(undefined, channel),
    },
  }) as unknown as Connection;

const target = { address: '192.0.2.2', port: 9200 };

it('ends soon after its signal, also when the server never closes the channel', async () => {
  const started = performance.now();
  const never = () => new Promise<never>(() => undefined);
  const ended = await inTunnel(
    through(stubborn()),
    new ChannelGate(4),
    target,
    AbortSignal.timeout(50),
    never,
  );
  expect(ended).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
  expect(performance.now() - started).toBeLessThan(5000);
});

it('looks a few times at what comes byte by byte, and takes no more than was asked for', async () => {
  const channel = stubborn();
  let looks = 0;
  const enough = (): boolean => {
    looks += 1;
    return false;
  };
  const exchange = { ...target, bytes: new Uint8Array(1), enough, maxBytes: 3000, timeoutSeconds: 30 };
  const answer = exchangeThroughTunnel(through(channel), new ChannelGate(4), exchange);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  for (let count = 0; count < 5000; count += 1) channel.emit('data', Buffer.from('x'));
  const got = await answer;
  expect(got.ok && got.value.length).toBe(3000);
  expect(looks).toBeLessThan(10);
});
