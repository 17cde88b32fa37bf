/**
 * How long a passphrase would stand, as a rough and cautious guess: it counts characters and kinds, takes off for repeats
 * and runs, and knows nothing of dictionaries. It says "at least good" and never "safe".
 */
export interface Strength {
  /** Estimated bits, 0 to 128. */
  readonly bits: number;
  readonly level: 'empty' | 'weak' | 'fair' | 'good' | 'strong';
  readonly sentence: string;
}

const kinds = [
  { test: /[a-z]/, size: 26 },
  { test: /[A-Z]/, size: 26 },
  { test: /[0-9]/, size: 10 },
  { test: /[^A-Za-z0-9]/, size: 24 },
] as const;

/** Characters that add nothing: the same again, or the next in the alphabet or on the digits. */
function predictable(text: string): number {
  let number = 0;
  for (let index = 1; index < text.length; index += 1) {
    const step = text.charCodeAt(index) - text.charCodeAt(index - 1);
    if (step === 0 || step === 1 || step === -1) number += 1;
  }
  return number;
}

const sentences: Readonly<Record<Strength['level'], string>> = {
  empty: 'Four or more unrelated words make a passphrase that can be remembered.',
  weak: 'Weak: whoever copies the vault file can guess this.',
  fair: 'Fair: guessing takes effort, but can be done. Add a word.',
  good: 'Good, as far as its length tells.',
  strong: 'Strong, as far as its length tells.',
};

export function estimateStrength(passphrase: string): Strength {
  if (passphrase === '') return { bits: 0, level: 'empty', sentence: sentences.empty };
  const alphabet = kinds.reduce((sum, kind) => sum + (kind.test.test(passphrase) ? kind.size : 0), 0);
  const words = new Set(
    passphrase
      .toLowerCase()
      .split(/[\s\-_.]+/)
      .filter((word) => word.length > 2),
  ).size;
  const distinct = new Set(passphrase).size;
  const useful = Math.min(passphrase.length - predictable(passphrase), distinct * 2);
  const byCharacters = useful * Math.log2(Math.max(alphabet, 2));
  // Words of a language carry far less than their letters: about 12 bits each, a little more when there are many letters.
  const byWords = words >= 2 ? words * 13 : byCharacters;
  const letters = /^[A-Za-z\s\-_.]+$/.test(passphrase);
  const bits = Math.max(
    0,
    Math.min(
      128,
      Math.round(letters ? Math.min(byCharacters, Math.max(byWords, useful * 2)) : byCharacters * 0.8),
    ),
  );
  const level = bits < 36 ? 'weak' : bits < 50 ? 'fair' : bits < 70 ? 'good' : 'strong';
  return { bits, level, sentence: sentences[level] };
}
