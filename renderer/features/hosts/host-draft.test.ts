import { describe, expect, it } from 'vitest';
import { draftOf, emptyFields, fieldProblems, fieldsOf } from './host-draft.ts';

const filled = { ...emptyFields, name: 'es-1', address: ' 10.0.0.1 ', user: 'ops' };

describe('the form of a host', () => {
  it('says what is missing, field by field', () => {
    expect(Object.keys(fieldProblems(emptyFields)).sort((a, b) => a.localeCompare(b))).toEqual([
      'address',
      'name',
      'user',
    ]);
    expect(fieldProblems({ ...filled, port: '70000' }).port).toBeDefined();
    expect(fieldProblems({ ...filled, address: 'ops@10.0.0.1' }).address).toBeDefined();
    expect(fieldProblems({ ...filled, method: 'key-file' }).keyFile).toBeDefined();
    expect(fieldProblems(filled)).toEqual({});
  });

  it('becomes a draft and comes back the same', () => {
    const draft = draftOf({ ...filled, method: 'key-file', keyFile: '~/.ssh/id_ed25519', port: '2222' });
    expect(draft).toMatchObject({
      address: '10.0.0.1',
      port: 2222,
      login: { method: 'key-file', path: '~/.ssh/id_ed25519' },
    });
    expect(draft && draftOf(fieldsOf(draft))).toEqual(draft);
  });
});
