import { expect, it } from 'vitest';
import { testContext, value } from '../../../../test/support/change-harness.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { succeed } from '../../../domain/result.ts';
import { countDocuments, inWords, missingFrom } from './documents.ts';

it('documents that are there count, more are right, fewer and lost indices are named', () => {
  const before = new Map([
    ['orders', 200],
    ['notes', 1],
  ]);
  expect(missingFrom(before, before)).toEqual([]);
  expect(missingFrom(before, new Map([...before, ['notes', 2], ['more', 1]]))).toEqual([]);
  expect(missingFrom(before, new Map([['orders', 199]]))).toEqual(['orders', 'notes']);
  expect(inWords(before)).toBe('201 documents in 2 indices');
  expect(inWords(new Map([['a', 1]]))).toBe('1 document in 1 index');
});

it("what Kibana and Elasticsearch delete at any time is not counted, Kibana's saved objects are", async () => {
  const host = new NodeHost();
  const rows = [
    ['orders', '3'],
    ['.kibana_8.19.21_001', '7'],
    ['.kibana_task_manager_8.19.21_001', '30'],
    ['.async-search', '2'],
    ['.security-7', '9'],
  ].map(([index, count]) => ({ index, 'docs.count': count }));
  host.answer = () =>
    succeed({ status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(rows)) });
  const door = { address: '127.0.0.1', port: 9200, tls: false } as const;
  const counted = value(await countDocuments(testContext(host), door));
  host.remove();
  expect([...(counted ?? [])]).toEqual([
    ['orders', 3],
    ['.kibana_8.19.21_001', 7],
  ]);
});
