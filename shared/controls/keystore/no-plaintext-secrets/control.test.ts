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
    expect(proposal.steps.at(-1)).toMatch(/Change .*bind_password and elastic.password afterwards/);
  });

  it('says of each place what to do by hand, and that all of them have to be changed', () => {
    const at = (where: 'jvm-options' | 'environment' | 'unit', name: string, keystoreName?: string) => ({
      file: `/etc/${where}`,
      line: 3,
      name,
      keystoreName,
      where,
    });
    const others = [
      at('jvm-options', 'javax.net.ssl.trustStorePassword'),
      at('environment', 'LDAP_PASSWORD'),
      at('unit', 'ELASTIC_PASSWORD'),
      at('unit', 'x.ssl.keystore.password', 'x.ssl.keystore.secure_password'),
    ];
    const byHand = manualOf(control, factsOf(healthy, { 'plaintext-secrets': others })).steps;
    expect(byHand).toHaveLength(5);
    for (const [index, says] of [/Java alone/, /\$\{NAME\}/, /LoadCredential/, /add x\.ssl/].entries())
      expect(byHand[index]).toMatch(says);
    const moved = changesOf(
      control,
      factsOf(open, { 'plaintext-secrets': [...open['plaintext-secrets'], ...others.slice(0, 2)] }),
    );
    expect(moved.steps.at(-1)).toMatch(/bind_password, javax.*LDAP_PASSWORD afterwards/);
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
