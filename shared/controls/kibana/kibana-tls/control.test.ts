import { describe, expect, it } from 'vitest';
import { changesOf, choicesOf, controlTable } from '../../../../test/support/control-table.ts';
import { failingKibana, kibanaFacts, notRead, withYml } from '../../../../test/support/kibana.ts';
import control from './control.ts';

const off = { 'server.ssl.enabled': undefined };
const bare = { ...off, 'server.ssl.certificate': undefined, 'server.ssl.key': undefined };
const local = { ...off, 'server.host': undefined };

controlTable(control, {
  pass: [
    { name: 'a certificate of its own', facts: kibanaFacts() },
    {
      name: 'a store',
      facts: withYml({
        ...bare,
        'server.ssl.enabled': 'true',
        'server.ssl.keystore.path': '/etc/kibana/k.p12',
      }),
    },
    {
      name: 'a proxy on this host that is written down',
      facts: withYml({ ...local, 'server.publicBaseUrl': 'https://kibana.example' }),
      says: /proxy/,
    },
  ],
  fail: [
    { name: 'plain on the network', facts: withYml(off), says: /10\.1\.0\.20/ },
    {
      name: 'plain on the network whatever is said of it',
      facts: withYml({ ...off, 'server.publicBaseUrl': 'https://kibana.example' }),
    },
    { name: 'plain on every address', facts: withYml({ ...off, 'server.host': '0.0.0.0' }) },
    { name: 'a name that may be anybody’s', facts: withYml({ ...off, 'server.host': 'kibana-1' }) },
  ],
  unknown: [
    { name: 'this host alone, the default', facts: withYml(local), says: /recorded nowhere/ },
    { name: 'IPv6', facts: withYml({ ...off, 'server.host': '::1' }) },
    { name: 'a plain public address', facts: withYml({ ...local, 'server.publicBaseUrl': 'http://k' }) },
    {
      name: 'on without a certificate',
      facts: withYml({ 'server.ssl.certificate': undefined }),
      says: /does not start/,
    },
    { name: 'not read', facts: kibanaFacts({ settings: notRead }) },
  ],
  error: [{ name: 'broken', facts: failingKibana }],
});

describe('propose', () => {
  it('switches on what is there', () => {
    expect(changesOf(control, withYml(off)).changes).toMatchObject([
      { edits: [{ op: 'set', key: 'server.ssl.enabled', value: true }] },
    ]);
  });

  it('asks for certificate and key, and takes only files that are there', () => {
    const facts = withYml(bare);
    expect(choicesOf(control, facts).choices.map(({ name }) => name)).toEqual(['certificate', 'key']);
    choicesOf(control, facts, { certificate: '/etc/kibana/ca.pem', key: '/etc/kibana/none.key' });
    expect(
      changesOf(control, facts, { certificate: '/etc/kibana/ca.pem', key: '/etc/kibana/kibana.keystore' })
        .changes,
    ).toMatchObject([
      {
        edits: [
          { key: 'server.ssl.certificate', value: '/etc/kibana/ca.pem' },
          { key: 'server.ssl.key' },
          { key: 'server.ssl.enabled', value: true },
        ],
      },
    ]);
  });
});
