import { describe, expect, it } from 'vitest';
import { guardedBy, parseGuard, parseGuards } from './guards-on-host.ts';

describe('guards of others', () => {
  it('are read from the host’s list', () => {
    expect(
      parseGuards('p-1 armed 1700000060 1700000013 ada@laptop of Ada\np-2 fired 0 1700000013 \n'),
    ).toEqual([
      {
        tag: 'p-1',
        standing: 'armed',
        owner: 'ada@laptop of Ada',
        firesAt: '2023-11-14T22:14:20.000Z',
        secondsLeft: 47,
      },
      { tag: 'p-2', standing: 'fired', owner: 'somebody', firesAt: undefined, secondsLeft: 0 },
    ]);
    expect(parseGuard('p-1 armed 1700000000 1700000013 ada')).toMatchObject({ secondsLeft: 0 });
  });

  it.each(['', 'x', 'p-1 gone 1 2 ada', '../x armed 1 2 ada', 'p armed -1 2', 'p armed 1e9 2'])(
    'are not read from %j',
    (line) => {
      expect(parseGuard(line)).toBe(undefined);
    },
  );

  it('are named with their owner and when they fire', () => {
    const guard = parseGuard('p-1 armed 1700000060 1700000013 ada@laptop');
    expect(guardedBy('GUARD_UNAVAILABLE', guard)).toMatchObject({
      code: 'GUARD_UNAVAILABLE',
      hostState: 'unchanged',
      message: expect.stringMatching(
        /begun by ada@laptop\. Unless they prove access.* in 47 seconds/,
      ) as string,
    });
    expect(guardedBy('PRECONDITION_FAILED', undefined).message).toMatch(/begun by somebody\.$/);
  });
});
