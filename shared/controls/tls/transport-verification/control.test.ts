import { expect, it } from 'vitest';
import { layerTls } from '../../../../test/support/certificates.ts';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  install,
  open,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const answers = healthy['node-answers'];
const transport = (asksForCertificate: boolean | undefined) => ({
  'node-answers': { ...answers, tls: { transport: layerTls(undefined, { asksForCertificate }) } },
});
const key = 'xpack.security.transport.ssl';
const none = { 'es-settings': settings(setting(`${key}.verification_mode`, 'none')) };

controlTable(control, {
  pass: [
    { name: 'certificate', facts: factsOf(healthy) },
    { name: 'by the defaults', facts: factsOf(healthy, { 'es-settings': settings() }) },
  ],
  fail: [
    { name: 'none', facts: factsOf(healthy, none), says: /verification_mode is none/ },
    {
      name: 'optional',
      facts: factsOf(healthy, {
        'es-settings': settings(setting(`${key}.client_authentication`, 'optional')),
      }),
      says: /is optional/,
    },
    {
      name: 'in a profile',
      facts: factsOf(healthy, {
        'es-settings': settings(
          setting('transport.profiles.dmz.xpack.security.ssl.verification_mode', 'none'),
        ),
      }),
      says: /profiles\.dmz/,
    },
    { name: 'not asked for on the port', facts: factsOf(healthy, transport(false)), says: /not restarted/ },
  ],
  unknown: [
    { name: 'not seen', facts: factsOf(healthy, transport(undefined)), says: /could not be seen/ },
    { name: 'not asked', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'settings broken', facts: failing(healthy, 'es-settings') }],
  'not-applicable': [{ name: 'plain text', facts: factsOf(open), says: /plain text/ }],
});

it('sets the line and restarts', () => {
  const { changes } = changesOf(control, factsOf(healthy, none));
  expect(changes).toMatchObject([
    { kind: 'yaml-setting', edits: [{ op: 'set', key: `${key}.verification_mode`, value: 'certificate' }] },
    { kind: 'service-restart', rehearse: true },
  ]);
  expect(changesOf(control, factsOf(healthy, transport(false))).changes).toMatchObject([
    { kind: 'service-restart' },
  ]);
});

it('edits no link and restarts nothing that no unit starts', () => {
  const link = { 'es-settings': { ...none['es-settings'], symlink: true } };
  expect(manualOf(control, factsOf(healthy, link)).reason).toMatch(/link/);
  const { unit: _unit, ...bare } = install;
  expect(
    manualOf(control, factsOf(healthy, { ...none, 'es-install': { ...bare, unit: undefined } })).reason,
  ).toMatch(/unit/);
});
