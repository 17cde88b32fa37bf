import { expect, test } from 'vitest';
import { sampleInput } from '../../../../test/support/report-sample.ts';
import { reportHtml } from '../html.ts';
import { buildReport } from '../model.ts';
import { breakable, escapeText } from './markup.ts';
import { elasticsearchWords, keptWords, markWords } from './words.ts';

test.each([
  ['8.19.21 (archive)', 'Elasticsearch 8.19.21 (unpacked archive)'],
  ['9.4.3 (package)', 'Elasticsearch 9.4.3 (Debian or RPM package)'],
  ['none', 'no Elasticsearch'],
  ['not known', 'Elasticsearch of unknown version'],
  ['Elasticsearch 8.19.21', 'Elasticsearch 8.19.21'],
  ['8', 'Elasticsearch 8'],
])('%s is told as what it is', (found, words) => {
  expect(elasticsearchWords(found)).toBe(words);
});

test('what was left on a host is explained, by what it is', () => {
  expect(keptWords('/srv/es/data.set-aside-p1-03')).toMatch(/held cluster state and no index of yours/);
  expect(keptWords('/mnt/data/set-aside-p1-03')).toMatch(/never deletes it/);
  expect(keptWords('/srv/es/data.before-encryption-p1-03')).toMatch(/only when you order it/);
  expect(keptWords('/elsewhere')).toMatch(/never deletes it/);
  const { html } = reportHtml(buildReport(sampleInput()), 'ab'.repeat(32), []);
  expect(html).toContain('<p>The data directory from before Elasticsearch was secured.');
  expect(html).not.toContain('setAside');
});

test('names of marks are words, and paths stay paths', () => {
  expect(['httpCa', 'yml', '/etc/nftables.conf'].map(markWords)).toEqual([
    'http ca',
    'yml',
    '/etc/nftables.conf',
  ]);
});

test('names may be broken only behind a separator, and stay escaped', () => {
  expect(breakable('xpack.security.http.ssl').markup).toBe('xpack.<wbr>security.<wbr>http.<wbr>ssl');
  expect(breakable('/etc/a<b>/c d').markup).toBe('/<wbr>etc/<wbr>a&lt;b&gt;/<wbr>c d');
  const hostile = 'a.\u202e<img src=x>.\uD800.😀';
  expect(breakable(hostile).markup.replaceAll('<wbr>', '')).toBe(escapeText(hostile));
});
