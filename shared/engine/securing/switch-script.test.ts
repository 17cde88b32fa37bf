import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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

describe('the switch', () => {
  it('goes to the new state', () => {
    prepare(scene());
    run('go');
    expect(state()).toBe('committed');
    expect(readFileSync(at('host/es/config/elasticsearch.yml'), 'utf8')).toBe('secured');
    expect(readFileSync(at('host/es/data.aside/_state/x'), 'utf8')).toBe('old state');
    expect(readFileSync(at('host/mount/aside/_state/x'), 'utf8')).toBe('old state on a mount');
    expect(existsSync(at('host/mount/lost+found/y'))).toBe(true);
    expect(existsSync(at('host/es/data/_state'))).toBe(false);
    expect(existsSync(at('host/es/none'))).toBe(true);
    expect(existsSync(at('etc/settle.service'))).toBe(false);
    const committed = tree();
    run('mend');
    run('boot');
    expect(tree()).toBe(committed);
  });

  it('moves nothing when somebody changed the watched folder meanwhile', () => {
    const wish = scene();
    prepare({ ...wish, watched: at('host/es/config') });
    put('host/es/config/jvm.options', '# theirs');
    const before = tree();
    run('go');
    expect(state()).toBe('edited');
    expect(tree()).toBe(before);
    expect(existsSync(at('etc/settle.service'))).toBe(false);
    run('mend');
    expect(tree()).toBe(before);
  });

  it('does nothing with an order that was withdrawn, or that it took before and did not come to carry out', () => {
    const wish = scene();
    const before = tree();
    prepare(wish);
    rmSync(at('switch/order'));
    for (const verb of ['go', 'mend'] as const) run(verb);
    expect(tree()).toBe(before);
    expect(state()).toBe('ready');
  });

  it('goes to the new state when the watched folder is as it was', () => {
    prepare({ ...scene(), watched: at('host/es/config') });
    run('go');
    expect(state()).toBe('committed');
  });

  it('puts the old state back when the new one does not start', () => {
    const wish = scene();
    const before = tree();
    prepare({ ...wish, start: 'yes' });
    run('go');
    expect(state()).toBe('returned-stopped');
    expect(tree()).toBe(before);
    expect(existsSync(at('etc/settle.service'))).toBe(false);
  });

  it.each(['mend', 'boot'] as const)(
    'killed at any rename, %s puts the old state back',
    (verb) => {
      let kills = 0;
      for (const when of ['KILL_BEFORE', 'KILL_AFTER']) {
        for (let call = 1; call <= 9; call += 1) {
          dropHost();
          const wish = scene();
          const before = tree();
          prepare(wish);
          run('go', { [when]: String(call) });
          if (state() === 'committed') {
            continue;
          }
          kills += 1;
          rmSync(at('calls'), { force: true });
          run(verb);
          expect(state()).toBe(verb === 'boot' ? 'returned-boot' : 'returned-stopped');
          expect(tree(), `${when} ${call}`).toBe(before);
        }
      }
      expect(kills).toBeGreaterThanOrEqual(12);
    },
    90_000,
  );

  it('killed on the way back too, still ends in the old state', () => {
    for (let call = 9; call <= 18; call += 1) {
      dropHost();
      const wish = scene();
      const before = tree();
      prepare({ ...wish, start: 'yes' });
      run('go', { KILL_AFTER: String(call) });
      rmSync(at('calls'), { force: true });
      run('mend', { KILL_BEFORE: '2' });
      rmSync(at('calls'), { force: true });
      run('boot');
      expect(tree(), `kill at ${call}`).toBe(before);
    }
  }, 90_000);

  it('is undone at boot also where the last note is older than the moves', () => {
    const wish = scene();
    const before = tree();
    prepare(wish);
    run('go');
    expect(tree()).not.toBe(before);
    put('switch/state', 'stopping\n');
    run('boot');
    expect([state(), tree()]).toEqual(['returned-boot', before]);
    put('switch/state', 'stopping\n');
    run('boot');
    expect([state(), tree()]).toEqual(['returned-boot', before]);
  });

  it('keeps what the trial wrote out of the old data', () => {
    const wish = scene();
    const before = tree();
    prepare(wish);
    run('go');
    put('host/es/data/_state/new', 'trial');
    put('host/mount/_state/new', 'trial');
    put('switch/state', 'starting\n');
    run('boot');
    expect(state()).toBe('returned-boot');
    rmSync(at('host/es/data.new'), { recursive: true });
    rmSync(at('host/mount/.new'), { recursive: true });
    mkdirSync(at('host/es/data.new'));
    mkdirSync(at('host/mount/.new'));
    expect(tree()).toBe(before);
  });

  it('does not say at boot that the old state is back when it is not', () => {
    put('host/es/.w/before/elasticsearch.yml', 'open');
    prepare({
      start: 'no',
      trades: [['rename', at('host/gone/config'), at('host/es/.w/before'), at('host/es/.w/staged')]],
    });
    put('switch/state', 'trading\n');
    run('boot');
    expect(state()).toBe('returned-down');
    expect(existsSync(at('host/es/.w/before/elasticsearch.yml'))).toBe(true);
  });
});
