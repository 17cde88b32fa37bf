/** What goes first on another host when a step that was carried out on both goes back. */
import { expect, it } from 'vitest';
import type { Change } from '../domain/change.ts';
import type { StepHistory } from './journal/history.ts';
import { type RollbackScope, restingOn } from './rollback.ts';

const step = (planId: string, stepId: string, kind: Change['kind']): StepHistory => ({
  standing: 'applied',
  undoIntent: undefined,
  outcome: undefined,
  undoOutcome: undefined,
  intent: {
    type: 'intent',
    version: 1,
    sequence: 1,
    operator: '',
    at: '2026-01-01T00:00:00Z',
    previous: '',
    digest: '',
    hostId: 'b',
    planId,
    planDigest: '',
    stepId,
    controls: [],
    change: { kind } as Change,
    title: stepId,
    diffs: [],
    beforeImage: '',
  },
});

const own = step('p1', 'own', 'es-own-certificates');
const theirs = [
  step('p0', 'before', 'yaml-setting'),
  step('p1', 'together', 'es-own-certificates'),
  step('p1', 'settings', 'yaml-setting'),
  step('p1', 'kernel', 'sysctl'),
  step('p2', 'later', 'yaml-setting'),
];

it.each<[RollbackScope, readonly string[]]>([
  [{ of: 'step', planId: 'p1', stepId: 'own' }, []],
  [{ of: 'plan', planId: 'p1' }, ['settings']],
  [{ of: 'host' }, ['settings']],
  [{ of: 'host', allHosts: true }, ['later', 'settings']],
])('%j: %j', (scope, expected) => {
  expect(restingOn(own, theirs, scope).map((one) => one.intent.stepId)).toEqual(expected);
});
