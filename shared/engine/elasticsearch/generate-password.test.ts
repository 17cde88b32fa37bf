import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generatePassword, passwordAlphabet } from './generate-password.ts';

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };

describe('generatePassword', () => {
  it('has the asked length, begins with a letter and mixes classes', () => {
    for (let round = 0; round < 300; round += 1) {
      const text = generatePassword(random, 12).reveal();
      expect(text).toHaveLength(12);
      expect(text).toMatch(/^[A-Za-z]/);
      expect(text).toMatch(/[A-Z]/);
      expect(text).toMatch(/[a-z]/);
      expect(text).toMatch(/\d/);
      expect(text.split('').every((sign) => passwordAlphabet.includes(sign))).toBe(true);
    }
  });

  it('gives every sign the same chance', () => {
    const counts = new Map<string, number>();
    for (let round = 0; round < 800; round += 1) {
      for (const sign of generatePassword(random, 100).reveal().slice(1)) {
        counts.set(sign, (counts.get(sign) ?? 0) + 1);
      }
    }
    const expected = (800 * 99) / passwordAlphabet.length;
    const chi = passwordAlphabet
      .split('')
      .reduce((sum, sign) => sum + ((counts.get(sign) ?? 0) - expected) ** 2 / expected, 0);
    // 61 degrees of freedom: a modulo bias of one byte's rest would give hundreds.
    expect(chi).toBeLessThan(130);
  });

  it('never uses bytes past the last full round of the alphabet', () => {
    let calls = 0;
    const biased = {
      bytes: (length: number) => {
        calls += 1;
        return calls === 1 ? new Uint8Array(length).fill(255) : random.bytes(length);
      },
    };
    expect(generatePassword(biased, 12).reveal()).toHaveLength(12);
    expect(calls).toBeGreaterThan(1);
  });
});
