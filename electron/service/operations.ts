/** Long work: an id, a signal, progress, and one boundary where an unexpected exception becomes an error value. */
import { randomUUID } from 'node:crypto';
import { type AppError, appError } from '../../shared/domain/error.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Log } from '../../shared/engine/ports.ts';
import type { StateStore } from './state-store.ts';

/** Operations that stop between steps when they are asked to. */
const pausable: readonly Operation['kind'][] = ['apply'];

/** Between two signs of life while one stands still. Milliseconds. */
const aliveEvery = 60_000;

/** Finished operations that stay visible. */
const keptFinished = 20;

export interface OperationHandle {
  readonly id: string;
  readonly signal: AbortSignal;
  doing(text: string, progress?: { done: number; all: number }): void;
  /**
   * Between two steps: resolves at once, or when the operator who asked for a pause goes on or cancels. @param alive shown to others
   * meanwhile; never twice at once, and ended before this resolves: it may connect anew, which would cut the link of the next step
   */
  betweenSteps(alive: () => Promise<void>): Promise<void>;
}

export interface Operations {
  /** Starts and answers at once; the result arrives in the state. */
  start(
    kind: Operation['kind'],
    title: string,
    hostId: string | undefined,
    work: (handle: OperationHandle) => Promise<Result<unknown>>,
  ): string;
  /** The same, awaited: for the headless entry point. */
  run<T>(
    kind: Operation['kind'],
    title: string,
    hostId: string | undefined,
    work: (handle: OperationHandle) => Promise<Result<T>>,
  ): Promise<Result<T>>;
  cancel(id: string): void;
  pause(id: string): void;
  resume(id: string): void;
  cancelAll(): Promise<void>;
}

export function internalError(cause: unknown): AppError {
  return appError(
    'INTERNAL',
    'Something went wrong inside Bulwark that it did not foresee.',
    'Look at the history of the host for what was done, then try again. If it happens again, send the details to the developers.',
    {
      detail: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
      hostState: 'unknown',
    },
  );
}

/** After a cancel most errors are its echo; one that left a host changed is news, and is shown as a failure. */
function wasCancelled(error: AppError, signal: AbortSignal): boolean {
  if (error.code === 'CANCELLED') return true;
  return signal.aborted && error.hostState !== 'changed' && error.hostState !== 'unknown';
}

export function createOperations(store: StateStore, log: Log, now: () => number = Date.now): Operations {
  const running = new Map<
    string,
    {
      readonly controller: AbortController;
      readonly settled: Promise<unknown>;
      /** Present while a pause is asked for; ends it. */
      goOn?: (() => void) | undefined;
      paused?: Promise<void> | undefined;
    }
  >();

  function update(id: string, change: Partial<Operation>): void {
    store.set({
      operations: store.get().operations.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)),
    });
  }

  function release(id: string): void {
    const entry = running.get(id);
    if (entry?.goOn === undefined) return;
    entry.goOn();
    entry.goOn = undefined;
    entry.paused = undefined;
    update(id, { pause: undefined });
  }

  function launch<T>(
    kind: Operation['kind'],
    title: string,
    hostId: string | undefined,
    work: (handle: OperationHandle) => Promise<Result<T>>,
  ): { id: string; settled: Promise<Result<T>> } {
    const id = randomUUID();
    const controller = new AbortController();
    const operation: Operation = {
      id,
      kind,
      state: 'running',
      title,
      ...(hostId === undefined ? {} : { hostId }),
      startedAt: new Date(now()).toISOString(),
      doing: '',
      cancellable: true,
      ...(pausable.includes(kind) ? { pausable: true } : {}),
    };
    const finished = store
      .get()
      .operations.filter((entry) => entry.state !== 'running' && entry.state !== 'cancelling');
    const active = store
      .get()
      .operations.filter((entry) => entry.state === 'running' || entry.state === 'cancelling');
    store.set({ operations: [...finished.slice(-keptFinished), ...active, operation] });

    const handle: OperationHandle = {
      id,
      signal: controller.signal,
      doing: (text, progress) => update(id, { doing: text, ...(progress === undefined ? {} : { progress }) }),
      async betweenSteps(alive) {
        const paused = running.get(id)?.paused;
        if (paused === undefined || controller.signal.aborted) return;
        update(id, { pause: 'paused' });
        let showing: Promise<void> | undefined;
        const show = async (): Promise<void> => {
          try {
            await alive();
          } catch (cause) {
            log.write('warn', 'no sign of life', { cause: String(cause) });
          }
        };
        const timer = setInterval(() => {
          showing ??= show().finally(() => {
            showing = undefined;
          });
        }, aliveEvery);
        await paused;
        clearInterval(timer);
        await showing;
      },
    };
    async function guarded(): Promise<Result<T>> {
      try {
        return await work(handle);
      } catch (cause) {
        log.write('error', 'operation ended by an exception', { kind, cause: String(cause) });
        return fail(internalError(cause));
      }
    }
    const settled = guarded().then((result) => {
      running.delete(id);
      const finishedAt = new Date(now()).toISOString();
      if (result.ok)
        update(id, { state: 'succeeded', finishedAt, cancellable: false, pausable: false, pause: undefined });
      else
        update(id, {
          state: wasCancelled(result.error, controller.signal) ? 'cancelled' : 'failed',
          finishedAt,
          cancellable: false,
          pausable: false,
          pause: undefined,
          error: result.error,
        });
      return result;
    });
    running.set(id, { controller, settled });
    return { id, settled };
  }

  return {
    start(kind, title, hostId, work) {
      const { id, settled } = launch(kind, title, hostId, work);
      settled.catch((cause: unknown) =>
        log.write('error', 'operation could not be settled', { cause: String(cause) }),
      );
      return id;
    },
    run: (kind, title, hostId, work) => launch(kind, title, hostId, work).settled,
    cancel(id) {
      const entry = running.get(id);
      if (entry === undefined) return;
      update(id, { state: 'cancelling', doing: 'Stopping at the next safe point' });
      entry.controller.abort();
      release(id);
    },
    pause(id) {
      const entry = running.get(id);
      const shown = store.get().operations.find((operation) => operation.id === id);
      if (entry === undefined || entry.goOn !== undefined) return;
      if (shown?.state !== 'running' || shown.pausable !== true) return;
      entry.paused = new Promise((resolve) => {
        entry.goOn = resolve;
      });
      update(id, { pause: 'asked' });
    },
    resume: release,
    async cancelAll() {
      for (const [id, { controller }] of running) {
        controller.abort();
        release(id);
      }
      await Promise.allSettled([...running.values()].map((entry) => entry.settled));
    },
  };
}

export const done: Result<Record<string, never>> = succeed({});
