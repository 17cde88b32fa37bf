/** The one truth of the app: a vanilla store of the contract's state, told onward as numbered slices. */
import { createStore } from 'zustand/vanilla';
import type { Events } from '../../shared/contract/events.ts';
import type { AppState, HostState } from '../../shared/contract/state.ts';

/** Milliseconds over which changes are gathered into one event. */
const gatherMilliseconds = 50;

export interface StateStore {
  get(): AppState;
  set(slices: Partial<Omit<AppState, 'sequence' | 'hosts'>>): void;
  setHosts(hosts: readonly HostState[]): void;
  updateHost(hostId: string, change: (host: HostState) => HostState): void;
  /** Sends what is gathered at once; for tests and before answers that depend on it. */
  flush(): void;
}

export function createStateStore(
  initial: Omit<AppState, 'sequence'>,
  emit: (event: Events['state']) => void,
  /** What follows from the hosts and is told with them. */
  derive: (hosts: readonly HostState[]) => Pick<AppState, 'topology'> = () => ({}),
): StateStore {
  const store = createStore<AppState>(() => ({ ...initial, sequence: 0 }));
  let slices: Partial<Omit<AppState, 'sequence'>> = {};
  let hosts = new Map<string, HostState>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (Object.keys(slices).length === 0 && hosts.size === 0) return;
    if (slices.hosts !== undefined || hosts.size > 0) {
      const derived = derive(store.getState().hosts);
      store.setState(derived);
      slices = { ...slices, ...derived };
    }
    const sequence = store.getState().sequence + 1;
    store.setState({ sequence });
    const event = { sequence, slices, host: [...hosts.values()] };
    slices = {};
    hosts = new Map();
    emit(event);
  }

  function later(): void {
    timer ??= setTimeout(flush, gatherMilliseconds);
  }

  return {
    get: () => store.getState(),
    set(changed) {
      store.setState(changed);
      slices = { ...slices, ...changed };
      later();
    },
    setHosts(all) {
      store.setState({ hosts: [...all] });
      slices = { ...slices, hosts: [...all] };
      hosts = new Map();
      later();
    },
    updateHost(hostId, change) {
      const all = store.getState().hosts;
      const index = all.findIndex((entry) => entry.host.id === hostId);
      const found = all[index];
      if (found === undefined) return;
      const next = change(found);
      const copy = [...all];
      copy[index] = next;
      store.setState({ hosts: copy });
      if (slices.hosts === undefined) hosts.set(hostId, next);
      else slices = { ...slices, hosts: copy };
      later();
    },
    flush,
  };
}
