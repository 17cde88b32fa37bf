import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageOf, parseRange } from './ranges.ts';

describe('parseRange', () => {
  it.each([
    ['10.1.2.3', 4, 0x0a010203n, 0x0a010203n],
    ['10.1.2.3/8', 4, 0x0a000000n, 0x0affffffn],
    ['0.0.0.0/0', 4, 0n, 0xffffffffn],
    ['10.0.0.1-10.0.1.0', 4, 0x0a000001n, 0x0a000100n],
    ['::1', 6, 1n, 1n],
    ['::/1', 6, 0n, (1n << 127n) - 1n],
    ['2001:db8::/32', 6, 0x20010db8n << 96n, ((0x20010db8n + 1n) << 96n) - 1n],
    ['::ffff:10.0.0.1', 6, 0xffff0a000001n, 0xffff0a000001n],
    ['1::2:3', 6, (1n << 112n) | 0x20003n, (1n << 112n) | 0x20003n],
  ] as const)('%s', (text, family, first, last) => expect(parseRange(text)).toEqual({ family, first, last }));

  it.each([
    '',
    'x',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.9-10.0.0.1',
    '10.0.0.1-::1',
    '1-2-3',
    '10.0.0.0/8/8',
    '@set',
  ])('not %j', (text) => expect(parseRange(text)).toBe(undefined));
});

describe('coverageOf', () => {
  it.each([
    [['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']],
    [['198.51.100.7/32', '2001:db8::/32']],
    [['fc00::/7', 'fe80::/10']],
    [['10.0.0.0-10.255.255.255']],
    [[]],
  ])('restricted: %j', (sources) => expect(coverageOf(sources)).toBe('restricted'));

  it.each([
    [['0.0.0.0/1', '128.0.0.0/1']],
    [['0.0.0.0/0']],
    [['::/1']],
    [['::/0']],
    [['2000::/3']],
    [['12.0.0.0/7']],
    [['12.0.0.0/8', '13.0.0.0/8']],
    [['1.0.0.0-223.255.255.255']],
    [['1.0.0.0/8', '3.0.0.0/8', '5.0.0.0/8', '7.0.0.0/8', '9.0.0.0/8']],
    [['10.0.0.1/32', '@unknown', '128.0.0.0/2']],
  ])('wide: %j', (sources) => expect(coverageOf(sources)).toBe('wide'));

  it('says when a source cannot be read', () => expect(coverageOf(['10.0.0.1', '@set'])).toBe('unreadable'));

  it('sees the whole of IPv4 however it is cut up', () => {
    const halves = (range: { first: bigint; last: bigint }, depth: number): string[] => {
      const text = (value: bigint) => [24n, 16n, 8n, 0n].map((by) => String((value >> by) & 255n)).join('.');
      if (depth === 0) return [`${text(range.first)}-${text(range.last)}`];
      const middle = (range.first + range.last) / 2n;
      return [
        ...halves({ first: range.first, last: middle }, depth - 1),
        ...halves({ first: middle + 1n, last: range.last }, depth - 1),
      ];
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), (depth) => {
        expect(coverageOf(halves({ first: 0n, last: 0xffffffffn }, depth).reverse())).toBe('wide');
      }),
    );
  });
});
