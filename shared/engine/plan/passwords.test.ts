import { expect, it } from 'vitest';
import { installOn } from '../../../test/integration/es-installs.ts';
import { value } from '../../../test/support/change-harness.ts';
import type { ChangeOf } from '../../domain/change.ts';
import { arrangeHost } from '../plan.ts';

const order = (rotate?: string): ChangeOf<'es-password'> => ({
  kind: 'es-password',
  install: installOn('half-secured'),
  users: [{ name: 'kibana_system', ref: 'k', length: 20, ...(rotate === undefined ? {} : { rotate }) }],
});
const arranged = (...changes: ChangeOf<'es-password'>[]) =>
  arrangeHost(
    changes.map((change, index) => ({
      findingId: `h/c${index}`,
      hostId: 'h',
      controlId: `c${index}`,
      changes: [change],
    })),
  );

it('sets a password once where it is wanted and rotated, whichever is asked for first', () => {
  for (const both of [
    [order(), order('rotate-1')],
    [order('rotate-1'), order()],
  ])
    expect(value(arranged(...both)).map(({ change }) => change)).toEqual([order('rotate-1')]);
});

it('keeps that the earlier one has to go for good', () => {
  const [user] = order('retire-seed').users;
  const seed = { ...order(), users: user === undefined ? [] : [{ ...user, keep: true as const }] };
  expect(value(arranged(order(), seed)).map(({ change }) => change)).toEqual([seed]);
});

it('refuses two orders to rotate the same password', () =>
  expect(arranged(order('rotate-1'), order('rotate-2'))).toMatchObject({
    ok: false,
    error: { code: 'PLAN_CONFLICT' },
  }));
