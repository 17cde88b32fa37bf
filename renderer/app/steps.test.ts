import { describe, expect, it } from 'vitest';
import type { AppState } from '../../shared/contract/state.ts';
import { scenes } from '../../test/e2e/fake-main/states/index.ts';
import { stepsOf } from './steps.ts';

function state(name: string): AppState {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`no state is called ${name}`);
  return scene.state;
}

function standings(name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stepsOf(state(name)).map((step) => [step.screen, `${step.standing} ${step.count}`.trim()]),
  );
}

describe('the steps of the rail', () => {
  it('are all to do without a workspace', () => {
    expect(new Set(Object.values(standings('start-first-run')))).toEqual(new Set(['todo']));
  });

  it('count what matters after an assessment', () => {
    expect(standings('review')).toMatchObject({
      hosts: 'done 1/1',
      assess: 'done 1/1',
      review: 'attention 12',
      apply: 'todo',
    });
  });

  it('follow a running plan, and want attention when a step failed', () => {
    expect(standings('apply-running')['apply']).toBe('active 2/4');
    expect(standings('apply-failed')['apply']).toBe('attention');
    expect(standings('apply-done')['apply']).toBe('done 4');
  });

  it('want attention for a host that cannot be reached and a vault that is locked', () => {
    expect(standings('hosts-troubled')).toMatchObject({ hosts: 'attention 1/4', secrets: 'attention' });
  });
});
