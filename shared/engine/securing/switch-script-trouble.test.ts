import { existsSync, readFileSync, symlinkSync } from 'node:fs';
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
  stuckNode,
  tree,
} from '../../../test/support/switch-scene.ts';

beforeEach(newHost);
afterEach(dropHost);

describe('the switch in trouble', () => {
  describe('on a disk that is full once the node has stopped', () => {
    const running = (until: 'start' | 'ever') => {
      const wish = scene();
      const before = tree();
      prepare({ ...wish, active: 'yes' });
      put('unit-state', 'active');
      put('after-start', 'active');
      put('after-stop', 'inactive');
      put('full-from-stop', '');
      if (until === 'start') put('full-until-start', '');
      return before;
    };
    const unitState = () => readFileSync(at('unit-state'), 'utf8');

    it('moves nothing, and starts the old node again', () => {
      const before = running('start');
      run('go');
      expect([state(), unitState()]).toEqual(['not-noted', 'active']);
      expect(tree()).toBe(before);
      expect(existsSync(at('etc/settle.service'))).toBe(false);
      run('mend');
      expect([state(), tree()]).toEqual(['not-noted', before]);
    });

    it('and stays full: moves nothing either, and the host settles it at its start', () => {
      const before = running('ever');
      run('go');
      expect([state(), unitState()]).toEqual(['stopping', 'active']);
      expect(tree()).toBe(before);
      expect(existsSync(at('etc/settle.service'))).toBe(true);
      run('boot');
      expect([state(), tree()]).toEqual(['returned-boot', before]);
    });
  });

  it('writes its notes over the ones before when there is no room for new ones', () => {
    prepare(scene());
    symlinkSync('/dev/full', at('switch/state.part'));
    run('go');
    expect(state()).toBe('committed');
  });

  it('kills a node that does not stop before it puts the old state back', () => {
    const wish = scene();
    const before = tree();
    prepare({ ...wish, start: 'yes' });
    stuckNode('inactive');
    run('go');
    expect(readFileSync(at('kills'), 'utf8')).toBe('kill\n');
    expect(state()).toBe('returned-stopped');
    expect(tree()).toBe(before);
  }, 60_000);

  it('moves nothing under a node that cannot be stopped; asked again or at boot it finishes', () => {
    for (const later of ['mend', 'boot'] as const) {
      dropHost();
      const wish = scene();
      const before = tree();
      prepare({ ...wish, start: 'yes' });
      stuckNode('deactivating');
      run('go');
      expect(state()).toBe('not-returned');
      expect(readFileSync(at('host/es/config/elasticsearch.yml'), 'utf8')).toBe('secured');
      expect(readFileSync(at('host/es/data.aside/_state/x'), 'utf8')).toBe('old state');
      expect(existsSync(at('etc/settle.service'))).toBe(true);
      const stuck = tree();
      run('mend');
      expect(state()).toBe('not-returned');
      expect(tree()).toBe(stuck);
      if (later === 'mend') put('switch/state', 'returning\n');
      put('after-kill', 'inactive');
      if (later === 'boot') put('unit-state', 'inactive');
      run(later);
      expect(state()).toBe(later === 'boot' ? 'returned-boot' : 'returned-stopped');
      expect(tree()).toBe(before);
      expect(existsSync(at('etc/settle.service'))).toBe(false);
    }
  }, 120_000);
});
