/** A file below the size that is read may still be made to cost hours: the limits refuse it, and say which. */
import { describe, expect, it, vi } from 'vitest';
import { nestsTooDeep } from '../../shared/text/inventory/yaml-nesting.ts';
import { draftsFromInventory } from './inventory.ts';

// Each of these took far longer than this, or all memory, without the limit; on a busy machine they take a second.
vi.setConfig({ testTimeout: 20_000 });

const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_none, index) => line(index)).join('');

const refused: readonly (readonly [string, string, string, RegExp])[] = [
  ['groups', 'hosts', many(8000, (at) => `[g${at}:children]\ng${at + 1}\n`), /more than 2000 groups/],
  [
    'children',
    'hosts',
    many(150, (at) => `[g${at}:children]\n${many(100, (child) => `g${child}\n`)}`),
    /more than 10000 groups as children/,
  ],
  ['mentions', 'hosts', 'h[1:500]\n'.repeat(100_000), /hosts more than 100000 times/],
  ['ranges on a line', 'hosts', `${'[0:0]'.repeat(190_000)}\n`, /Line 1 has more than 2000 characters/],
  ['ranges in a name', 'hosts', `${'[0:0]'.repeat(390)}\n`, /Line 1: the range is not understood/],
  ['flow collections', 'a.yml', '{a: '.repeat(20_000), /Line 1 has more than 2000 characters/],
  [
    'flow collections on many lines',
    'a.yml',
    '{a:\n'.repeat(20_000),
    /Line (99|100|101) is nested more than 100/,
  ],
  [
    'quoted brackets between',
    'a.yml',
    '{"}": \n'.repeat(20_000),
    /Line (99|100|101) is nested more than 100/,
  ],
  ['sequences on a line', 'a.yml', '- '.repeat(900), /Line 1 is nested more than 100/],
  [
    'indented keys',
    'a.yml',
    many(900, (at) => `${' '.repeat(at)}a:\n`),
    /Line (99|100|101) is nested more than 100/,
  ],
  ['a long line', 'a.csv', `name,address\n${'x'.repeat(3000)},y\n`, /Line 2 has more than 2000/],
  ['groups of YAML', 'a.yml', many(8000, (at) => `g${at}: {}\n`), /more than 2000 groups/],
];

describe('the limits of an inventory', () => {
  it.each(refused)('%s', (_name, file, text, reason) => {
    const { drafts, ignored } = draftsFromInventory(text, file, 'me');
    expect(drafts).toEqual([]);
    expect(ignored[0]).toMatch(reason);
    expect(ignored.length).toBe(1);
  });

  it('leave a large one alone', () => {
    const chain = many(1990, (at) => `[g${at}:children]\ng${at + 1}\n`);
    const hosts = many(40, (at) => `[g${at * 40}]\nh[1:500]\n`);
    const { drafts, ignored } = draftsFromInventory(`${chain}${hosts}`, 'hosts', 'me');
    expect(ignored).toEqual([]);
    expect(drafts.length).toBe(500);
  });

  it('do not keep variables that nobody reads, on every host', () => {
    const text = `[all:vars]\n${many(40_000, (at) => `v${at}=some words\n`)}[a]\nh[1:500]\n`;
    expect(draftsFromInventory(text, 'hosts', 'me').drafts.length).toBe(500);
  });

  it('find a key that stands twice among many, without comparing all', () => {
    const text = `all:\n  vars:\n${many(30_000, (at) => `    v${at}: 1\n`)}    v7: 2\n`;
    expect(draftsFromInventory(text, 'a.yml', 'me').ignored[0]).toMatch(/a key stands twice/);
  });
});

describe('the nesting of YAML', () => {
  it.each([
    ['a:\n  b:\n    c: 1\n', 3],
    ['a:\n  b: 1\nc:\n  d: 2\n', 2],
    ['- - - a\n', 4],
    ['a: [b, [c], {d: [e]}]\n', 4],
    ['a: "[[[[[[[["\nb: |\n  {{{{{{{{\n', 2],
  ])('of %j is seen', (text, depth) => {
    expect(nestsTooDeep(text, depth + 2)).toBeUndefined();
    expect(nestsTooDeep(text, depth - 1)).toBeDefined();
  });
});
