import { describe, expect, it } from 'vitest';
import { figure, median } from './figure.ts';

describe('figures', () => {
  it('hold at their budget and not above it', () => {
    expect(figure('a', 9, '', '', 9).holds).toBe(true);
    expect(figure('a', 9.01, '', '', 9).holds).toBe(false);
    expect(figure('a', 1.234, 'ms', '')).toEqual({ name: 'a', value: 1.23, unit: 'ms', note: '' });
    expect(figure('a', Number.NaN, '', '', 1).holds).toBe(false);
  });
  it('take the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
