import { describe, expect, it } from 'vitest';
import { passphraseProblem } from './passphrase-fields.tsx';
import { estimateStrength } from './strength.ts';

describe('strength of a passphrase', () => {
  it.each([
    ['', 'empty'],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['abcdefghijkl', 'weak'],
    ['123456789012', 'weak'],
    ['password', 'weak'],
    ['two words', 'weak'],
    ['correct horse battery staple', 'good'],
    ['correct horse battery staple under seven bridges', 'strong'],
    ['k3#Vq9!tZp7$Lm2x', 'strong'],
  ])('of "%s" is %s', (passphrase, level) => {
    expect(estimateStrength(passphrase).level).toBe(level);
  });

  it('is never called safe', () => {
    expect(estimateStrength('k3#Vq9!tZp7$Lm2x-and-more-of-it').sentence).not.toMatch(/safe|secure/i);
  });
});

describe('a new passphrase', () => {
  it('is refused when it is short or typed differently', () => {
    expect(passphraseProblem({ first: 'short', again: 'short' })).toContain('12 characters');
    expect(passphraseProblem({ first: 'long enough for it', again: 'long enough for them' })).toContain(
      'differ',
    );
    expect(passphraseProblem({ first: 'long enough for it', again: 'long enough for it' })).toBe('');
  });
});
