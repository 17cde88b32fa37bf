import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { within } from './within.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Only the listener is left of a signal, as where a caller waits for an event of it. */
function firing(milliseconds: number, other?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    within(milliseconds, other).addEventListener('abort', () => resolve(), { once: true });
  });
}

it('fires in time, also where garbage is collected meanwhile', async () => {
  const all = Promise.all(Array.from({ length: 50 }, () => firing(100, new AbortController().signal)));
  const collecting = setInterval(collectGarbage, 20);
  try {
    collectGarbage();
    const keepAlive = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 3000));
    expect(await Promise.race([all, keepAlive])).toHaveLength(50);
  } finally {
    clearInterval(collecting);
  }
});

it('fires with the other signal, at once where that has fired', async () => {
  const other = new AbortController();
  const waiting = firing(60_000, other.signal);
  other.abort();
  await waiting;
  expect(within(60_000, other.signal).aborted).toBe(true);
  expect(within(60_000, new AbortController().signal).aborted).toBe(false);
});
