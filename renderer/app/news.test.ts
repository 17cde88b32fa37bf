import { describe, expect, it } from 'vitest';
import type { Operation } from '../../shared/domain/operation.ts';
import { workspaceState } from '../../test/e2e/fake-main/states/build.ts';
import { newsOf } from './news.ts';

const work: Operation = {
  id: 'a',
  kind: 'assess',
  state: 'running',
  title: 'Assessing 1 host',
  startedAt: '2026-03-12T14:00:00Z',
  doing: 'reading files',
  cancellable: true,
};

describe('news for who cannot see the screen', () => {
  it('tells how work ended, once, and no probe', () => {
    const before = { ...workspaceState(), operations: [work] };
    const during = { ...before, operations: [{ ...work, doing: 'reading rules' }] };
    const after = { ...before, operations: [{ ...work, state: 'succeeded' as const }] };
    expect(newsOf(before, during)).toBe('');
    expect(newsOf(during, after)).toBe('Assessing 1 host is finished.');
    expect(newsOf(after, after)).toBe('');
  });

  it('tells the gates of a guard', () => {
    const guard = { hostId: 'a', state: 'armed' as const, firesAt: '2026-03-12T14:00:00Z', seconds: 60 };
    const before = workspaceState();
    const armed = { ...before, guards: [guard] };
    expect(newsOf(before, armed)).toBe('The guard on the host is armed for 60 seconds.');
    expect(newsOf(armed, { ...before, guards: [{ ...guard, state: 'fired' as const }] })).toBe(
      'The guard put the old rules back.',
    );
  });
});
