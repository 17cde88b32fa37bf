import { expect, it } from 'vitest';
import { onlyHere } from './shard-copies.ts';

const copy = (index: string, shard: string, node: string, state = 'STARTED') => ({
  index,
  shard,
  node,
  state,
});

it('counts a copy as the only one unless another node serves the same shard', () => {
  const copies = [
    copy('a', '0', 'me'),
    copy('a', '0', 'other'),
    copy('a', '1', 'me'),
    copy('a', '1', 'other', 'INITIALIZING'),
    copy('b', '0', 'me'),
    copy('b', '0', '', 'UNASSIGNED'),
    copy('c', '0', 'other'),
    copy('d', '0', 'me'),
    copy('e', '0', 'other'),
  ];
  expect(onlyHere(copies, 'me').map(({ index, shard }) => `${index}${shard}`)).toEqual(['a1', 'b0', 'd0']);
  expect(onlyHere([], 'me')).toEqual([]);
});
