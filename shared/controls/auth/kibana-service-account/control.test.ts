import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, healthy } from '../../../../test/support/facts.ts';
import {
  failingKibana,
  keystoreOf,
  kibanaFacts,
  notRead,
  secretEntry,
  withYml,
  ymlOf,
} from '../../../../test/support/kibana.ts';
import control from './control.ts';

const user = 'elasticsearch.username';
const password = 'elasticsearch.password';
const token = 'elasticsearch.serviceAccountToken';
const empty = { keystore: keystoreOf([]) };
const login = (name: string) => withYml({ [user]: name, [password]: '[secret]' }, empty);

controlTable(control, {
  pass: [
    {
      name: 'a password from a variable',
      facts: kibanaFacts({
        keystore: keystoreOf([]),
        settings: ymlOf(
          {},
          {
            settings: [
              {
                key: 'elasticsearch.username',
                value: 'kibana_system',
                values: ['kibana_system'],
                line: 1,
                secretLike: false,
              },
              { key: 'elasticsearch.password', value: '${PW}', values: ['${PW}'], line: 2, secretLike: true },
            ],
          },
        ),
      }),
    },
    { name: 'a token in the keystore', facts: kibanaFacts() },
    { name: 'a token in kibana.yml', facts: withYml({ [token]: '[secret]' }, empty) },
    { name: 'kibana_system', facts: login('kibana_system') },
    { name: 'kibana', facts: login('kibana'), says: /older name/ },
    {
      name: 'its password in the keystore',
      facts: withYml({ [user]: 'kibana_system' }, { keystore: keystoreOf([secretEntry(password)]) }),
    },
  ],
  fail: [
    { name: 'the superuser', facts: login('elastic'), says: /superuser/ },
    { name: 'somebody', facts: login('joe'), says: /as joe/ },
    { name: 'nobody', facts: withYml({}, empty), says: /no login/ },
    { name: 'no password', facts: withYml({ [user]: 'kibana_system' }, empty), says: /without a password/ },
    { name: 'both', facts: withYml({ [user]: 'kibana_system', [password]: '[secret]' }), says: /both/ },
  ],
  unknown: [
    { name: 'a keystore with a password', facts: withYml({ [token]: '[secret]' }, { keystore: notRead }) },
    { name: 'not read', facts: kibanaFacts({ settings: notRead }) },
    {
      name: 'a variable',
      facts: withYml({ [user]: '${WHO}', [password]: '[secret]' }, empty),
      says: /variable/,
    },
  ],
  error: [{ name: 'broken', facts: failingKibana }],
});

describe('propose', () => {
  it('leaves the token where there is a user as well', () => {
    const facts = withYml({ [user]: 'kibana_system', [password]: '[secret]' });
    expect(changesOf(control, facts).changes).toMatchObject([
      {
        edits: [
          { op: 'remove', key: user },
          { op: 'remove', key: password },
        ],
        keystore: { set: [], remove: [] },
      },
    ]);
  });

  it('takes the password of kibana_system out of the vault beside the node', () => {
    expect(changesOf(control, { ...factsOf(healthy), ...login('elastic') }).changes).toMatchObject([
      {
        edits: [
          { op: 'set', key: user, value: 'kibana_system' },
          { op: 'remove', key: password },
        ],
        keystore: { set: [{ name: password, value: { from: 'vault', ref: 'es/kibana_system' } }] },
      },
    ]);
  });

  it('says how to make a token elsewhere', () => {
    expect(manualOf(control, login('elastic')).steps.join()).toContain('kibana-keystore add');
    manualOf(control, withYml({}, empty));
  });
});
