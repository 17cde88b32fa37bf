import { describe, expect, it } from 'vitest';
import type { Answer, Bridge } from '../../shared/contract/derive.ts';
import type { Events } from '../../shared/contract/events.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { appError } from '../../shared/domain/error.ts';
import { createFakeMain } from '../../test/e2e/fake-main/fake-bridge.ts';
import { host, workspaceState } from '../../test/e2e/fake-main/states/build.ts';
import { applyEvent, createMirror } from './mirror.ts';

/** A main whose snapshots and events the test hands out by itself. */
function heldMain() {
  const { bridge } = createFakeMain(workspaceState());
  const asked: ((answer: Answer<AppState>) => void)[] = [];
  let tell: ((event: Events['state']) => void) | undefined;
  const held: Bridge = {
    call: {
      ...bridge.call,
      app: { ...bridge.call.app, snapshot: () => new Promise((resolve) => asked.push(resolve)) },
    },
    listen: (name, listener) => {
      if (name === 'state') tell = listener as (event: Events['state']) => void;
      return () => undefined;
    },
  };
  return {
    bridge: held,
    asked,
    tell: (event: Events['state']) => tell?.(event),
  };
}

function snapshot(sequence: number): AppState {
  return { ...workspaceState(), sequence };
}

function themed(sequence: number, theme: 'light' | 'dark'): Events['state'] {
  return { sequence, slices: { app: { ...workspaceState().app, theme } }, host: [] };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function stateOf(mirror: ReturnType<typeof createMirror>): AppState {
  const mirrored = mirror.store.getState();
  if (mirrored.status !== 'ready') throw new Error(`the mirror is ${mirrored.status}`);
  return mirrored.state;
}

describe('the mirror', () => {
  it('takes events in order after the snapshot', async () => {
    const main = heldMain();
    const mirror = createMirror(main.bridge);
    const loading = mirror.load();
    expect(mirror.store.getState().status).toBe('loading');
    main.asked[0]?.({ ok: true, value: snapshot(4) });
    await loading;
    main.tell(themed(5, 'dark'));
    expect(stateOf(mirror).app.theme).toBe('dark');
    expect(stateOf(mirror).sequence).toBe(5);
  });

  it('keeps events that come before the snapshot and drops those that it already holds', async () => {
    const main = heldMain();
    const mirror = createMirror(main.bridge);
    const loading = mirror.load();
    main.tell(themed(4, 'dark'));
    main.tell(themed(5, 'dark'));
    main.asked[0]?.({ ok: true, value: snapshot(4) });
    await loading;
    expect(stateOf(mirror).sequence).toBe(5);
    expect(stateOf(mirror).app.theme).toBe('dark');
    main.tell(themed(3, 'light'));
    expect(stateOf(mirror).app.theme).toBe('dark');
    expect(main.asked).toHaveLength(1);
  });

  it('asks for a new snapshot when an event is missing', async () => {
    const main = heldMain();
    const mirror = createMirror(main.bridge);
    const loading = mirror.load();
    main.asked[0]?.({ ok: true, value: snapshot(1) });
    await loading;
    main.tell(themed(3, 'dark'));
    main.tell(themed(4, 'dark'));
    expect(main.asked).toHaveLength(2);
    expect(stateOf(mirror).sequence).toBe(1);
    main.asked[1]?.({ ok: true, value: snapshot(3) });
    await settle();
    expect(stateOf(mirror).sequence).toBe(4);
    expect(stateOf(mirror).app.theme).toBe('dark');
  });

  it('says why when main refuses, and can be asked again', async () => {
    const main = heldMain();
    const mirror = createMirror(main.bridge);
    const loading = mirror.load();
    main.asked[0]?.({ ok: false, error: appError('INTERNAL', 'No.', 'Again.') });
    await loading;
    expect(mirror.store.getState().status).toBe('failed');
    const again = mirror.load();
    main.asked[1]?.({ ok: true, value: snapshot(1) });
    await again;
    expect(mirror.store.getState().status).toBe('ready');
  });

  it('replaces single hosts and adds new ones', () => {
    const state = { ...snapshot(1), hosts: [host('a'), host('b')] };
    const event = { sequence: 2, slices: {}, host: [host('b', { connection: 'failed' }), host('c')] };
    const after = applyEvent(state, event);
    expect(after.hosts.map((one) => `${one.host.id} ${one.connection}`)).toEqual([
      'a connected',
      'b failed',
      'c connected',
    ]);
    expect(after.hosts[0]).toBe(state.hosts[0]);
  });
});
