import { beforeEach, expect, it } from 'vitest';
import { goTo, notify, useUi } from './ui-store.ts';

beforeEach(() => useUi.setState({ screen: 'review', notices: [] }));

const shown = () => useUi.getState().notices.map(({ text }) => text);

it('puts notices away when their screen is left, however new they are', () => {
  notify('success', 'done');
  useUi.setState({ control: 'x' });
  goTo('review');
  expect(shown()).toEqual(['done']);
  goTo('apply');
  expect(shown()).toEqual([]);
  notify('info', 'new');
  expect(shown()).toEqual(['new']);
});
