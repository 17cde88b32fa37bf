import { describe, expect, it } from 'vitest';
import type { AppState } from '../../shared/contract/state.ts';
import { scenes } from '../../test/e2e/fake-main/states/index.ts';
import { countOutcomes, latestFindings } from './posture.ts';
import { stepsOf } from './steps.ts';

function state(name: string): AppState {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`no state is called ${name}`);
  return scene.state;
}

function standingsOf(whole: AppState): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stepsOf(whole).map((step) => [step.screen, `${step.standing} ${step.count}`.trim()]),
  );
}

function standings(name: string): Readonly<Record<string, string>> {
  return standingsOf(state(name));
}

describe('the steps of the rail', () => {
  it('are all to do without a workspace', () => {
    expect(new Set(Object.values(standings('start-first-run')))).toEqual(new Set(['todo']));
  });

  it('count what matters after an assessment', () => {
    const { fail } = countOutcomes(latestFindings(state('review').hosts));
    expect(fail).toBeGreaterThan(0);
    expect(standings('review')).toMatchObject({
      hosts: 'done 1/1',
      assess: 'done 1/1',
      review: `attention ${fail}`,
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

  it('tick the review when nothing fails', () => {
    expect(standings('review-clean')['review']).toBe('done');
  });

  it('tick the secrets once something was applied', () => {
    const vault: AppState['vault'] = { state: 'unlocked', secrets: [] };
    expect(standingsOf({ ...state('review'), vault })['secrets']).toBe('todo 0');
    expect(standings('verify')['secrets']).toBe('done 3');
  });

  it('tick the verification when no chosen or planned work waits', () => {
    const { basket, plan } = state('apply-plan');
    expect(standings('verify')['verify']).toBe('done');
    expect(standingsOf({ ...state('verify'), basket })['verify']).toBe('active');
    expect(standingsOf({ ...state('verify'), plan })['verify']).toBe('active');
    expect(standingsOf({ ...state('apply-done'), basket: [] })['verify']).toBe('done');
  });
});
