import { expect, it } from 'vitest';
import { layerTls } from '../../../../test/support/certificates.ts';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  open,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import type { LayerTls } from '../../../domain/certificate.ts';
import control from './control.ts';

const answers = healthy['node-answers'];
const old = (answer: LayerTls['old']) => ({
  'node-answers': { ...answers, tls: { http: layerTls(undefined, { old: answer }), transport: layerTls() } },
});
const agreed = { version: 'TLS 1.1', suite: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA' };
const key = 'xpack.security.http.ssl.supported_protocols';

controlTable(control, {
  pass: [
    { name: 'refused', facts: factsOf(healthy), says: /HTTP and transport port refuses/ },
    {
      name: 'refused whatever the settings say',
      facts: factsOf(healthy, { 'es-settings': settings(setting(key, 'TLSv1.3,TLSv1.2,TLSv1.1')) }),
    },
  ],
  fail: [{ name: 'TLS 1.1', facts: factsOf(healthy, old(agreed)), says: /HTTP port agrees to TLS 1\.1/ }],
  unknown: [
    { name: 'no clear answer', facts: factsOf(healthy, old('unclear')), says: /could not be seen/ },
    {
      name: 'stopped',
      facts: factsOf(healthy, { 'node-answers': { ...answers, http: 'closed' as const, tls: {} } }),
    },
    { name: 'not asked', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'settings broken', facts: failing(healthy, 'es-settings') }],
  'not-applicable': [{ name: 'plain text', facts: factsOf(open), says: /No port/ }],
});

it('sets the line and restarts, or says that only the restart is missing', () => {
  expect(changesOf(control, factsOf(healthy, old(agreed))).changes).toMatchObject([
    { kind: 'yaml-setting', edits: [{ op: 'set', key, value: ['TLSv1.2', 'TLSv1.3'] }] },
    { kind: 'service-restart' },
  ]);
  const set = { ...old(agreed), 'es-settings': settings(setting(key, 'TLSv1.2,TLSv1.3')) };
  expect(manualOf(control, factsOf(healthy, set)).reason).toMatch(/not restarted/);
});
