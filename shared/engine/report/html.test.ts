import { describe, expect, test } from 'vitest';
import { sampleInput } from '../../../test/support/report-sample.ts';
import { escapeText, html } from './html/markup.ts';
import { headline, managerSentences } from './html/sentences.ts';
import { reportHtml } from './html.ts';
import { buildReport } from './model.ts';

const digest = 'ab'.repeat(32);

describe('what a host says stays text', () => {
  const hostile =
    '</style></pre><script>alert(1)</script><img src=x onerror=alert(1)>"\' onload="x" &lt; \u202Egnp.exe \u0000\u001b[31m';

  test('wherever it gets to', () => {
    const input = sampleInput({ taint: hostile });
    const job = reportHtml(
      buildReport({ ...input, workspace: { ...input.workspace, name: hostile } }),
      digest,
      [],
    );
    for (const page of [job.html, job.header, job.footer]) {
      expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>|onload="x"/i);
      expect(page).not.toMatch(/[\u0000\u001b\u202E]/);
    }
    expect(job.html.match(/<style>/g)).toHaveLength(1);
    expect(job.html).toContain('\\u{202e}gnp.exe');
    expect(job.html).toContain('default-src &#39;none&#39;');
  });

  test('every special character is spelled out', () => {
    expect(escapeText(`<a href="x" title='y'>&amp;`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;',
    );
    expect(escapeText('line\r\nnext\tafter\rhidden\u200b\uD800!😀')).toBe(
      'line\nnext\tafter\\u{d}hidden\\u{200b}\\u{d800}!😀',
    );
    expect(html`<b>${'<i>'}</b>${[html`<u>${1}</u>`]}${undefined}`.markup).toBe('<b>&lt;i&gt;</b><u>1</u>');
  });
});

describe('the page for a manager', () => {
  test('says what is still wrong and what is not known', () => {
    const report = buildReport(sampleInput());
    expect(headline(report)).toBe('1 check still fails, of high severity');
    expect(managerSentences(report)).toEqual([
      'On 2026-11-20 09:12 UTC, 1 host (search-1) was checked: 11 of 13 checks failed.',
      'Of 5 changes begun, 4 changes stand and 1 was undone; 9 checks that failed before pass now.',
      '1 check could not be decided and counts neither as passed nor as failed; what lies outside these checks was not looked at.',
    ]);
  });

  test('claims no success for hosts that were not assessed again', () => {
    const input = sampleInput({ hosts: 2 });
    const report = buildReport({ ...input, hosts: input.hosts.map(({ latest: _latest, ...host }) => host) });
    expect(headline(report)).toBe('22 checks failed; the hosts were not assessed again after that');
    expect(managerSentences(report)[1]).toContain('was not assessed');
    expect(reportHtml(report, digest, []).html).toContain('The hosts were not assessed again after this.');
  });

  test('margins carry workspace and the beginning of the digest', () => {
    const { header, footer } = reportHtml(buildReport(sampleInput()), digest, []);
    expect(header).toContain('Production search');
    expect(header).toContain(digest.slice(0, 12));
    expect(header).not.toContain(digest.slice(0, 13));
    expect(footer).toContain('totalPages');
  });
});
