import { expect, it } from 'vitest';
import { changesOf, controlTable } from '../../../../test/support/control-table.ts';
import {
  failingKibana,
  key,
  keystoreOf,
  kibanaFacts,
  notRead,
  ymlOf,
} from '../../../../test/support/kibana.ts';
import control from './control.ts';

const name = 'xpack.security.encryptionKey';
const none = kibanaFacts({ keystore: keystoreOf([]) });

controlTable(control, {
  pass: [{ name: 'in the keystore', facts: kibanaFacts() }],
  fail: [
    { name: 'none', facts: none, says: /no key for sessions/ },
    {
      name: 'in clear text',
      facts: kibanaFacts({
        keystore: keystoreOf([]),
        settings: ymlOf({ [name]: '[secret]' }, { keys: [key(name)] }),
      }),
    },
  ],
  unknown: [{ name: 'not read', facts: kibanaFacts({ keystore: notRead }) }],
  error: [{ name: 'broken', facts: failingKibana }],
});

it('makes a key of its own kind', () => {
  expect(changesOf(control, none).changes).toMatchObject([
    { keystore: { set: [{ name, value: { from: 'generate', ref: `shared/kibana/${name}` } }] } },
  ]);
});
