import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { goTo, notify, useUi } from './ui-store.ts';

beforeEach(() => {
  vi.useFakeTimers();
  useUi.setState({ screen: 'review', notices: [] });
});
afterEach(() => {
  vi.useRealTimers();
});

const shown = () => useUi.getState().notices.map(({ text }) => text);

it('puts notices away when their screen is left, but not one that came with the step', () => {
  notify('success', 'old');
  vi.advanceTimersByTime(1500);
  useUi.setState({ control: 'x' });
  expect(shown()).toEqual(['old']);
  notify('info', 'new');
  goTo('apply');
  expect(shown()).toEqual(['new']);
  vi.advanceTimersByTime(1500);
  goTo('verify');
  expect(shown()).toEqual([]);
});
