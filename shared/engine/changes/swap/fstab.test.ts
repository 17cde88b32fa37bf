import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { swapLines, withoutSwap } from './fstab.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const text = (some: Uint8Array) => Buffer.from(some).toString('latin1');

describe('swap in fstab', () => {
  it('turns exactly the lines that turn swap on into comments', () => {
    const table =
      '# /swap none swap sw 0 0\n/dev/sda1 / ext4 defaults 0 1\r\n  UUID=1\tnone\tswap sw,pri=5 0 0\n/a none swap noauto,x 0 0\n/swap swap ext4 x\n\xff\xfe\n/last none swap';
    expect(swapLines(bytes(table))).toEqual(['  UUID=1\tnone\tswap sw,pri=5 0 0', '/last none swap']);
    expect(text(withoutSwap(bytes(table)))).toBe(
      table
        .replace('  UUID', '# Swap turned off by Bulwark:   UUID')
        .replace('/last', '# Swap turned off by Bulwark: /last'),
    );
  });

  it('leaves nothing to do and every other byte as it was', () => {
    const line = fc.constantFrom(
      '/x none swap sw 0 0',
      '#c',
      '',
      'a b c',
      'LABEL=s\tnone swap',
      '/d / ext4 swap 0 0\r',
      '\xe9',
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const before = lines.join('\n');
        const after = withoutSwap(bytes(before));
        expect(swapLines(after)).toEqual([]);
        expect(text(withoutSwap(after))).toBe(text(after));
        expect(text(after).replaceAll('# Swap turned off by Bulwark: ', '')).toBe(before);
      }),
    );
  });
});
