import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, neverStarted, open, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

const asked = (changes: Partial<(typeof healthy)['node-answers']>) =>
  factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], ...changes } });
const clear = {
  file: '/etc/default/elasticsearch',
  line: 3,
  name: 'ELASTIC_PASSWORD',
  keystoreName: undefined,
  where: 'environment' as const,
};
const started = [{ path: '/opt/elasticsearch/data', empty: false, indices: 1, freeBytes: 1 }];

controlTable(control, {
  pass: [{ name: 'all refused, a right one accepted', facts: factsOf(healthy) }],
  fail: [
    { name: 'security off', facts: factsOf(open), says: /Security is off/ },
    { name: 'weak', facts: asked({ weakBuiltins: ['elastic'] }), says: /accepted for elastic/ },
    {
      name: 'weak, found without credential',
      facts: asked({ weakBuiltins: ['elastic', 'kibana_system'], authenticated: 'no-credential' }),
      says: /elastic and kibana_system/,
    },
    { name: 'in clear text', facts: factsOf(healthy, { 'plaintext-secrets': [clear] }), says: /clear text/ },
    { name: 'never started', facts: factsOf(neverStarted), says: /never set up/ },
  ],
  unknown: [
    {
      name: 'no credential: refusals prove nothing',
      facts: asked({ weakBuiltins: undefined, authenticated: 'no-credential' }),
      says: /a refusal proves nothing/,
    },
    {
      name: 'not ready',
      facts: asked({ weakBuiltins: undefined, authenticated: 'not-yet' }),
      says: /right passwords yet/,
    },
    { name: 'stopped', facts: factsOf(neverStarted, { 'data-directories': started }), says: /Start it/ },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'files broken', facts: failing(healthy, 'plaintext-secrets') }],
});

describe('propose', () => {
  it('gives weak users new passwords', () => {
    expect(changesOf(control, asked({ weakBuiltins: ['elastic', 'kibana_system'] })).changes).toMatchObject([
      {
        kind: 'es-password',
        users: [
          { name: 'elastic', ref: 'es/elastic' },
          { name: 'kibana_system', ref: 'es/kibana_system' },
        ],
      },
    ]);
  });

  it('leaves clear text elsewhere to the operator', () => {
    expect(manualOf(control, factsOf(healthy, { 'plaintext-secrets': [clear] })).steps.join()).toMatch(
      /ELASTIC_PASSWORD.*line 3/,
    );
  });
});
