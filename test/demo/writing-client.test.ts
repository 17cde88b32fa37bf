/** What the client counts, against a server that answers as it is told. */
import { createServer, type Server } from 'node:http';
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
  return { port: await listening(server), paths };
}

/** Confirms every document and, asked for many, has one of them. */
async function holding(only: string): Promise<number> {
  const server = createServer((asked, answer) => {
    let text = '';
    asked.on('data', (part: Buffer) => {
      text += part.toString();
    });
    asked.once('end', () => {
      if (asked.method !== 'POST') {
        answer.statusCode = 201;
        return answer.end();
      }
      const { ids } = JSON.parse(text) as { ids: string[] };
      return answer.end(JSON.stringify({ docs: ids.map((id) => ({ found: id === only })) }));
    });
  });
  return await listening(server);
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
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

  it('tells how long nothing was confirmed, over a new phase as well', async () => {
    let status = 201;
    const { port } = await serving(() => status);
    const client = new WritingClient(['127.0.0.1'], 'orders', { port, every: 20 });
    client.phase('open');
    await expect.poll(() => client.totals.confirmed).toBeGreaterThan(0);
    status = 503;
    client.phase('restart');
    await expect.poll(() => client.tallies['restart']?.longestGap ?? 0).toBeGreaterThan(0.3);
    client.phase('after');
    await expect.poll(() => client.tallies['after']?.sent ?? 0).toBeGreaterThan(1);
    await client.stop();
    expect(client.tallies['after']?.longestGap).toBeGreaterThan(0.3);
  });

  it('asks for exactly what was confirmed', async () => {
    const port = await holding('live-2');
    const client = new WritingClient(['127.0.0.1'], 'orders', { port, every: 5 });
    client.phase('open');
    await expect.poll(() => client.totals.confirmed).toBeGreaterThan(2);
    await client.stop();
    expect(await client.missing()).toBe(client.totals.confirmed - 1);
  });

  it('reads an answer', async () => {
    const { port } = await serving(() => 200);
    const client = new WritingClient(['127.0.0.1'], 'orders', { port });
    expect(await client.ask('/orders/_count')).toBe('{"count":3}');
  });
});
