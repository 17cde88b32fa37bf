import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, neverStarted, open, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

const answers = healthy['node-answers'];
const half = factsOf(healthy, { 'node-answers': { ...answers, http: 'clear' } });

controlTable(control, {
  pass: [{ name: 'asks over TLS', facts: factsOf(healthy), says: /TLS only/ }],
  fail: [{ name: 'asks in clear', facts: half, says: /plain HTTP/ }],
  'not-applicable': [{ name: 'open', facts: factsOf(open), says: /Security is off/ }],
  unknown: [
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    {
      name: 'silent port',
      facts: factsOf(healthy, {
        'node-answers': { ...answers, http: 'silent', securityEnabled: undefined, anonymous: 'not-asked' },
      }),
      says: /no clear answer/,
    },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'asking broke', facts: failing(healthy, 'node-answers') }],
});

it('goes away with HTTP TLS, and says that the passwords count as disclosed', () => {
  const proposal = manualOf(control, half);
  expect(proposal.settledBy).toBe('http-tls');
  expect(proposal.steps.join(' ')).toMatch(/disclosed/);
});
