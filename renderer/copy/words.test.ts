import { describe, expect, it } from 'vitest';
import { blastOn, blastSentence } from './words.ts';

describe('what a fix may disturb', () => {
  it('is the same on one node, whatever the way to restart is called', () => {
    for (const blast of ['restart', 'rolling', 'full'] as const) {
      expect(blastOn(blast, 1, 60)).toBe('Restart, away for about 1 minute');
      expect(blastOn(blast, 1)).toBe('Restart, away for a short time');
      expect(blastSentence(blast, 1)).toMatch(/the node is away for a short time/);
    }
  });

  it('tells nodes that go one after the other from nodes that go together', () => {
    expect(blastOn('rolling', 3, 60)).toBe('Rolling restart');
    expect(blastOn('full', 3, 60)).toBe('Full restart');
    expect(blastOn('none', 1, 0)).toBe('No interruption');
    expect(blastOn('access', 1, 0)).toBe('May cut access, guarded');
  });
});
