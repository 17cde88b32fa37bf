import { expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, neverStarted, open, without } from '../../../../test/support/facts.ts';
import { telling, withoutLogin } from '../../../../test/support/identities.ts';
import control from './control.ts';

controlTable(control, {
  pass: [{ name: 'stored', facts: factsOf(healthy), says: /no password any more/ }],
  fail: [{ name: 'none stored', facts: telling({ elasticStored: false }), says: /accepts the seed/ }],
  'not-applicable': [{ name: 'security is off', facts: factsOf(open), says: /Security is off/ }],
  unknown: [
    { name: 'no login', facts: withoutLogin, says: /Give Bulwark a login/ },
    { name: 'a login that may not', facts: telling({ elasticStored: undefined }), says: /may not read/ },
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'asking broke', facts: failing(healthy, 'node-answers') }],
});

it('gives elastic a password', () =>
  expect(changesOf(control, telling({ elasticStored: false })).changes).toMatchObject([
    {
      kind: 'es-password',
      users: [{ name: 'elastic', ref: 'es/elastic', length: 24, rotate: 'retire-seed', keep: true }],
    },
  ]));

it('leaves it to people where each host would set another one', () => {
  const facts = telling({ elasticStored: false });
  const answers = { ...healthy['node-answers'], nodeCount: 3 };
  expect(manualOf(control, { ...facts, ...factsOf(healthy, { 'node-answers': answers }) }).reason).toMatch(
    /cluster of 3 nodes/,
  );
});
