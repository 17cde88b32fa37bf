/** What the client counts, against a server that answers as it is told. */
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WritingClient } from './writing-client.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serving(status: () => number): Promise<{ readonly port: number; readonly paths: string[] }> {
  const paths: string[] = [];
  const server = createServer((asked, answer) => {
    paths.push(`${asked.method} ${asked.url}`);
    asked.resume();
    answer.statusCode = status();
    answer.end('{"count":3}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, paths };
}

describe('a client that writes all along', () => {
  it('counts by phase what was confirmed and what was not, and never writes a document twice', async () => {
    let status = 201;
    const { port, paths } = await serving(() => status);
    const client = new WritingClient(['127.0.0.1'], 'orders', { port, every: 5 });
    client.phase('open');
    await expect.poll(() => client.totals.confirmed).toBeGreaterThan(2);
    status = 503;
    client.phase('restart');
    await expect.poll(() => client.tallies['restart']?.failed ?? 0).toBeGreaterThan(2);
    await client.stop();
    // The one that was under way when the phase began counts for the one in which it was sent.
    expect(client.tallies['open']?.failed).toBeLessThanOrEqual(1);
    expect(new Set(paths).size).toBe(paths.length);
    expect(client.totals.sent).toBe(paths.length);
  });

  it('goes on where nobody listens', async () => {
    const client = new WritingClient(['127.0.0.1'], 'orders', { port: 1, every: 5 });
    client.phase('down');
    await expect.poll(() => client.totals.sent).toBeGreaterThan(2);
    await client.stop();
    expect(client.tallies['down']).toMatchObject({ confirmed: 0 });
    await expect(client.ask('/orders/_count')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('reads an answer', async () => {
    const { port } = await serving(() => 200);
    const client = new WritingClient(['127.0.0.1'], 'orders', { port });
    expect(await client.ask('/orders/_count')).toBe('{"count":3}');
  });
});
