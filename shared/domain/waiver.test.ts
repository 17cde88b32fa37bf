import { describe, expect, it } from 'vitest';
import { endProblem, holds, waiverTermsSchema } from './waiver.ts';

const noon = Date.parse('2026-03-12T12:00:00Z');
const terms = { reason: 'The disk is encrypted by the storage.', approver: 'J. Brandt', until: '2026-06-30' };

describe('a waiver', () => {
  it('holds to the end of its last day and not a day longer', () => {
    expect(holds({ until: '2026-03-12' }, noon)).toBe(true);
    expect(holds({ until: '2026-03-12' }, Date.parse('2026-03-12T23:59:59.999Z'))).toBe(true);
    expect(holds({ until: '2026-03-12' }, Date.parse('2026-03-13T00:00:00Z'))).toBe(false);
  });

  it.each([
    ['2026-03-11', 'This day is over.'],
    ['2028-03-12', 'Two years at most: whoever answers for it then should look again.'],
    ['2026-02-30', 'Enter a date.'],
    ['', 'Enter a date.'],
    ['12 March', 'Enter a date.'],
    ['2026-03-12', undefined],
    ['2028-03-11', undefined],
  ])('cannot end %s', (until, problem) => {
    expect(endProblem(until, noon)).toBe(problem);
  });

  it.each([
    { ...terms, reason: '   ' },
    { ...terms, reason: 'first\nsecond' },
    { ...terms, approver: '' },
    { ...terms, approver: 'J. Br\u202eandt' },
    { ...terms, reason: 'x'.repeat(501) },
    { ...terms, until: '2026-13-01' },
    { ...terms, forever: true },
  ])('refuses %j', (bad) => {
    expect(waiverTermsSchema.safeParse(bad).success).toBe(false);
  });

  it('takes what people write', () => {
    expect(waiverTermsSchema.parse({ ...terms, reason: ' Grüße; "ok" – später ' }).reason).toBe(
      'Grüße; "ok" – später',
    );
  });
});
