import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, neverStarted, open, without } from '../../../../test/support/facts.ts';
import { telling, withoutLogin } from '../../../../test/support/identities.ts';
import control from './control.ts';

const names = ['superuser', 'mighty'];
const mighty = { name: 'mighty', grants: ['cluster: all', 'indices *: all'], superuser: true };

controlTable(control, {
  pass: [
    { name: 'none', facts: factsOf(healthy), says: /0 roles of your own/ },
    { name: 'narrow ones', facts: telling({ roles: { count: 4, broad: [], names } }) },
  ],
  fail: [
    {
      name: 'a second superuser',
      facts: telling({ roles: { count: 2, broad: [mighty], names } }),
      says: /mighty/,
    },
  ],
  'not-applicable': [{ name: 'security is off', facts: factsOf(open), says: /Security is off/ }],
  unknown: [
    { name: 'no login', facts: withoutLogin, says: /Give Bulwark a login/ },
    { name: 'a login that may not', facts: telling({ roles: undefined }), says: /may not read/ },
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
    {
      name: 'more of them in roles.yml',
      facts: factsOf(healthy, { 'file-realm': { ...healthy['file-realm'], rolesInFile: true } }),
      says: /roles\.yml in .* defines more/,
    },
    { name: 'roles.yml could not be read', facts: without(healthy, 'file-realm') },
  ],
  error: [{ name: 'asking broke', facts: failing(healthy, 'node-answers') }],
});

it('names the privileges that are too many', () =>
  expect(manualOf(control, telling({ roles: { count: 2, broad: [mighty], names } })).steps).toEqual([
    expect.stringMatching(/role mighty replace cluster: all; indices \*: all by/),
  ]));
