import { expect, it } from 'vitest';
import {
  authority,
  certificate,
  certificateFiles,
  certs,
  leaf,
} from '../../../../test/support/certificates.ts';
import { changesOf, choicesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  type Changes,
  factsOf,
  failing,
  healthy,
  open,
  setting,
  without,
} from '../../../../test/support/facts.ts';
import { healthyHosts, withNode } from '../../../../test/support/topology.ts';
import type { YamlSettingFact } from '../../../domain/facts.ts';
import { joinTopology } from '../../../engine/topology/topology.ts';
import control from './control.ts';

const prefix = 'xpack.security.transport.ssl';
const authorities = `${prefix}.certificate_authorities`;
const old = certificate('Old authority', 'Old authority', { authority: true });
const place = { path: `${certs}/old.crt`, certificates: [old], unreadable: 0 };

function trusting(list: readonly YamlSettingFact[], changes: Changes = {}) {
  const others = healthy['es-settings'].settings.filter(({ key }) => key !== authorities);
  return factsOf(healthy, {
    'es-settings': { ...healthy['es-settings'], settings: [...others, ...list] },
    ...changes,
  });
}
const both = setting(authorities, 'certs/http_ca.crt,certs/old.crt', 12);
const withOld = { 'certificate-files': { ...certificateFiles, pem: [...certificateFiles.pem, place] } };
const stranger = trusting([both], withOld);
const bundle = trusting([setting(authorities, 'certs/http_ca.crt', 12)], {
  'certificate-files': {
    ...certificateFiles,
    pem: [{ path: `${certs}/http_ca.crt`, certificates: [authority, old], unreadable: 0 }],
  },
});
const unseen = joinTopology([...healthyHosts.slice(0, 2), withNode(3, { certificates: [] })]).clusterOf(
  'host-1',
);
if (!unseen) throw new Error('search-1 is in no cluster');

/** As the node lists a store: its own words for names. */
const inStore = (...subjects: readonly string[]): Changes => ({
  'node-answers': {
    ...healthy['node-answers'],
    certificates: [
      { ...listed('CN=node-1', leaf.serial), hasPrivateKey: true },
      ...subjects.map((subject) => listed(subject, 'ab')),
    ],
  },
});
function listed(subject: string, serial: string) {
  const { notAfter } = leaf;
  const issuer = 'O=Made,CN=Authority as Java writes it';
  return { path: 'certs/node.p12', alias: 'x', subject, issuer, serial, notAfter, hasPrivateKey: false };
}
const store = [setting(`${prefix}.truststore.path`, 'certs/node.p12', 12)];

controlTable(control, {
  pass: [
    { name: 'that of the cluster', facts: factsOf(healthy), says: /and no others/ },
    {
      name: 'in a store, as the node names it',
      facts: trusting(store, inStore('CN=Authority as Java writes it, O=Made')),
    },
  ],
  fail: [
    { name: 'one more', facts: stranger, says: /trusts CN=Old authority, which issued no/ },
    { name: 'one more in a bundle', facts: bundle },
    { name: 'one more in a store', facts: trusting(store, inStore('CN=Some other')), says: /CN=Some other/ },
    { name: 'those of Java', facts: trusting([]), says: /every one that Java ships/ },
  ],
  unknown: [
    {
      name: 'a file that was not read',
      facts: trusting([setting(authorities, 'certs/gone.crt', 12)]),
      says: /gone.crt/,
    },
    {
      name: 'a store without a login',
      facts: trusting(store, {
        'node-answers': { ...healthy['node-answers'], certificates: undefined },
      }),
      says: /to a login only/,
    },
    {
      name: 'another node may need it',
      facts: trusting([both], { ...withOld, topology: unseen }),
      says: /those of node-3 were not seen/,
    },
    {
      name: 'nobody listens',
      facts: factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], transport: 'closed' } }),
      says: /Start Elasticsearch/,
    },
    { name: 'not joined', facts: without(healthy, 'topology') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'certificate-files') }],
  'not-applicable': [{ name: 'in clear', facts: factsOf(open), says: /plain text/ }],
});

it('is no longer trusted once the operator says so, and its file stays', () => {
  expect(choicesOf(control, stranger).choices[0]).toMatchObject({ name: 'untrust', suggested: 'false' });
  expect(changesOf(control, stranger, { untrust: 'true' }).changes).toMatchObject([
    { kind: 'yaml-setting', edits: [{ op: 'set', key: authorities, value: ['certs/http_ca.crt'] }] },
    { kind: 'service-restart' },
  ]);
});

it('is left to the operator in a bundle, in a store, and where Java decides', () => {
  expect(manualOf(control, bundle).reason).toMatch(/one file with those that are/);
  expect(manualOf(control, trusting(store, inStore('CN=Some other'))).steps[1]).toMatch(/keytool/);
  expect(manualOf(control, trusting([])).reason).toMatch(/for you to say/);
});
