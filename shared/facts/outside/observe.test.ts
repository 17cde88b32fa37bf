import { expect, it } from 'vitest';
import { at } from '../../../test/support/facts.ts';
import { observeOutside } from './observe.ts';

it('asks about every port at once and keeps what was seen', async () => {
  const asked: string[] = [];
  const observer = {
    observe: (address: string, port: number) => {
      asked.push(`${address}:${port}`);
      return Promise.resolve({ state: 'filtered', answersStranger: 'no', detail: 'No answer.' } as const);
    },
  };
  const fact = await observeOutside(observer, 'node-1', [9200, 9300], at);
  expect(asked).toEqual(['node-1:9200', 'node-1:9300']);
  expect(fact).toMatchObject({
    status: 'known',
    value: { ports: [{ port: 9200, state: 'filtered' }, { port: 9300 }] },
  });
});

it('is unknown where nobody can look', async () => {
  expect(await observeOutside(undefined, 'node-1', [9200], at)).toMatchObject({ status: 'unknown' });
});
