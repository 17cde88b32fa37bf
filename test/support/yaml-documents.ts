/** Random settings files, line by line, with the setting that every line belongs to. */
import fc from 'fast-check';

export interface DocumentLine {
  readonly text: string;
  /** Full name of the setting that the line writes; undefined for remarks, blank lines and the file's own marks. */
  readonly key?: string;
  /** For the line that opens a section: all settings in it. */
  readonly opens?: readonly string[];
}

export interface YamlDocument {
  readonly lines: readonly DocumentLine[];
  readonly mark: boolean;
  readonly lineEnd: '\n' | '\r\n';
  readonly lastLineEnd: boolean;
}

export function textOf({ lines, mark, lineEnd, lastLineEnd }: YamlDocument): string {
  const body = lines.map((line) => line.text).join(lineEnd);
  return `${mark ? '\uFEFF' : ''}${body}${lastLineEnd && lines.length > 0 ? lineEnd : ''}`;
}

export function keysOf({ lines }: YamlDocument): readonly string[] {
  return [...new Set(lines.flatMap((line) => line.key ?? []))];
}

const word = fc.stringMatching(/^[a-z][a-z_]{0,5}$/);
const plain = fc.constantFrom(
  '1',
  'true',
  'no',
  '0644',
  '1_000',
  '-1',
  '10s',
  '/var/lib/x',
  'x#y',
  '${HOST}',
  '~',
  'b c',
);
const scalar = fc.oneof(
  plain,
  fc.constantFrom('""', "''", "'it''s'", '"a # b"', '"a: b"', "'{x}'", '"\\u00e4\\n"', '"\\"q\\""', 'ä€😀'),
);
const remark = fc.constantFrom('', '', '', ' # note', '  #: [x', '   ', '\t# tab');

interface Value {
  /** What stands behind the colon, and the lines below, relative to the setting's own indentation. */
  readonly first: string;
  readonly below: readonly string[];
}

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 6, arbitrary: scalar.map((first) => ({ first, below: [] })) },
  { weight: 1, arbitrary: fc.constant({ first: '', below: [] }) },
  {
    weight: 2,
    arbitrary: fc
      .array(scalar, { maxLength: 3 })
      .map((all) => ({ first: `[${all.map(forFlow).join(' ,  ')}]`, below: [] })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.array(scalar, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '  ', '    '))
      .map(([all, by]) => ({ first: '', below: all.map((one) => `${by}-   ${one}`) })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('|', '>', '|-', '>-')
      .map((first) => ({ first, below: ['  one: 1', '    # two', '  three'] })),
  },
  { weight: 1, arbitrary: fc.constant({ first: '"one', below: ['  # two"'] }) },
  { weight: 1, arbitrary: fc.constant({ first: 'one', below: ['  two'] }) },
  { weight: 1, arbitrary: word.map((name) => ({ first: `&${name} 1`, below: [] })) },
  { weight: 1, arbitrary: fc.constant({ first: '!!str 7', below: [] }) },
);

function forFlow(text: string): string {
  return /^["']/.test(text) ? text : JSON.stringify(text);
}

const filler = fc.constantFrom('', '', '# remark', '#cluster.name: no', ' # further in', '  ', '#: - [ { "');
const spelling = fc.record({
  quote: fc.constantFrom('', '', '', '"', "'"),
  before: fc.constantFrom('', '', ' '),
  behind: fc.constantFrom(' ', ' ', '   '),
  value,
  remark,
  filler: fc.array(filler, { maxLength: 2 }),
});
type Spelling = typeof spelling extends fc.Arbitrary<infer T> ? T : never;

function written(name: string, key: string, by: string, how: Spelling): readonly DocumentLine[] {
  const { first, below } = how.value;
  const open = below.length > 0 && first !== '';
  // A remark in front of block text would be part of it or break it; nothing may stand there.
  const tail = `${first === '' ? '' : how.behind}${first}${open || (first === '' && how.remark.includes('\t')) ? '' : tabless(how.remark, first)}`;
  return [
    ...how.filler.map((text) => ({ text })),
    { text: `${by}${how.quote}${name}${how.quote}${how.before}:${tail}`, key },
    ...below.map((text) => ({ text: `${by}${text}`, key })),
  ];
}

/** Tabs may only stand behind a plain value. */
function tabless(text: string, first: string): string {
  return /^[a-z0-9/$~-]/i.test(first) ? text : text.replace('\t', ' ');
}

interface Entry {
  readonly path: readonly string[];
  readonly nested: readonly (readonly [string, Spelling])[];
  readonly own: Spelling;
  readonly indent: string;
}

const entry: fc.Arbitrary<Entry> = fc.record({
  path: fc.array(word, { minLength: 1, maxLength: 3 }),
  nested: fc.uniqueArray(
    fc.tuple(
      fc.array(word, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('.')),
      spelling,
    ),
    { maxLength: 3, selector: ([name]) => name },
  ),
  own: spelling,
  indent: fc.constantFrom('  ', '  ', ' ', '    '),
});

function linesOf({ path, nested, own, indent }: Entry, by: string): readonly DocumentLine[] {
  if (nested.length === 0) return written(path.join('.'), path.join('.'), by, own);
  const head = path.join('.');
  const inside = nested.flatMap(([name, how]) => written(name, `${head}.${name}`, by + indent, how));
  const opens = nested.map(([name]) => `${head}.${name}`);
  return [...own.filler.map((text) => ({ text })), { text: `${by}${head}:`, opens }, ...inside];
}

/** Names are mostly, but not always, given once; the file is mostly, but not always, one that Elasticsearch takes. */
export const yamlDocument: fc.Arbitrary<YamlDocument> = fc
  .record({
    entries: fc.array(entry, { maxLength: 5 }),
    start: fc.constantFrom<readonly string[]>([], [], ['---'], ['# head', '---'], ['%YAML 1.1', '---']),
    by: fc.constantFrom('', '', '', '  '),
    end: fc.array(filler, { maxLength: 2 }),
    mark: fc.boolean(),
    lineEnd: fc.constantFrom('\n' as const, '\r\n' as const),
    lastLineEnd: fc.boolean(),
  })
  .map(({ entries, start, by, end, ...more }) => ({
    ...more,
    lines: [
      ...start.map((text) => ({ text })),
      ...entries.flatMap((one) => linesOf(one, by)),
      ...end.map((text) => ({ text })),
    ],
  }));
