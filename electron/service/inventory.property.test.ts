/** An inventory is somebody else's file: whatever stands in it, only plain hosts come out, in bounded time and number. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostSchema } from '../../shared/domain/host.ts';
import { wordsOf } from '../../shared/text/inventory/ansible-ini.ts';
import { csvRows } from '../../shared/text/inventory/csv.ts';
import { limits } from '../../shared/text/inventory/groups.ts';
import { draftsFromInventory } from './inventory.ts';

const names = fc.constantFrom('hosts', 'hosts.ini', 'a.yml', 'a.yaml', 'a.csv', 'a.tsv', 'a.json');
const pieces = fc.constantFrom(
  '[a]',
  '[a:vars]',
  '[a:children]',
  'b',
  'ansible_host=',
  '10.0.0.1',
  '"',
  "'",
  '\\',
  ' ',
  '\t',
  '\n',
  '\r\n',
  ',',
  ';',
  'name,address\n',
  'all:\n',
  '  hosts:\n',
  '    x: {}\n',
  '&a',
  '*a',
  '!vault',
  '[1:9]',
  '[a:z]',
  '{{ x }}',
  '-',
  '#',
  '\u202e',
  '\u0000',
  '=',
);
const texts = fc.oneof(
  fc.string(),
  fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
);

const draftSchema = hostSchema.omit({ id: true });

describe('any inventory', () => {
  it('gives only plain hosts and printable reasons', () => {
    fc.assert(
      fc.property(texts, names, (text, name) => {
        const { drafts, ignored } = draftsFromInventory(text, name, 'me');
        expect(drafts.length).toBeLessThanOrEqual(limits.hosts);
        expect(new Set(drafts.map((draft) => draft.name)).size).toBe(drafts.length);
        for (const draft of drafts) {
          expect(draftSchema.safeParse(draft).success).toBe(true);
          expect(`${draft.name} ${draft.address} ${draft.user}`).toMatch(/^(?!-)[A-Za-z0-9_.:@ -]+$/);
        }
        for (const sentence of ignored) expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back the fields of a CSV that was quoted by its rules', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        (rows) => {
          const text = rows
            .map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(','))
            .join('\r\n');
          expect(csvRows(text, ',')).toEqual(rows);
        },
      ),
    );
  });

  it('splits words as they were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (words) => {
        const line = words
          .map((word) => `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
          .join(' ');
        expect(wordsOf(line)).toEqual(words);
      }),
    );
  });
});
