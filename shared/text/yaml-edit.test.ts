import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editYaml, type YamlEdit } from './yaml-edit.ts';
import { readYamlSettings } from './yaml-settings.ts';

function edited(text: string, ...edits: YamlEdit[]): string {
  const result = editYaml(text, edits);
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
  return result.text;
}
const set = (key: string, value: string | number | boolean | string[]): YamlEdit => ({
  op: 'set',
  key,
  value,
});
const remove = (key: string): YamlEdit => ({ op: 'remove', key });

describe('set', () => {
  it.each([
    ['flat', 'a: 1\nb.c: 2 # two\nd: 3\n', 'a: 1\nb.c: 9 # two\nd: 3\n'],
    ['nested', 'b:\n  # why\n  c:   2   # two\n  d: 3\n', 'b:\n  # why\n  c:   9   # two\n  d: 3\n'],
    ['quoted', 'b.c: "2"\n', 'b.c: 9\n'],
    ['quoted name', "'b.c': 2\n", "'b.c': 9\n"],
    ['empty', 'b.c:\nd: 1\n', 'b.c: 9\nd: 1\n'],
    ['empty with remark', 'b.c: # none\n', 'b.c: 9 # none\n'],
    ['list', 'b.c: [1, 2]\n', 'b.c: 9\n'],
    ['block list', 'b:\n  c:\n    - 1\n    - 2\nd: 1\n', 'b:\n  c: 9\nd: 1\n'],
    ['block text', 'b.c: |\n  x\n  y\nd: 1\n', 'b.c: 9\nd: 1\n'],
    ['missing', 'a: 1\n', 'a: 1\nb.c: 9\n'],
    ['missing, no last newline', 'a: 1', 'a: 1\nb.c: 9'],
    ['missing, carriage returns', 'a: 1\r\n', 'a: 1\r\nb.c: 9\r\n'],
    ['missing, byte order mark', '\uFEFFa: 1\n', '\uFEFFa: 1\nb.c: 9\n'],
    ['missing, empty file', '', 'b.c: 9\n'],
    ['missing, only remarks', '# x\n', '# x\nb.c: 9\n'],
    ['missing, section there', 'b:\n  d: 1\n', 'b:\n  d: 1\nb.c: 9\n'],
    ['missing, empty section there', 'b:\n# d: 1\n', 'b:\n# d: 1\nb.c: 9\n'],
    ['missing, anchors and aliases elsewhere', 'a: &a 1\nd: *a\n', 'a: &a 1\nd: *a\nb.c: 9\n'],
  ])('%s', (_, before, after) => expect(edited(before, set('b.c', 9))).toBe(after));

  it.each([
    ['true', true, 'true'],
    ['text with spaces', 'a b', '"a b"'],
    ['placeholder', '${HOST}', '"${HOST}"'],
    ['path', '/var/lib/x', '/var/lib/x'],
    ['colon', 'a:', '"a:"'],
    ['hash', '#x', '"#x"'],
    ['newline', 'a\nb', '"a\\nb"'],
    ['list', ['a', 'b c'], '["a", "b c"]'],
    ['null word', 'null', '"null"'],
    ['word of older YAML', 'yes', '"yes"'],
    ['digits that are text', '0644', '"0644"'],
    ['hidden line break', 'a\u2028b', '"a\\u2028b"'],
  ] as const)('writes %s', (_, value, text) =>
    expect(edited('k: 1\n', set('k', typeof value === 'object' ? [...value] : value))).toBe(`k: ${text}\n`),
  );

  it('changes nothing when the value is there already', () => {
    const text = 'a:   "x"  # odd spacing\nl: [ a,b ]\n';
    expect(edited(text, set('a', 'x'), set('l', ['a', 'b']))).toBe(text);
  });
});

describe('remove', () => {
  it.each([
    ['flat', '# one\na: 1\n# two\nb.c: 2 # x\nd: 3\n', '# one\na: 1\n# two\nd: 3\n'],
    ['nested among others', 'b:\n  c: 2\n  d: 3\n', 'b:\n  d: 3\n'],
    ['last of its section', 'a: 1\nb:\n  # why\n  c: 2\nd: 3\n', 'a: 1\n  # why\nd: 3\n'],
    ['block list', 'b.c:\n- 1\n- 2\nd: 3\n', 'd: 3\n'],
    ['block text', 'b.c: |\n  x\n\n  y\nd: 3\n', 'd: 3\n'],
    ['no last newline', 'a: 1\nb.c: 2', 'a: 1'],
    ['carriage returns', 'a: 1\r\nb.c: 2\r\nd: 3\r\n', 'a: 1\r\nd: 3\r\n'],
    ['first behind a mark', '\uFEFFb.c: 2\nd: 3\n', '\uFEFFd: 3\n'],
    ['empty value', 'b.c:\nd: 3\n', 'd: 3\n'],
    ['not there', 'a: 1\n', 'a: 1\n'],
  ])('%s', (_, before, after) => expect(edited(before, remove('b.c'))).toBe(after));
});

describe('refuses', () => {
  it.each([
    ['twice, two spellings', 'b.c: 1\nb:\n  c: 2\n', set('b.c', 9)],
    ['twice, one spelling', 'b.c: 1\nb.c: 2\n', remove('b.c')],
    ['an anchored value', 'b.c: &x 1\nd: *x\n', set('b.c', 9)],
    ['an alias', 'a: &x 1\nb.c: *x\n', set('b.c', 9)],
    ['a tag', 'b.c: !!str 1\n', set('b.c', 9)],
    ['an anchored section', 'b: &x\n  c: 1\nd: *x\n', set('b.c', 9)],
    ['a flow mapping', 'b: {c: 1, d: 2}\n', remove('b.c')],
    ['a file in one line', '{a: 1}', set('b.c', 9)],
    ['a section', 'b.c:\n  d: 1\n', set('b.c', 9)],
    ['a block list with remarks', 'b.c:\n  - 1 # one\n  - 2\n', set('b.c', 9)],
    ['an ended document', 'a: 1\n...\n', set('b.c', 9)],
  ])('%s', (_, text, edit) => {
    const result = editYaml(text, [edit]);
    expect(result).toMatchObject({ ok: false, code: 'YAML_AMBIGUOUS' });
  });

  it.each([
    ['b.c: 1\nb:\n  c: 2\n', /b\.c is given more than once \(lines 1 and 3\)/, 3],
    ['b:\n  c: 1\nb:\n  d: 2\n', /b\.c .* section b is given twice/, 3],
    ['a: 1\nb: 2\n', /b\.c cannot be set: b holds a value/, 2],
    ['b: [1]\n', /b\.c cannot be set: b holds a value/, 1],
    ['a: &a\n  c: 1\nb: *a\n', /b\.c cannot be set: b holds a value/, 3],
    ['a: &a\n  c: 1\nb:\n  <<: *a\n  d: 1\n', /b\.c .* merge key/, 4],
    ['a: &a\n  c: 1\n<<: *a\n', /b\.c .* merge key/, 3],
    ['b: &x\n  c: 1\n', /b\.c is written with an anchor/, 2],
    ['? b.c\n: 1\n', /b\.c is written in the long form/, 1],
  ] as const)('names the setting and the line: %j', (text, message, line) => {
    const result = editYaml(text, [set('b.c', 9)]);
    expect(result).toMatchObject({ ok: false, code: 'YAML_AMBIGUOUS', line });
    expect(result.ok ? '' : result.message).toMatch(message);
  });

  it.each([
    ['a: 1\n---\nb.c: 2\n', /b\.c cannot be changed: A second document begins here/, 2],
    ['a: 1\nb:\n\tc: 1\n', /b\.c cannot be changed: A tab/, 3],
    ['a: 1\n# x\u2028b.c: 2\n', /b\.c cannot be changed: A hidden line break/, 2],
  ] as const)(
    'names the setting and the line of what Elasticsearch reads otherwise: %j',
    (text, message, line) => {
      const result = editYaml(text, [set('b.c', 9)]);
      expect(result).toMatchObject({ ok: false, code: 'YAML_INVALID', line });
      expect(result.ok ? '' : result.message).toMatch(message);
    },
  );

  it('what is not YAML', () =>
    expect(editYaml('a: [1\n', [set('b', 1)])).toMatchObject({ ok: false, code: 'YAML_INVALID' }));
});

const name = fc.stringMatching(/^[a-z][a-z_]{0,4}$/);
const scalar = fc.oneof(
  fc.constantFrom('1', 'true', '"q # x"', "'s'", '/var/lib', '[a, "b"]', '', '${X}'),
  name,
);
const remark = fc.constantFrom('', '', ' # note', '   ');
const block = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 3 }),
  value: scalar,
  remark,
  nested: fc.boolean(),
  lead: fc.constantFrom('', '', '# lead\n', '\n'),
});

function render(
  blocks: readonly { path: string[]; value: string; remark: string; nested: boolean; lead: string }[],
): string {
  return blocks
    .map((one) => {
      const tail = `${one.value === '' ? '' : ' '}${one.value}${one.remark}\n`;
      if (!one.nested) return `${one.lead}${one.path.join('.')}:${tail}`;
      return (
        one.lead +
        one.path
          .map((part, depth) => `${'  '.repeat(depth)}${part}:${depth === one.path.length - 1 ? tail : '\n'}`)
          .join('')
      );
    })
    .join('');
}

describe('whatever the file', () => {
  it('only the wanted setting changes, all other lines stay byte for byte', () => {
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (blocks, pick, removing, crlf, lastNewline) => {
          let text = render(blocks);
          if (crlf) text = text.replaceAll('\n', '\r\n');
          if (!lastNewline) text = text.replace(/\r?\n$/, '');
          const key = blocks[pick % blocks.length]?.path.join('.') ?? '';
          const before = readYamlSettings(text);
          const result = editYaml(text, [removing ? remove(key) : set(key, 'changed')]);
          if (!before.ok || !result.ok) return;
          const after = readYamlSettings(result.text);
          if (!after.ok) throw new Error('broke the file');
          const others = (settings: typeof before.settings) =>
            settings.filter((one) => one.key !== key).map((one) => [one.key, one.values]);
          expect(others(after.settings)).toEqual(others(before.settings));
          expect(after.settings.filter((one) => one.key === key).map((one) => one.values)).toEqual(
            removing ? [] : [['changed']],
          );
          const lines = text.split('\n');
          for (const line of result.text.split('\n'))
            if (line.trim() !== '' && !line.includes('changed'))
              expect(lines.map((one) => one.trimEnd())).toContain(line.trimEnd());
          expect(editYaml(result.text, [removing ? remove(key) : set(key, 'changed')])).toEqual(result);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('most files can be edited', () => {
    const samples = fc.sample(fc.array(block, { minLength: 1, maxLength: 4 }), 200).filter((blocks) => {
      const read = readYamlSettings(render(blocks));
      return read.ok && read.duplicates.length === 0;
    });
    const done = samples.filter((blocks) => editYaml(render(blocks), [set('brand.new', 1)]).ok);
    expect(done.length).toBe(samples.length);
  });
});
