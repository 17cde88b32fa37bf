import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allBut, lastPort } from './doors.ts';

describe('every port but some', () => {
  it.each<[number[], [number, number][]]>([
    [[], [[1, lastPort]]],
    [[1], [[2, lastPort]]],
    [[lastPort], [[1, lastPort - 1]]],
    [
      [443, 22, 22],
      [
        [1, 21],
        [23, 442],
        [444, lastPort],
      ],
    ],
    [
      [22, 23],
      [
        [1, 21],
        [24, lastPort],
      ],
    ],
  ])('but %j', (ports, runs) => {
    expect(allBut(ports)).toEqual(runs);
  });

  it('holds exactly the others', () => {
    const port = fc.integer({ min: 1, max: lastPort });
    fc.assert(
      fc.property(fc.array(port), port, (ports, one) => {
        const within = allBut(ports).some(([first, last]) => one >= first && one <= last);
        expect(within).toBe(!ports.includes(one));
      }),
    );
  });
});
