import { describe, expect, it } from 'vitest';
import { authority, certificateFiles, certs, leaf } from '../../../../test/support/certificates.ts';
import { changesOf, choicesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing as failingFact,
  healthy,
  open,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import type { CertificateFiles, ListedCertificate } from '../../../domain/certificate.ts';
import type { Facts } from '../../../domain/facts.ts';
import control from './control.ts';

const answers = healthy['node-answers'];
const files = (more: Partial<CertificateFiles>) => ({
  'certificate-files': { ...certificateFiles, ...more },
});
const inStore: ListedCertificate = {
  path: 'certs/http.p12',
  alias: 'http_ca',
  subject: 'CN=Elasticsearch security auto-configuration HTTP CA',
  issuer: 'CN=Elasticsearch security auto-configuration HTTP CA',
  serial: 'b40d',
  hasPrivateKey: true,
  notAfter: '2029-11-20T20:59:10.000Z',
};
const store = {
  ...files({ keys: [], stores: [`${certs}/http.p12`] }),
  'es-settings': settings(setting('xpack.security.http.ssl.keystore.path', 'certs/http.p12')),
};
const listing = (...list: readonly ListedCertificate[]) => ({
  'node-answers': { ...answers, certificates: list },
});
const node = {
  ...inStore,
  alias: 'http',
  subject: 'CN=node-1',
  issuer: inStore.subject,
  serial: leaf.serial,
};

controlTable(control, {
  pass: [
    { name: 'only its own key', facts: factsOf(healthy), says: /own/ },
    {
      name: 'a store whose list has no other key',
      facts: factsOf(healthy, { ...store, ...listing(node, { ...inStore, hasPrivateKey: false }) }),
    },
  ],
  fail: [
    {
      name: 'a key file of an authority',
      facts: factsOf(healthy, files({ keys: [{ path: `${certs}/ca.key`, keyHash: authority.keyHash }] })),
      says: /ca\.key has the key of CN=Elasticsearch authority 1/,
    },
    {
      name: 'in the store of the set-up',
      facts: factsOf(healthy, { ...store, ...listing(node, inStore) }),
      says: /http\.p12/,
    },
    {
      name: 'an authority between',
      facts: factsOf(healthy, {
        ...store,
        ...listing({ ...node, serial: '7' }, { ...inStore, issuer: 'CN=Root' }),
      }),
    },
  ],
  unknown: [
    {
      name: 'a store without a login',
      facts: factsOf(healthy, { ...store, 'node-answers': { ...answers, certificates: undefined } }),
      says: /Give a login/,
    },
    {
      name: 'a store that nobody uses',
      facts: factsOf(healthy, files({ stores: ['/opt/elasticsearch/elastic-stack-ca.p12'] })),
      says: /may hold the key/,
    },
    {
      name: 'a key with a passphrase',
      facts: factsOf(healthy, files({ keys: [{ path: `${certs}/ca.key`, keyHash: undefined }] })),
      says: /could not be told/,
    },
    {
      name: 'a key that belongs to nothing here',
      facts: factsOf(healthy, files({ keys: [{ path: `${certs}/x.key`, keyHash: 'c'.repeat(64) }] })),
    },
    { name: 'files not read', facts: without(healthy, 'certificate-files') },
  ],
  'not-applicable': [{ name: 'no key at all', facts: factsOf(open), says: /No private key/ }],
  error: [{ name: 'files broken', facts: failingFact(healthy, 'certificate-files') }],
});

it('counts a certificate that stands for itself as the node’s own when it is the one that is served', () => {
  const own = { ...inStore, subject: 'CN=node-1', issuer: 'CN=node-1', serial: leaf.serial };
  expect(control.evaluate(factsOf(healthy, { ...store, ...listing(own) })).outcome).toBe('pass');
});

describe('taking the key off', () => {
  const failing = factsOf(healthy, { ...store, ...listing(node, inStore) });
  const change = {
    kind: 'es-authority-key',
    install: healthy['es-install'],
    store: `${certs}/http.p12`,
    authorityRef: 'es/http-authority',
  };
  const { topology } = healthy;
  const [first, ...more] = topology.cluster.nodes;
  const asking = (changed: Partial<typeof topology>) =>
    factsOf(healthy, { ...store, ...listing(node, inStore), topology: { ...topology, ...changed } });

  it('is one change where all nodes are in the workspace and nobody is there to join', () => {
    const proposal = changesOf(control, failing);
    expect(proposal.changes).toEqual([change]);
    expect(proposal.steps.join()).toMatch(/your vault.*No further node or Kibana can be enrolled/s);
    expect(proposal.undo).toMatch(/enrolling works again/);
  });

  it('asks whether enrolling is finished everywhere else', () => {
    const unsure = [
      asking({ otherHosts: 1 }),
      asking({
        cluster: {
          ...topology.cluster,
          nodes: first === undefined ? [] : [{ ...first, standing: 'not-in-workspace' }, ...more],
        },
      }),
      asking({ cluster: { ...topology.cluster, nodes: [] } }),
      without(healthy, 'topology'),
    ].map((facts) => ({ ...failing, topology: facts.topology }));
    for (const facts of unsure) {
      expect(choicesOf(control, facts as Facts).choices).toMatchObject([
        { name: 'enrollment', suggested: '' },
      ]);
      expect(changesOf(control, facts as Facts, { enrollment: 'off' }).changes).toEqual([change]);
    }
    expect(choicesOf(control, failing, { enrollment: 'on' }).choices).toHaveLength(1);
  });

  it('is left to people where the key is anywhere else than in the store of the HTTP certificate', () => {
    const file = { keys: [{ path: `${certs}/ca.key`, keyHash: authority.keyHash }] };
    const elsewhere = [
      factsOf(healthy, files(file)),
      factsOf(healthy, {
        ...store,
        ...files({ ...file, stores: [`${certs}/http.p12`] }),
        ...listing(node, inStore),
      }),
      factsOf(healthy, { ...store, ...listing(node, inStore, { ...inStore, path: 'certs/other.p12' }) }),
      factsOf(healthy, {
        ...store,
        ...listing(node, { ...inStore, path: 'certs/http.jks' }),
        'es-settings': settings(setting('xpack.security.http.ssl.keystore.path', 'certs/http.jks')),
      }),
    ];
    for (const facts of elsewhere) expect(manualOf(control, facts).reason).toMatch(/another store/);
  });
});
