/** The crash matrix knows every kind of change: one that nobody interrupts is believed for no reason. */
import { describe, expect, it } from 'vitest';
import { kindFiles, kindNames } from '../integration/crash-matrix/kind-files.ts';

describe('the crash matrix', () => {
  it('has a file for every kind of change, and none for anything else', () => {
    const missing = kindNames().filter((name) => !kindFiles().includes(name));
    expect(missing.map((name) => `test/integration/crash-matrix/kinds/${name}.ts`)).toEqual([]);
    expect(kindFiles().filter((name) => !kindNames().includes(name))).toEqual([]);
  });
});
