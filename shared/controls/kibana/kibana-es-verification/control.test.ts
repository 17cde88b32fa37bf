import { describe, expect, it } from 'vitest';
import { changesOf, choicesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, healthy } from '../../../../test/support/facts.ts';
import {
  brokenPart,
  failingKibana,
  kibana,
  kibanaFacts,
  notRead,
  safe,
  withYml,
  ymlOf,
} from '../../../../test/support/kibana.ts';
import type { Facts } from '../../../domain/facts.ts';
import control from './control.ts';

const mode = 'elasticsearch.ssl.verificationMode';
const hosts = 'elasticsearch.hosts';
const authorities = 'elasticsearch.ssl.certificateAuthorities';

controlTable(control, {
  pass: [
    { name: 'the default', facts: kibanaFacts() },
    { name: 'stated', facts: withYml({ [mode]: 'full' }) },
    { name: 'by the authorities of the system', facts: withYml({ [authorities]: undefined }) },
  ],
  fail: [
    { name: 'none', facts: withYml({ [mode]: 'none' }), says: /any certificate/ },
    { name: 'without the name', facts: withYml({ [mode]: 'certificate' }), says: /name is not compared/ },
    {
      name: 'plain',
      facts: withYml({ [hosts]: 'https://a:9200,http://b:9200' }),
      says: /plain HTTP to http:\/\/b/,
    },
    {
      name: 'plain, with a login in the address',
      facts: withYml({ [hosts]: 'https://a:9200,http://elastic:Canary-7d@b:9200' }),
      says: /plain HTTP to http:\/\/b:9200,/,
    },
    { name: 'nothing stated', facts: withYml({ [hosts]: undefined }), says: /http:\/\/localhost:9200/ },
    {
      name: 'in the keystore, which outranks kibana.yml',
      facts: withYml(
        { [mode]: 'full' },
        {
          keystore: {
            status: 'known',
            value: {
              path: '/k',
              exists: true,
              entries: [{ name: mode, values: ['none'], secretLike: false }],
              keys: [],
              digest: undefined,
            },
            where: 'x',
            at: '2026-01-02T03:04:05.000Z',
          },
        },
      ),
      says: /any certificate/,
    },
  ],
  unknown: [
    { name: 'another word', facts: withYml({ [mode]: 'ful' }), says: /does not know/ },
    { name: 'a variable', facts: withYml({ [hosts]: '${ES_URL}' }), says: /variable/ },
    {
      name: 'given twice',
      facts: kibanaFacts({ settings: ymlOf(safe, { duplicates: [hosts] }) }),
      says: /more than once/,
    },
    {
      name: 'an argument',
      facts: kibanaFacts({ overrides: ['--elasticsearch.hosts'] }),
      says: /command line/,
    },
    { name: 'a keystore with a password', facts: kibanaFacts({ keystore: notRead }), says: /root only/ },
    { name: 'kibana.yml not read', facts: kibanaFacts({ settings: notRead }) },
    { name: 'Kibana not found out', facts: { kibana: notRead } },
  ],
  error: [
    { name: 'broken', facts: failingKibana },
    { name: 'kibana.yml broken', facts: kibanaFacts({ settings: brokenPart }) },
  ],
});

describe('propose', () => {
  it('never takes a login out of an address into the plan', () => {
    for (const url of ['http://elastic:Canary-7d@localhost:9200', 'http://10.9.9.9,https://u:Canary@b']) {
      const facts: Facts = { ...factsOf(healthy), ...withYml({ [hosts]: url }) };
      expect(manualOf(control, facts).reason).toContain('holds a login');
      const said = JSON.stringify([control.evaluate(facts), control.propose(facts, {})]);
      expect(said).not.toContain('Canary');
    }
    const named = { ...factsOf(healthy), ...withYml({ [hosts]: 'http://kibana@10.9.9.9:9200' }) };
    expect(manualOf(control, named).reason).toContain('http://10.9.9.9:9200 speaks');
  });

  it('sets the mode, and leaves everything else', () => {
    expect(changesOf(control, withYml({ [mode]: 'none' })).changes).toEqual([
      {
        kind: 'kibana-setting',
        pathConf: kibana.pathConf,
        home: kibana.home,
        unit: 'kibana.service',
        expects: 'd'.repeat(64),
        edits: [{ op: 'set', key: mode, value: 'full' }],
        keystore: { set: [], remove: [] },
      },
    ]);
  });

  it('asks for the authority where none is named, and takes only a file that is there', () => {
    const facts = withYml({ [mode]: 'none', [authorities]: undefined });
    choicesOf(control, facts);
    choicesOf(control, facts, { authority: '/etc/kibana/elsewhere.pem' });
    expect(changesOf(control, facts, { authority: '/etc/kibana/ca.pem' }).changes).toMatchObject([
      { edits: [{ key: authorities, value: ['/etc/kibana/ca.pem'] }, { key: mode }] },
    ]);
  });

  it('writes https where the node of this host answers by TLS, and nowhere else', () => {
    const own = (url: string): Facts => ({ ...factsOf(healthy), ...withYml({ [hosts]: url }) });
    expect(changesOf(control, own('http://localhost:9200')).changes).toMatchObject([
      {
        edits: [
          { key: hosts, value: ['https://localhost:9200'] },
          { key: mode, value: 'full' },
        ],
      },
    ]);
    for (const url of ['http://10.9.9.9:9200', 'http://localhost:9201', 'http://es.example:9200'])
      manualOf(control, own(url));
    manualOf(control, withYml({ [hosts]: 'http://localhost:9200' }));
  });
});
