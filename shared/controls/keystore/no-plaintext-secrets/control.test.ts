import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, install, open, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

const comment = {
  file: '/etc/x.yml',
  line: 9,
  name: 'elastic.password',
  keystoreName: undefined,
  where: 'comment' as const,
};
const tls = {
  file: '/opt/elasticsearch/config/elasticsearch.yml',
  line: 5,
  name: 'xpack.security.http.ssl.keystore.password',
  keystoreName: 'xpack.security.http.ssl.keystore.secure_password',
  where: 'elasticsearch.yml' as const,
};
const { unit: _, ...unitless } = install;

controlTable(control, {
  pass: [{ name: 'none', facts: factsOf(healthy) }],
  fail: [
    {
      name: 'in the settings',
      facts: factsOf(open),
      says: /1 secret stands in clear text in .*elasticsearch.yml/,
    },
    { name: 'in a remark', facts: factsOf(healthy, { 'plaintext-secrets': [comment] }) },
  ],
  unknown: [{ name: 'not readable', facts: without(healthy, 'plaintext-secrets') }],
  error: [{ name: 'broken', facts: failing(healthy, 'plaintext-secrets') }],
});

describe('propose', () => {
  it('moves what has a place in the keystore, and names the rest', () => {
    const facts = factsOf(open, { 'plaintext-secrets': [...open['plaintext-secrets'], comment] });
    const proposal = changesOf(control, facts);
    const key = 'xpack.security.authc.realms.ldap.l1.bind_password';
    const path = '/opt/elasticsearch/config/elasticsearch.yml';
    expect(proposal.changes).toEqual([
      {
        kind: 'keystore-entry',
        install: open['es-install'],
        set: [{ name: key.replace('bind', 'secure_bind'), value: { from: 'yaml-setting', path, key } }],
        remove: [],
        ensure: true,
      },
      { kind: 'yaml-setting', path, edits: [{ op: 'remove', key }], expects: 'a'.repeat(64) },
      { kind: 'service-restart', unit: 'elasticsearch.service', install: open['es-install'], rehearse: true },
    ]);
    expect(proposal.steps.join('\n')).toMatch(/By hand: Delete the remark.*line 9/);
    expect(proposal.steps.at(-1)).toMatch(/Change .*bind_password afterwards/);
  });

  it('is manual where the keystore has no place, or no unit restarts the node', () => {
    expect(manualOf(control, factsOf(healthy, { 'plaintext-secrets': [comment] })).steps.join()).toMatch(
      /line 9/,
    );
    expect(manualOf(control, factsOf(open, { 'es-install': unitless })).reason).toMatch(/systemd unit/);
  });

  it('leaves TLS passwords of an open node to its own set-up, which replaces them', () => {
    const facts = factsOf(open, { 'plaintext-secrets': [tls] });
    expect(changesOf(control, facts).changes[0]).toMatchObject({ kind: 'es-auto-configuration' });
    expect(changesOf(control, factsOf(healthy, { 'plaintext-secrets': [tls] })).changes[0]).toMatchObject({
      kind: 'keystore-entry',
    });
  });
});
