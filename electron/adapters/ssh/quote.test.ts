import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isArgument, quoteArgument, quoteCommand } from './quote.ts';

function throughShell(words: readonly string[]): string {
  const command = `printf '%s\\037' ${quoteCommand(words)}`;
  return spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout;
}

test.each([
  '',
  ' ',
  "'",
  "''",
  '"',
  '\\',
  '$HOME',
  '`id`',
  '*',
  '~',
  '-n',
  'a\nb',
  "a'\\''b",
  '!x',
  'ü€𝄞',
  '\t\r',
])('the word %j reaches a real shell unchanged', (word) => {
  expect(throughShell([word])).toBe(`${word}\u001F`);
});

test('arbitrary argument lists survive a real shell', () => {
  const word = fc
    .string({ unit: 'binary', maxLength: 40 })
    .filter((text) => isArgument(text) && !text.includes('\u001F'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
      expect(throughShell(words)).toBe(words.map((text) => `${text}\u001F`).join(''));
    }),
    { numRuns: 150 },
  );
});

test('a quoted command survives being quoted again', () => {
  const inner = quoteCommand(['printf', '%s', "it's $HOME"]);
  expect(spawnSync('sh', ['-c', `sh -c ${quoteArgument(inner)}`], { encoding: 'utf8' }).stdout).toBe(
    "it's $HOME",
  );
});

test('what cannot be an argument is recognised', () => {
  expect(isArgument('a\0b')).toBe(false);
  expect(isArgument('\uD800')).toBe(false);
  expect(isArgument('𝄞')).toBe(true);
});
