import { describe, expect, it } from 'vitest';
import { appError } from '../../shared/domain/error.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import { collectingLog, emptyState } from '../../test/support/service-state.ts';
import { createOperations, type OperationHandle } from './operations.ts';
import { createStateStore } from './state-store.ts';

function made() {
  const store = createStateStore(emptyState, () => undefined);
  const log = collectingLog();
  const operations = createOperations(store, log, () => 0);
  const last = () => store.get().operations.at(-1);
  return { store, log, operations, last };
}

/** Ends when it is cancelled, with the given error. */
function waiting(error = appError('CANCELLED', 'Cancelled.', '')) {
  return ({ signal }: OperationHandle) =>
    new Promise<ReturnType<typeof fail>>((resolve) => {
      signal.addEventListener('abort', () => resolve(fail(error)));
    });
}

describe('an operation', () => {
  it('shows what it does and how it ended', async () => {
    const { operations, last } = made();
    const ended = await operations.run('assess', 'Assess', 'a', async (handle) => {
      handle.doing('Reading', { done: 1, all: 2 });
      expect(last()).toMatchObject({ state: 'running', doing: 'Reading', progress: { done: 1, all: 2 } });
      return succeed(7);
    });
    expect(ended).toEqual({ ok: true, value: 7 });
    expect(last()).toMatchObject({ state: 'succeeded', cancellable: false, hostId: 'a' });
  });

  it('stands still between two steps while a pause is asked for, and only then', async () => {
    const { operations, last } = made();
    const steps: string[] = [];
    let at: (() => void) | undefined;
    const ended = operations.run('apply', 'Apply', undefined, async (handle) => {
      for (const step of ['one', 'two', 'three']) {
        await handle.betweenSteps(() => Promise.resolve());
        steps.push(step);
        await new Promise<void>((resolve) => {
          at = resolve;
        });
      }
      return succeed(undefined);
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    const id = last()?.id ?? '';
    operations.pause(id);
    operations.pause(id);
    expect(last()).toMatchObject({ state: 'running', pause: 'asked' });
    at?.();
    await turn();
    expect(last()).toMatchObject({ state: 'running', pause: 'paused' });
    expect(steps).toEqual(['one']);
    operations.resume(id);
    await turn();
    expect(steps).toEqual(['one', 'two']);
    operations.pause(id);
    operations.cancel(id);
    operations.pause(id);
    at?.();
    await turn();
    expect(steps, 'a cancelled one does not wait').toEqual(['one', 'two', 'three']);
    at?.();
    await ended;
    expect(last()?.pause).toBeUndefined();
  });

  it('is not held where it could be half done', async () => {
    const { operations, last } = made();
    operations.start('rollback', 'Undo', 'a', waiting());
    const id = last()?.id ?? '';
    operations.pause(id);
    expect(last()?.pause).toBeUndefined();
    operations.cancel(id);
    await operations.cancelAll();
  });

  it('turns an exception into an error that promises nothing about the host', async () => {
    const { operations, last, log } = made();
    const ended = await operations.run('apply', 'Apply', undefined, () => Promise.reject(new Error('boom')));
    expect(ended).toMatchObject({ ok: false, error: { code: 'INTERNAL', hostState: 'unknown' } });
    expect(last()).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } });
    expect(log.lines).toHaveLength(1);
  });

  it('is cancelled by its id', async () => {
    const { operations, last } = made();
    const ended = operations.run('plan', 'Plan', undefined, waiting());
    operations.cancel('another');
    expect(last()?.state).toBe('running');
    operations.cancel(last()?.id ?? '');
    expect(last()?.state).toBe('cancelling');
    await ended;
    expect(last()?.state).toBe('cancelled');
  });

  it('that leaves a host changed is a failure, cancelled or not', async () => {
    const { operations, last } = made();
    const error = appError('VERIFY_FAILED', 'It did not hold.', '', { hostState: 'changed' });
    const ended = operations.run('apply', 'Apply', undefined, waiting(error));
    operations.cancel(last()?.id ?? '');
    await ended;
    expect(last()).toMatchObject({ state: 'failed', error: { code: 'VERIFY_FAILED' } });
  });

  it('ends with all others when the app does', async () => {
    const { operations, store } = made();
    operations.start('assess', 'One', undefined, waiting());
    operations.start('plan', 'Two', undefined, waiting());
    await operations.cancelAll();
    expect(store.get().operations.map((entry) => entry.state)).toEqual(['cancelled', 'cancelled']);
  });

  it('is kept in sight for a while, running ones always', async () => {
    const { operations, store } = made();
    operations.start('assess', 'Long', undefined, waiting());
    for (let count = 0; count < 40; count += 1)
      await operations.run('plan', 'Short', undefined, () => Promise.resolve(succeed(undefined)));
    const kept = store.get().operations;
    expect(kept.length).toBeLessThanOrEqual(22);
    expect(kept.filter((entry) => entry.state === 'running').map((entry) => entry.title)).toEqual(['Long']);
    await operations.cancelAll();
  });
});
