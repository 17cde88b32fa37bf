import { expect, it } from 'vitest';
import { layerTls } from '../../../../test/support/certificates.ts';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, open, setting, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

const key = 'xpack.security.http.ssl.client_authentication';

function stating(value: string | undefined, asks: boolean | undefined) {
  const { settings } = healthy['es-settings'];
  const others = settings.filter((one) => one.key !== key);
  return factsOf(healthy, {
    'es-settings': {
      ...healthy['es-settings'],
      settings: value === undefined ? others : [...others, setting(key, value, 20)],
    },
    'node-answers': {
      ...healthy['node-answers'],
      tls: { http: layerTls(undefined, { asksForCertificate: asks }) },
    },
  });
}

controlTable(control, {
  pass: [{ name: 'required', facts: stating('required', true), says: /must present/ }],
  fail: [
    { name: 'optional', facts: stating('optional', true), says: /lets those in that have none/ },
    { name: 'not restarted since', facts: stating('required', false), says: /not restarted/ },
  ],
  unknown: [
    { name: 'not seen at work', facts: stating('required', undefined), says: /Start Elasticsearch/ },
    { name: 'the file is closed', facts: without(healthy, 'es-settings') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'node-answers') }],
  'not-applicable': [
    { name: 'in clear', facts: factsOf(open), says: /plain text/ },
    { name: 'by default', facts: stating(undefined, false), says: /Only the strict profile/ },
    { name: 'none', facts: stating('none', false) },
  ],
});

it('says why it is not done by itself', () => {
  expect(manualOf(control, stating('optional', true)).reason).toMatch(/locked out/);
});
