import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  at,
  dropHost,
  newHost,
  prepare,
  put,
  run,
  scene,
  state,
  tree,
} from '../../../test/support/switch-scene.ts';

beforeEach(newHost);
afterEach(dropHost);

describe('a switch that waits for the other nodes of its cluster', () => {
  it('starts the node when it is called', () => {
    prepare({ ...scene(), hold: 30 });
    put('switch/go-on', '');
    run('go');
    expect(state()).toBe('committed');
    expect(readFileSync(at('host/es/config/elasticsearch.yml'), 'utf8')).toBe('secured');
    expect(existsSync(at('etc/settle.service'))).toBe(false);
  });

  it.each(['given up', 'called by nobody'] as const)('puts the old state back when it is %s', (how) => {
    const wish = scene();
    const before = tree();
    prepare({ ...wish, hold: how === 'given up' ? 30 : 1 });
    if (how === 'given up') put('switch/give-up', '');
    run('go');
    expect(state()).toBe('returned-stopped');
    expect(existsSync(at('switch/failed-at'))).toBe(false);
    expect(tree()).toBe(before);
    expect(existsSync(at('etc/settle.service'))).toBe(false);
  });

  it('waits as long as it is told when the clock is set forward meanwhile', () => {
    const leaps = `n=$(($(cat '${at('asked')}' 2>/dev/null || echo 0) + 1)); echo $n > '${at('asked')}'; echo $((n * 86400))`;
    const called = `n=$(($(cat '${at('slept')}' 2>/dev/null || echo 0) + 1)); echo $n > '${at('slept')}'; [ $n -lt 5 ] || : > '${at('switch/go-on')}'`;
    prepare({ ...scene(), hold: 30, wallClock: leaps, asleep: called });
    run('go');
    expect(state()).toBe('committed');
  });

  it('waits no longer than it is told when the clock is set back or stands', () => {
    const wish = scene();
    const before = tree();
    prepare({ ...wish, hold: 1, wallClock: 'echo 1000', asleep: '/bin/sleep 0.2' });
    run('go');
    expect(state()).toBe('returned-stopped');
    expect(tree()).toBe(before);
  });

  it.each(['mend', 'boot'] as const)('killed while it waits, %s puts the old state back', (verb) => {
    const wish = scene();
    const before = tree();
    prepare({ ...wish, hold: 30 });
    put('switch/go-on', '');
    run('go');
    expect(tree()).not.toBe(before);
    put('switch/state', 'held\n');
    run(verb);
    expect(state()).toBe(verb === 'boot' ? 'returned-boot' : 'returned-stopped');
    expect(tree()).toBe(before);
  });
});
