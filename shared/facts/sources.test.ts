/** What holds for every source, whatever its probe prints. */
import { describe, expect, it } from 'vitest';
import { frame } from '../../test/support/fact-probe.ts';
import { at } from '../../test/support/facts.ts';
import type { Fact } from '../domain/fact.ts';
import type { FactSource, ProbeFrame } from '../engine/fact-source.ts';
import { noElasticsearch, notLooked } from './parse.ts';
import { probeSources } from './sources.ts';

describe.each(probeSources.map((source) => [source.id, source] as [string, FactSource]))(
  '%s',
  (_, source) => {
    const parse = (more: Partial<ProbeFrame>, text = ''): Fact<unknown> =>
      source.parse(frame(text, more), { at, privileged: true });
    it('is unknown when the probe hung, was cut, or found no Elasticsearch', () => {
      expect(parse({ timedOut: true, exitCode: 137 })).toMatchObject({ status: 'unknown' });
      expect(parse({ truncated: true })).toMatchObject({ status: 'unknown' });
      expect(parse({ exitCode: noElasticsearch })).toMatchObject({ status: 'unknown' });
      expect(parse({ exitCode: notLooked })).toMatchObject({ status: 'unknown' });
    });
    it('is an error when the probe failed', () =>
      expect(parse({ exitCode: 3 })).toMatchObject({ status: 'error' }));
    it('does not throw on noise', () => {
      for (const text of [
        '',
        '\n',
        '@@',
        '@@ ',
        '@@ name\n',
        'noise\n@@ x y\n\0\u0001',
        '@@ path /x\n@@ text\na: [\n',
      ])
        expect(() => parse({}, text)).not.toThrow();
    });
    it('writes nothing and splices nothing', () => {
      expect(source.probe).not.toMatch(/[^-]>>?\s*(?!\/dev\/null|&)["$/\w]/);
      expect(source.probe).not.toMatch(/\b(?:rm|mv|cp|touch|mkdir|tee|chmod|chown|ln|install|mktemp|eval)\s/);
      expect(source.deadlineSeconds).toBeGreaterThan(0);
      expect(source.deadlineSeconds).toBeLessThanOrEqual(30);
    });
  },
);
