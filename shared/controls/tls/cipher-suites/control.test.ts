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
const http = (more: Partial<LayerTls>) => ({
  'node-answers': { ...answers, tls: { http: layerTls(undefined, more), transport: layerTls() } },
});
const agreed = { version: 'TLS 1.2', suite: 'TLS_RSA_WITH_3DES_EDE_CBC_SHA' };
const poor = { version: 'TLS 1.2', suite: 'TLS_RSA_WITH_AES_128_CBC_SHA' };
const key = 'xpack.security.http.ssl.cipher_suites';

controlTable(control, {
  pass: [
    { name: 'refused', facts: factsOf(healthy), says: /refuses every broken suite/ },
    { name: 'TLS 1.3 only', facts: factsOf(healthy, http({ current: 'refused' })) },
  ],
  fail: [
    { name: '3DES', facts: factsOf(healthy, http({ weak: agreed })), says: /3DES/ },
    {
      name: 'no strong one',
      facts: factsOf(healthy, http({ current: poor })),
      says: /HTTP port chooses TLS_RSA_WITH_AES_128_CBC_SHA/,
    },
  ],
  unknown: [
    {
      name: 'no clear answer',
      facts: factsOf(healthy, http({ weak: 'unclear' })),
      says: /could not be seen/,
    },
    { name: 'nothing of the others', facts: factsOf(healthy, http({ current: 'unclear' })) },
    {
      name: 'stopped',
      facts: factsOf(healthy, { 'node-answers': { ...answers, transport: 'closed' as const } }),
    },
    { name: 'not asked', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'settings broken', facts: failing(healthy, 'es-settings') }],
  'not-applicable': [{ name: 'plain text', facts: factsOf(open), says: /No port/ }],
});

it('takes the line out and restarts; a weak Java is nobody’s line', () => {
  const stated = { ...http({ weak: agreed }), 'es-settings': settings(setting(key, agreed.suite)) };
  expect(changesOf(control, factsOf(healthy, stated)).changes).toMatchObject([
    { kind: 'yaml-setting', edits: [{ op: 'remove', key }] },
    { kind: 'service-restart' },
  ]);
  expect(manualOf(control, factsOf(healthy, http({ weak: agreed }))).reason).toMatch(/Java/);
  const narrowed = { ...http({ current: poor }), 'es-settings': settings(setting(key, poor.suite)) };
  expect(changesOf(control, factsOf(healthy, narrowed)).changes).toMatchObject([
    { kind: 'yaml-setting', edits: [{ op: 'remove', key }] },
    { kind: 'service-restart' },
  ]);
});
