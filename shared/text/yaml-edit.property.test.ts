/** The editor against random files, read by a parser that it is not built on. */
import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import {
  type DocumentLine,
  keysOf,
  textOf,
  type YamlDocument,
  yamlDocument,
} from '../../test/support/yaml-documents.ts';
import { editYaml, type YamlEdit, type YamlValue } from './yaml-edit.ts';

const runs = 300;

/** Full name to value as another parser sees it; `undefined` when it does not take the file. */
function readBy(text: string): ReadonlyMap<string, unknown> | undefined {
  let root: unknown;
  try {
    root = load(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const found = new Map<string, unknown>();
  const walk = (value: unknown, name: string): boolean => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      if (found.has(name)) return false;
      found.set(name, asText(value));
      return true;
    }
    return Object.entries(value).every(([key, inner]) => walk(inner, name === '' ? key : `${name}.${key}`));
  };
  if (root === undefined || root === null) return found;
  return walk(root, '') ? found : undefined;
}

/** Elasticsearch keeps the letters of numbers and booleans. */
function asText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** The lines that an edit of this setting has no business with, with their line breaks. */
function untouchable(document: YamlDocument, edit: YamlEdit): readonly string[] {
  const own = (line: DocumentLine): boolean =>
    line.key === edit.key ||
    (edit.op === 'remove' && line.opens !== undefined && line.opens.every((key) => key === edit.key));
  return document.lines.filter((line) => !own(line)).map((line) => line.text);
}

const value: fc.Arbitrary<YamlValue> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('yes', 'a: b', '# x', ' x ', '${HOST}', 'x\u2028y: 1', 'null', '*a', '&a', '[1', 'true'),
  fc.boolean(),
  fc.integer(),
  fc.array(fc.constantFrom('a', 'b c', '', '#', 'no', '*x'), { maxLength: 3 }),
);
const editing = fc.record({ pick: fc.nat(), other: fc.boolean(), removing: fc.boolean(), value });

function editOf(
  document: YamlDocument,
  wish: typeof editing extends fc.Arbitrary<infer T> ? T : never,
): YamlEdit {
  const keys = keysOf(document);
  const key = wish.other ? 'brand.new' : (keys[wish.pick % Math.max(keys.length, 1)] ?? 'brand.new');
  return wish.removing ? { op: 'remove', key } : { op: 'set', key, value: wish.value };
}

/** Every one of `few` in this order among `many`. */
function missingFrom(few: readonly string[], many: readonly string[]): string | undefined {
  let at = 0;
  for (const line of few) {
    while (at < many.length && many[at] !== line) at += 1;
    if (at === many.length) return line;
    at += 1;
  }
  return undefined;
}

const linesOf = (text: string) => text.replace(/^\uFEFF/, '').split(/\r?\n/);
const breaksOf = (text: string) => new Set(text.match(/\r?\n/g) ?? []);

describe('any file', () => {
  it('changes in the wanted setting alone, and every other line keeps its bytes', () => {
    let edited = 0;
    fc.assert(
      fc.property(yamlDocument, editing, (document, wish) => {
        const text = textOf(document);
        const edit = editOf(document, wish);
        const result = editYaml(text, [edit]);
        const before = readBy(text);
        if (!result.ok || before === undefined) {
          if (!result.ok) expect(result.message).toContain(edit.key);
          return;
        }
        edited += 1;
        const after = readBy(result.text);
        if (after === undefined) throw new Error('another parser does not take the result');
        const wanted = new Map(before);
        if (edit.op === 'remove') wanted.delete(edit.key);
        else wanted.set(edit.key, typeof edit.value === 'object' ? [...edit.value] : asText(edit.value));
        const kept = before.get(edit.key);
        const same = edit.op === 'set' && result.text === text && String(kept) === String(edit.value);
        expect(new Map(after)).toEqual(same ? before : wanted);
        const lines = linesOf(result.text);
        expect(missingFrom(untouchable(document, edit), lines)).toBe(undefined);
        const own = document.lines.length - untouchable(document, edit).length;
        expect(lines.length).toBeLessThanOrEqual(linesOf(text).length + (own === 0 ? 1 : 0));
        expect(result.text.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
        if (linesOf(text).length > 1 && lines.length > 1)
          expect(breaksOf(result.text)).toEqual(breaksOf(text));
        if ((untouchable(document, edit).at(-1) ?? '') !== '')
          expect(result.text.endsWith('\n')).toBe(text.endsWith('\n'));
        expect(editYaml(result.text, [edit])).toEqual(result);
      }),
      { numRuns: runs },
    );
    expect(edited).toBeGreaterThan(runs / 3);
  });

  it('has the same bytes after a new setting came and went', () => {
    fc.assert(
      fc.property(yamlDocument, value, (document, wanted) => {
        const text = textOf(document);
        const there = editYaml(text, [{ op: 'set', key: 'brand.new', value: wanted }]);
        if (!there.ok) return;
        expect(editYaml(there.text, [{ op: 'remove', key: 'brand.new' }])).toEqual({ ok: true, text });
      }),
      { numRuns: runs },
    );
  });
});
