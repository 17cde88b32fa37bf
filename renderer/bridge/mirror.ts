/**
 * A read-only copy of main's state: one snapshot, then the slices that events carry. Events are numbered; when a number
 * is missing, the copy cannot be trusted and a new snapshot is asked for. Truth stays in main.
 */
import type { StoreApi } from 'zustand/vanilla';
import { createStore } from 'zustand/vanilla';
import type { Bridge } from '../../shared/contract/derive.ts';
import type { Events } from '../../shared/contract/events.ts';
import type { AppState, HostState } from '../../shared/contract/state.ts';
import type { AppError } from '../../shared/domain/error.ts';

export type Mirrored =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: AppError }
  | { readonly status: 'ready'; readonly state: AppState };

export interface Mirror {
  readonly store: StoreApi<Mirrored>;
  /** Asks for the first snapshot; again after a failure. */
  readonly load: () => Promise<void>;
  readonly close: () => void;
}

type StateEvent = Events['state'];

function mergeHosts(hosts: readonly HostState[], changed: readonly HostState[]): readonly HostState[] {
  if (changed.length === 0) return hosts;
  const byId = new Map(changed.map((host) => [host.host.id, host]));
  const known = new Set(hosts.map((host) => host.host.id));
  return [
    ...hosts.map((host) => byId.get(host.host.id) ?? host),
    ...changed.filter((host) => !known.has(host.host.id)),
  ];
}

/** The state after an event that follows it directly. */
export function applyEvent(state: AppState, event: StateEvent): AppState {
  const slices = Object.fromEntries(
    Object.entries(event.slices).filter(([, slice]) => slice !== undefined),
  ) as Partial<AppState>;
  const next = { ...state, ...slices, sequence: event.sequence };
  return { ...next, hosts: [...mergeHosts(next.hosts, event.host)] };
}

export function createMirror(bridge: Bridge): Mirror {
  const store = createStore<Mirrored>(() => ({ status: 'loading' }));
  let early: StateEvent[] = [];
  let asking = false;

  function take(event: StateEvent): void {
    const mirrored = store.getState();
    if (asking || mirrored.status !== 'ready') {
      early.push(event);
      return;
    }
    if (event.sequence <= mirrored.state.sequence) return;
    if (event.sequence !== mirrored.state.sequence + 1) {
      early.push(event);
      void load();
      return;
    }
    store.setState({ status: 'ready', state: applyEvent(mirrored.state, event) }, true);
  }

  async function load(): Promise<void> {
    if (asking) return;
    asking = true;
    const answer = await bridge.call.app.snapshot({});
    asking = false;
    if (!answer.ok) {
      store.setState({ status: 'failed', error: answer.error }, true);
      return;
    }
    const waiting = early;
    early = [];
    store.setState({ status: 'ready', state: answer.value }, true);
    for (const event of waiting) take(event);
  }

  const stop = bridge.listen('state', take);
  return { store, load, close: stop };
}
