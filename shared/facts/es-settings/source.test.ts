import { describe, expect, it } from 'vitest';
import { canary, frame, readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { at } from '../../../test/support/facts.ts';
import { esSettings } from './source.ts';

describe('es-settings', () => {
  const text = (yml: string) =>
    `@@ path /c/elasticsearch.yml\n@@ symlink\n@@ digest\n${'a'.repeat(64)}\n@@ text\n${yml}\n`;
  it('drops the values of secrets', () => {
    const settings = readFact(
      esSettings,
      text(`x.password: ${canary}\na:\n  b: 1\na.b: 2\n @@ b: 1\n`.replace(' @@ b: 1\n', '')),
    );
    expect(settings).toMatchObject({
      duplicates: ['a.b'],
      symlink: false,
      settings: [
        { key: 'x.password', value: '[secret]', secretLike: true },
        { key: 'a.b', line: 3 },
        { key: 'a.b', value: '2' },
      ],
    });
    expect(JSON.stringify(settings)).not.toContain(canary);
  });
  it('says missing, closed and broken', () => {
    expect(unknownFact(esSettings, '@@ path /c/elasticsearch.yml\n@@ unreadable\nmissing\n')).toMatch(
      /There is no/,
    );
    expect(unknownFact(esSettings, '@@ path /c/elasticsearch.yml\n@@ unreadable\n')).toMatch(/root only/);
    expect(esSettings.parse(frame(text('a: [')), { at, privileged: true })).toMatchObject({
      status: 'error',
    });
  });
});
