import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  known,
  neverStarted,
  open,
  without,
} from '../../../../test/support/facts.ts';
import { telling, withoutLogin } from '../../../../test/support/identities.ts';
import type { Facts } from '../../../domain/facts.ts';
import control from './control.ts';

const elastic = { name: 'elastic', enabled: true, reserved: true, roles: ['superuser'] };
const user = (name: string, role: string, enabled = true) => ({
  name,
  enabled,
  reserved: false,
  roles: [role],
});
const four = [elastic, ...['ada', 'bob', 'eve'].map((name) => user(name, 'superuser'))];
const key = { name: 'app', owner: 'elastic', expires: true, unlimited: true, everything: true };
const untold = { ...key, unlimited: undefined, everything: undefined };
const mapping = { name: 'm', enabled: true, byTemplate: false, roles: ['superuser'], everybody: false };
const twin = {
  count: 1,
  broad: [{ name: 'mighty', grants: ['cluster: all'], superuser: true }],
  names: ['superuser', 'mighty'],
};
const inFile = (facts: Facts): Facts => ({
  ...facts,
  'file-realm': known({
    path: '/c',
    users: [{ name: 'rescue', roles: ['superuser'] }],
    rolesOnly: [],
    rolesInFile: false,
  }),
});

controlTable(control, {
  pass: [
    { name: 'elastic alone', facts: factsOf(healthy), says: /1 user may do everything/ },
    {
      name: 'disabled ones do not count',
      facts: telling({ users: [...four.slice(0, 3), user('x', 'superuser', false)] }),
    },
    {
      name: 'a key with limits',
      facts: telling({ apiKeys: [{ ...key, unlimited: false, everything: false }] }),
    },
    {
      name: 'a key of somebody with limits, on a version that tells none',
      facts: telling({ apiKeys: [{ ...untold, owner: 'kibana_system' }] }),
    },
    {
      name: 'a mapping for some',
      facts: telling({ mappings: [mapping] }),
    },
  ],
  fail: [
    { name: 'too many', facts: telling({ users: four }), says: /4 users/ },
    {
      name: 'one too many by a role that equals it, one in the file realm',
      facts: inFile(telling({ users: [elastic, user('ada', 'mighty'), user('bob', 'mighty')], roles: twin })),
      says: /4 users/,
    },
    {
      name: 'everybody',
      facts: telling({ mappings: [{ ...mapping, everybody: true }] }),
      says: /role mapping m makes everybody one/,
    },
    { name: 'a key', facts: telling({ apiKeys: [key] }), says: /1 API key has all rights/ },
    {
      name: 'a key of one who is disabled',
      facts: telling({ users: [{ ...elastic, enabled: false }], apiKeys: [key] }),
      says: /1 API key/,
    },
  ],
  'not-applicable': [{ name: 'security is off', facts: factsOf(open), says: /Security is off/ }],
  unknown: [
    { name: 'no login', facts: withoutLogin, says: /Give Bulwark a login/ },
    { name: 'a login that may not', facts: telling({ users: undefined }), says: /may not read/ },
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
    {
      name: 'a version that does not tell limits',
      facts: telling({ apiKeys: [untold] }),
      says: /what 1 API key may do is not told/,
    },
    {
      name: 'a key of somebody in another realm, limits not told',
      facts: telling({ apiKeys: [{ ...untold, owner: 'eve@corp' }] }),
      says: /1 API key/,
    },
    {
      name: 'a role that the node does not tell, as those of roles.yml',
      facts: telling({ users: [elastic, user('ada', 'god')] }),
      says: /role god is given/,
    },
    {
      name: 'such a role by a mapping',
      facts: telling({ mappings: [{ ...mapping, roles: ['god'] }] }),
      says: /role god is given/,
    },
    {
      name: 'a mapping whose roles are worked out later',
      facts: telling({ mappings: [{ ...mapping, roles: [], byTemplate: true }] }),
      says: /role mapping m works out/,
    },
    { name: 'the file realm could not be read', facts: without(healthy, 'file-realm') },
  ],
  error: [{ name: 'asking broke', facts: failing(healthy, 'node-answers') }],
});

it('leaves it to the operator who loses them', () =>
  expect(manualOf(control, telling({ users: four })).steps.join(' ')).toMatch(/nobody can disable himself/));
