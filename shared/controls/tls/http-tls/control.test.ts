import { expect, it } from 'vitest';
import { certificate } from '../../../../test/support/certificates.ts';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
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

it('touches nothing on a half-secured node that has certificates of its own', () => {
  expect(manualOf(control, factsOf(healthy, { 'node-answers': half })).reason).toMatch(
    /set up on this node before.*Nothing was changed/,
  );
});

it.each([
  ['its own seed, for all that is known', { authenticated: 'no-credential', weakBuiltins: undefined }],
  ['a login', { authenticated: 'yes', weakBuiltins: [] }],
] as const)('gives a half-secured node certificates that is opened by %s', (_, more) => {
  const facts = factsOf(healthy, {
    'node-answers': { ...half, ...more },
    'es-settings': settings(),
    keystore: { ...healthy.keystore, passwordProtected: false },
  });
  const { changes, undo } = changesOf(control, facts);
  expect(changes).toMatchObject([{ kind: 'es-own-certificates', asksAlready: true }]);
  expect(undo).toMatch(/plain HTTP again.*stays in your vault/);
});

it('goes on where the set-up of Elasticsearch was switched off, and leaves certificates of others alone', () => {
  const store = (path: string) =>
    settings(
      setting('xpack.security.enabled', 'false'),
      setting('xpack.security.http.ssl.enabled', 'true'),
      setting('xpack.security.http.ssl.keystore.path', path),
    );
  const answers = { ...open['node-answers'], userIndices: 2 };
  const name = 'Elasticsearch security auto-configuration HTTP CA';
  const path = `${open['es-install']?.pathConf ?? ''}/certs/http_ca.crt`;
  const pem = [{ path, certificates: [certificate(name, name)], unreadable: 0 }];
  const left = { 'certificate-files': { pem, keys: [], stores: [] } };
  const facts = (at: string) => factsOf(open, { ...left, 'node-answers': answers, 'es-settings': store(at) });
  expect(changesOf(control, facts('certs/http.p12')).changes).toMatchObject([
    { kind: 'es-own-certificates' },
  ]);
  const empty = factsOf(open, { ...left, 'es-settings': store('certs/http.p12') });
  expect(changesOf(control, empty).changes[0]).toMatchObject({ kind: 'es-auto-configuration' });
  expect(manualOf(control, facts('certs/theirs.p12')).reason).toMatch(/set up on this node before/);
});
