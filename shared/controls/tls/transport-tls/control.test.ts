import { controlTable } from '../../../../test/support/control-table.ts';
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

const lines = { 'es-settings': settings(setting('xpack.security.transport.ssl.enabled', 'true')) };

controlTable(control, {
  pass: [{ name: 'TLS', facts: factsOf(healthy), says: /speaks TLS/ }],
  fail: [
    { name: 'plain', facts: factsOf(open) },
    { name: 'plain, whatever the settings say', facts: factsOf(open, lines), says: /no effect/ },
    { name: 'stopped, not switched on', facts: factsOf(neverStarted) },
  ],
  unknown: [
    { name: 'stopped, switched on', facts: factsOf(neverStarted, lines) },
    {
      name: 'silent',
      facts: factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], transport: 'silent' } }),
    },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'settings broken', facts: failing(healthy, 'es-settings') }],
});
