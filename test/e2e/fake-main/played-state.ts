/** The state that the played main holds, and its numbered news. */
import type { Events } from '../../../shared/contract/events.ts';
import type { AppState, HostState, Slice } from '../../../shared/contract/state.ts';

type Listener = { readonly [K in keyof Events]?: (event: Events[K]) => void };

export interface PlayedState {
  get(): AppState;
  set(slices: Slice): void;
  setHost(hostId: string, change: (host: HostState) => HostState): void;
  notice(tone: Events['notice']['tone'], text: string): void;
  listen(listener: Listener): () => void;
}

export function playState(initial: AppState): PlayedState {
  let state = initial;
  const listeners = new Set<Listener>();
  function tell(slices: Slice, host: readonly HostState[]): void {
    state = { ...state, sequence: state.sequence + 1 };
    for (const listener of listeners) listener.state?.({ sequence: state.sequence, slices, host: [...host] });
  }
  return {
    get: () => state,
    set(slices) {
      state = { ...state, ...slices };
      tell(slices, []);
    },
    setHost(hostId, change) {
      const found = state.hosts.find((host) => host.host.id === hostId);
      if (found === undefined) throw new Error(`the played main knows no host ${hostId}`);
      const next = change(found);
      state = { ...state, hosts: state.hosts.map((host) => (host === found ? next : host)) };
      tell({}, [next]);
    },
    notice(tone, text) {
      for (const listener of listeners) listener.notice?.({ tone, text });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
