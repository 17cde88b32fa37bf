import { expect, it } from 'vitest';
import { changesOf, controlTable } from '../../../../test/support/control-table.ts';
import { failingKibana, kibanaFacts, notRead, withYml } from '../../../../test/support/kibana.ts';
import control from './control.ts';

const key = 'xpack.security.session.lifespan';

controlTable(control, {
  pass: [
    { name: 'the default from 8.0', facts: kibanaFacts() },
    { name: 'a day', facts: withYml({ [key]: '1d' }) },
  ],
  fail: [
    { name: 'the default of 7', facts: kibanaFacts({ version: '7.17.29' }), says: /never end/ },
    { name: 'a year', facts: withYml({ [key]: '1Y' }), says: /later than 30d/ },
  ],
  unknown: [{ name: 'not read', facts: kibanaFacts({ settings: notRead }) }],
  error: [{ name: 'broken', facts: failingKibana }],
});

it('sets thirty days', () => {
  expect(changesOf(control, withYml({ [key]: '1Y' })).changes).toMatchObject([
    { edits: [{ op: 'set', key, value: '30d' }] },
  ]);
});
