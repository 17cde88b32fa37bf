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

const password = 'elasticsearch.password';
const clear = withYml({ [password]: '[secret]' });

controlTable(control, {
  pass: [
    { name: 'all stored', facts: kibanaFacts() },
    { name: 'no secret and no keystore', facts: withYml({}, { keystore: keystoreOf([]) }) },
    { name: 'a reference to a variable', facts: kibanaFacts({ settings: ymlOf({ [password]: '${PW}' }) }) },
    {
      name: 'an address with references',
      facts: withYml({ 'elasticsearch.hosts': 'https://${ES_USER}:${ES_PW}@b:9200' }),
    },
    {
      name: 'addresses without a password',
      facts: withYml({ 'elasticsearch.hosts': 'https://kibana@b:9200,https://[::1]:9200/x:y@z' }),
    },
  ],
  fail: [
    { name: 'in clear text', facts: clear, says: /1 secret stands.*elasticsearch\.password/ },
    {
      name: 'several',
      facts: withYml({ [password]: '[secret]', 'xpack.security.encryptionKey': '[secret]' }),
      says: /2 secrets stand/,
    },
    {
      name: 'stored and in clear text as well',
      facts: withYml({ [password]: '[secret]' }, { keystore: keystoreOf([secretEntry(password)]) }),
    },
    {
      name: 'in an address',
      facts: withYml({ 'elasticsearch.hosts': 'https://a:9200,https://elastic:Canary-7d@b:9200' }),
      says: /1 secret stands.*elasticsearch\.hosts/,
    },
    {
      name: 'an argument',
      facts: kibanaFacts({ overrides: ['--elasticsearch.password'] }),
      says: /argument/,
    },
  ],
  unknown: [
    { name: 'a keystore with a password', facts: kibanaFacts({ keystore: notRead }) },
    { name: 'not read', facts: kibanaFacts({ settings: notRead }) },
  ],
  error: [{ name: 'broken', facts: failingKibana }],
});

describe('propose', () => {
  it('leaves an address with a login to the operator', () => {
    const facts = withYml({ 'elasticsearch.hosts': 'https://elastic:Canary-7d@b:9200' });
    const { steps } = manualOf(control, facts);
    expect(steps[0]).toContain('Take user and password out of the addresses in elasticsearch.hosts');
    expect(JSON.stringify([control.evaluate(facts), steps])).not.toContain('Canary');
  });

  const value = (key: string) => ({ from: 'yaml-setting', path: '/etc/kibana/kibana.yml', key });

  it('moves what stands there', () => {
    expect(changesOf(control, clear).changes).toMatchObject([
      {
        edits: [{ op: 'remove', key: password }],
        keystore: { set: [{ name: password, value: value(password) }], remove: [] },
      },
    ]);
  });

  it('leaves the value that holds: the one in the keystore', () => {
    const facts = withYml({ [password]: '[secret]' }, { keystore: keystoreOf([secretEntry(password)]) });
    expect(changesOf(control, facts).changes).toMatchObject([
      { edits: [{ op: 'remove', key: password }], keystore: { set: [] } },
    ]);
  });

  it('leaves lists, and the password of the superuser, to others', () => {
    const list = 'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys';
    manualOf(
      control,
      kibanaFacts({
        settings: ymlOf(
          {},
          {
            settings: [{ key: list, value: '', values: ['[secret]', '[secret]'], line: 1, secretLike: true }],
          },
        ),
      }),
    );
    const elastic = withYml({ 'elasticsearch.username': 'elastic', [password]: '[secret]' });
    expect(manualOf(control, { ...factsOf(healthy), ...elastic }).steps[0]).toContain(
      'kibana-service-account',
    );
    manualOf(control, kibanaFacts({ overrides: ['--elasticsearch.password'] }));
  });
});
