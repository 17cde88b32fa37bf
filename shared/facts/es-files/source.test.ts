import { expect, it } from 'vitest';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { esFiles } from './source.ts';

it('es-files', () => {
  const text =
    '@@ tree\ndirectory|root|es|2750|10|/c\nregular file|root|es|660|5|/c/elasticsearch.yml\nsymbolic link|root|root|777|5|/c/link\n\n@@ places\ndirectory|root|root|755|4|/\ndirectory|root|root|755|4|/opt\n\n';
  expect(readFact(esFiles, text).map((file) => [file.path, file.type, file.mode])).toEqual([
    ['/', 'directory', '0755'],
    ['/c', 'directory', '2750'],
    ['/c/elasticsearch.yml', 'file', '0660'],
    ['/c/link', 'symlink', '0777'],
    ['/opt', 'directory', '0755'],
  ]);
  expect(unknownFact(esFiles, '@@ tree\ndirectory|root|es|2750|10|/c\n\n@@ places\n')).toMatch(/root only/);
});

it.each([
  'regular empty file|es|es|644|0|/c/x',
  'regular empty file|es|es|644|0|/c/x\nof two lines',
  'regular empty file|es|es|644|0|/c/x\nregular file|root|es|640|5|/c/elasticsearch.yml',
])('es-files with the name of a file that is %j', (line) => {
  const text = `@@ tree\ndirectory|root|es|2750|10|/c\nregular file|root|es|666|5|/c/elasticsearch.yml\n${line}\n\n@@ places\n`;
  if (line.includes('\n')) expect(unknownFact(esFiles, text)).toMatch(/line break/);
  else expect(readFact(esFiles, text)).toHaveLength(3);
});
