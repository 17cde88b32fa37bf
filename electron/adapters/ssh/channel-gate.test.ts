import { expect, it } from 'vitest';
import { ChannelGate } from './channel-gate.ts';

/** Runs `count` pieces of work through the gate and gives the highest number that were inside together. */
async function busiest(gate: ChannelGate, count: number): Promise<number> {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const leave = await gate.enter();
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inside -= 1;
      leave?.();
    }),
  );
  return most;
}

it('lets in as many as it is told, and never more than eight', async () => {
  expect(await busiest(new ChannelGate(4), 20)).toBe(4);
  expect(await busiest(new ChannelGate(1), 5)).toBe(1);
  expect(await busiest(new ChannelGate(50), 30)).toBe(8);
  expect(await busiest(new ChannelGate(0), 3)).toBe(1);
});

it('halves, and stops at one', async () => {
  const gate = new ChannelGate(8);
  const limits = [1, 2, 3, 4, 5].map(() => {
    gate.halve();
    return gate.limit;
  });
  expect(limits).toEqual([4, 2, 1, 1, 1]);
  expect(await busiest(gate, 6)).toBe(1);
});

it('forgets those who gave up waiting, and counts a place once', async () => {
  const gate = new ChannelGate(1);
  const leave = await gate.enter();
  expect(await gate.enter(AbortSignal.timeout(5))).toBe(undefined);
  expect(await gate.enter(AbortSignal.abort())).toBe(undefined);
  leave?.();
  leave?.();
  expect(await busiest(gate, 4)).toBe(1);
});
