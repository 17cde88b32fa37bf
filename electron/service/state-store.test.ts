import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Events } from '../../shared/contract/events.ts';
import { emptyState, hostState } from '../../test/support/service-state.ts';
import { createStateStore } from './state-store.ts';

describe('the state store', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function made() {
    const events: Events['state'][] = [];
    const store = createStateStore(emptyState, (event) => events.push(event));
    return { events, store };
  }

  it('gathers what changes within a moment into one event', () => {
    const { events, store } = made();
    store.set({ basket: [] });
    store.set({ guards: [] });
    store.set({ basket: [{ findingId: 'a/b', hostId: 'a', controlId: 'b', choices: {} }] });
    expect(events).toHaveLength(0);
    vi.advanceTimersByTime(60);
    expect(events).toHaveLength(1);
    expect(events[0]?.slices).toEqual({
      basket: [{ findingId: 'a/b', hostId: 'a', controlId: 'b', choices: {} }],
      guards: [],
    });
    vi.advanceTimersByTime(1000);
    expect(events).toHaveLength(1);
  });

  it('numbers events without gaps, and the snapshot says which one it holds', () => {
    const { events, store } = made();
    for (let count = 0; count < 5; count += 1) {
      store.set({ steps: [] });
      store.flush();
    }
    expect(events.map((event) => event.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(store.get().sequence).toBe(5);
    store.flush();
    expect(events).toHaveLength(5);
  });

  it('sends single hosts, the latest of each, not the fleet', () => {
    const { events, store } = made();
    store.setHosts([hostState('a'), hostState('b')]);
    store.flush();
    store.updateHost('a', (state) => ({ ...state, operatingSystem: 'first' }));
    store.updateHost('a', (state) => ({ ...state, operatingSystem: 'second' }));
    store.updateHost('gone', (state) => state);
    store.flush();
    expect(events[1]?.slices).toEqual({});
    expect(events[1]?.host.map((state) => [state.host.id, state.operatingSystem])).toEqual([['a', 'second']]);
  });

  it('puts a changed host into a fleet that is on its way', () => {
    const { events, store } = made();
    store.updateHost('a', (state) => state);
    store.setHosts([hostState('a')]);
    store.updateHost('a', (state) => ({ ...state, operatingSystem: 'Debian' }));
    store.flush();
    expect(events[0]?.host).toEqual([]);
    expect(events[0]?.slices.hosts?.[0]?.operatingSystem).toBe('Debian');
  });

  it('a mirror that applies every event holds the same state', () => {
    const { events, store } = made();
    store.setHosts([hostState('a'), hostState('b')]);
    store.flush();
    store.updateHost('b', (state) => ({ ...state, connection: 'connected' }));
    store.set({ guards: [] });
    store.flush();
    let mirror = { ...emptyState, sequence: 0 };
    for (const event of events) {
      const hosts = (event.slices.hosts ?? mirror.hosts).map(
        (state) => event.host.find((one) => one.host.id === state.host.id) ?? state,
      );
      mirror = { ...mirror, ...(event.slices as typeof emptyState), hosts, sequence: event.sequence };
    }
    expect(mirror).toEqual(store.get());
  });
});
