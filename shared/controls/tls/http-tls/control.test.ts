import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  neverStarted,
  open,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const lines = {
  'es-settings': settings(
    setting('xpack.security.enabled', 'false'),
    setting('xpack.security.http.ssl.enabled', 'true'),
  ),
};
const half = { ...healthy['node-answers'], http: 'clear' as const };

controlTable(control, {
  pass: [{ name: 'TLS', facts: factsOf(healthy), says: /refuses plain HTTP/ }],
  fail: [
    { name: 'plain', facts: factsOf(open), says: /plain text/ },
    { name: 'plain, whatever the settings say', facts: factsOf(open, lines), says: /no effect/ },
    { name: 'half-secured', facts: factsOf(healthy, { 'node-answers': half, 'es-settings': settings() }) },
    { name: 'stopped, not switched on', facts: factsOf(neverStarted) },
  ],
  unknown: [
    { name: 'stopped, switched on', facts: factsOf(neverStarted, lines), says: /could not be seen/ },
    {
      name: 'silent',
      facts: factsOf(healthy, { 'node-answers': { ...half, http: 'silent' } }),
      says: /filter/,
    },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'settings broken', facts: failing(healthy, 'es-settings') }],
});

it('touches nothing on a half-secured node', () => {
  expect(manualOf(control, factsOf(healthy, { 'node-answers': half })).reason).toMatch(
    /already asks for passwords.*Nothing was changed/,
  );
});
