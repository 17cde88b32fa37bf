/** While one stands still it shows that it lives; a slow sign of life never reaches into the next step. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { succeed } from '../../shared/domain/result.ts';
import { collectingLog, emptyState } from '../../test/support/service-state.ts';
import { createOperations } from './operations.ts';
import { createStateStore } from './state-store.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An operation held before its second step, whose signs of life end when they are told to. */
async function held(alive: () => Promise<void>) {
  const store = createStateStore(emptyState, () => undefined);
  const log = collectingLog();
  const operations = createOperations(store, log, () => 0);
  const steps: string[] = [];
  let first: (() => void) | undefined;
  const ended = operations.run('apply', 'Apply', undefined, async (handle) => {
    await new Promise<void>((resolve) => {
      first = resolve;
    });
    await handle.betweenSteps(alive);
    steps.push('two');
    return succeed(undefined);
  });
  await vi.advanceTimersByTimeAsync(0);
  const id = store.get().operations.at(-1)?.id ?? '';
  operations.pause(id);
  first?.();
  await vi.advanceTimersByTimeAsync(0);
  return { operations, id, steps, ended, log };
}

describe('a sign of life during a pause', () => {
  it.each(['resume', 'cancel'] as const)('is awaited before the next step after a %s', async (way) => {
    let begun = 0;
    let end: (() => void) | undefined;
    const { operations, id, steps, ended } = await held(() => {
      begun += 1;
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    await vi.advanceTimersByTimeAsync(185_000);
    expect(begun, 'no second one while the first runs').toBe(1);
    operations[way](id);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(steps).toEqual([]);
    end?.();
    await ended;
    expect([steps, begun]).toEqual([['two'], 1]);
  });

  it('is given again and again, and one that fails ends nothing', async () => {
    let begun = 0;
    const { operations, id, steps, ended, log } = await held(() => {
      begun += 1;
      return Promise.reject(new Error('no way'));
    });
    await vi.advanceTimersByTimeAsync(185_000);
    expect(begun).toBe(3);
    expect(log.lines).toHaveLength(3);
    operations.resume(id);
    await ended;
    expect(steps).toEqual(['two']);
  });
});
