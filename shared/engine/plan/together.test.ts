import { expect, it } from 'vitest';
import type { Change } from '../../domain/change.ts';
import { besideEachOther, missingHosts, type OnHost } from './together.ts';

const step = (text: string): OnHost => {
  const [hostId = '', path = ''] = text.split(' ');
  return { hostId, change: { kind: 'file-mode', entries: [{ path }] } };
};
const pathOf = (change: Change) => (change.kind === 'file-mode' ? (change.entries[0]?.path ?? '') : '');
const shown = (steps: readonly OnHost[]) => steps.map(({ hostId, change }) => `${hostId} ${pathOf(change)}`);
/** `one` and `two` stand for steps that are taken together. */
const keyOf = (change: Change) => (['one', 'two'].includes(pathOf(change)) ? pathOf(change) : undefined);
const ordered = (...texts: string[]) => shown(besideEachOther(texts.map(step), keyOf));

it('leaves a plan alone in which everything is a step of its own', () => {
  expect(ordered('a x', 'a y', 'b x')).toEqual(['a x', 'a y', 'b x']);
});

it('puts what is taken together side by side, with what goes before it before and what follows it behind', () => {
  expect(ordered('a x', 'a one', 'a y', 'b x', 'b one', 'b y', 'c z')).toEqual([
    'a x',
    'b x',
    'a one',
    'b one',
    'a y',
    'b y',
    'c z',
  ]);
});

it('keeps two clusters apart', () => {
  expect(ordered('a one', 'a y', 'b one', 'c x', 'c two', 'd two', 'd z')).toEqual([
    'a one',
    'b one',
    'c x',
    'c two',
    'd two',
    'a y',
    'd z',
  ]);
});

it('names the hosts for which the step is not in the plan', () => {
  const steps = ['a one', 'b one', 'c x'].map(step);
  const missing = missingHosts(step('a one'), steps, () => ['a', 'b', 'c'], keyOf);
  expect(missing).toEqual(['c']);
  expect(missingHosts(step('c x'), steps, () => undefined, keyOf)).toEqual([]);
});
