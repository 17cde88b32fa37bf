import { expect, it } from 'vitest';
import { appError } from '../domain/error.ts';
import { Refusals } from './root-refused.ts';

const refused = appError('SUDO_NOT_ALLOWED', 'ada may not become root.', 'Allow it.', {
  hostState: 'unchanged',
});
const lost = appError('SSH_CONNECTION_LOST', 'The connection was lost.', 'Wait.', { hostState: 'unknown' });

it('asks three times and then ends, not knowing what the host did', () => {
  const refusals = new Refusals('Then settle it.');
  expect(refusals.count(refused)).toBeUndefined();
  for (let times = 0; times < 50; times += 1) expect(refusals.count(lost)).toBeUndefined();
  expect(refusals.count(refused)).toBeUndefined();
  expect(refusals.count(refused)).toMatchObject({
    ok: false,
    error: { code: 'SUDO_NOT_ALLOWED', hostState: 'unknown', nextStep: 'Allow it. Then settle it.' },
  });
});

it('begins anew after an answer', () => {
  const refusals = new Refusals('');
  refusals.count(refused);
  refusals.count(refused);
  refusals.answered();
  expect(refusals.count(refused)).toBeUndefined();
});
