import { describe, expect, it } from 'vitest';
import { certificate } from '../../test/support/certificates.ts';
import { changesOf, manualOf } from '../../test/support/control-table.ts';
import { factsOf, install, notKnown, open, setting, settings } from '../../test/support/facts.ts';
import type { CertificateDetail } from '../domain/certificate.ts';
import { catalog } from './catalog.ts';
import { securedTogether } from './securing.ts';

const answers = open['node-answers'];
const withData = factsOf(open, { 'node-answers': { ...answers, userIndices: 2 } });
const five = catalog.filter((one) => securedTogether.some((id) => id === one.words.id));
const [first] = five;
if (first === undefined) throw new Error('no control');

describe('securing with own certificates', () => {
  it('is one and the same change for all five controls of an open node with data', () => {
    expect(five).toHaveLength(5);
    const proposals = five.map((one) => changesOf(one, withData));
    for (const { changes } of proposals) expect(changes).toEqual(proposals[0]?.changes);
    for (const { fixedTogetherWith } of proposals) expect(fixedTogetherWith).toHaveLength(4);
    expect(proposals[0]?.changes).toEqual([
      {
        kind: 'es-own-certificates',
        install: open['es-install'],
        elasticPasswordRef: 'es/elastic',
        httpCaRef: 'es/http-ca',
        nodeKeyRef: 'es/node-key',
        storePasswordRef: 'es/node-store',
        authorityRef: 'pki/authority',
        keyType: 'p-256',
        form: 'pkcs12',
        names: ['node-1', '10.1.0.11', 'localhost', '127.0.0.1', '::1'],
        days: 730,
      },
    ]);
    expect(proposals[0]?.steps[0]).toMatch(/holds data \(2 indices\).*certificate of your own authority/s);
    expect(proposals[0]?.undo).toMatch(/disclosed/);
  });

  it.each([
    ['an old version', { 'es-install': { ...install, version: '7.17.29' } }, /came with 8\.0/],
    ['a master alone', { 'es-settings': settings(setting('node.roles', 'master')) }, /not master and data/],
    [
      'data that cannot be told',
      { 'node-answers': { ...answers, userIndices: undefined }, 'data-directories': [] },
      /could not be told/,
    ],
  ])('is chosen for %s, and says why', (_name, more, why) => {
    const proposal = changesOf(first, factsOf(open, more));
    expect(proposal.changes[0]?.kind).toBe('es-own-certificates');
    expect(proposal.steps[0]).toMatch(why);
  });

  it('takes the names and the kind of key that were chosen, and says whom they break', () => {
    const certificateNames = 'search.example, 10.1.0.11\nlocalhost 127.0.0.1 ::1';
    const proposal = changesOf(first, withData, { certificateNames, certificateKey: 'rsa-3072' });
    expect(proposal.changes[0]).toMatchObject({
      keyType: 'rsa-3072',
      names: ['search.example', '10.1.0.11', 'localhost', '127.0.0.1', '::1'],
    });
    expect(proposal.steps.join('\n')).toContain(
      'Refused will be who connects by node-1 (whoever uses the host name).',
    );
    expect(changesOf(first, withData).steps.join('\n')).not.toContain('Refused will be');
  });

  it('takes the certificate that another authority signed, when it is told to', () => {
    const proposal = changesOf(first, withData, { certificateFrom: 'brought' });
    expect(proposal.changes[0]).toMatchObject({ certificates: 'brought' });
    expect(proposal.steps.join(' ')).toMatch(/signed for it/);
    expect(changesOf(first, withData).changes[0]).not.toHaveProperty('certificates');
    expect(first.propose(withData, { certificateFrom: 'nobody' }).type).toBe('choices');
  });

  it.each([
    ['names that are none', { certificateNames: 'good.example b@d' }, /Neither.*b@d/],
    ['no names', { certificateNames: ' ' }, /./],
    ['another kind of key', { certificateKey: 'dsa' }, /./],
  ])('asks again for %s', (_name, choices, hint) => {
    const proposal = first.propose(withData, choices);
    expect(proposal.type).toBe('choices');
    if (proposal.type === 'choices') expect(proposal.choices[0]?.hint).toMatch(hint);
  });
});

describe('a node whose own set-up was switched off again', () => {
  const name = 'Elasticsearch security auto-configuration HTTP CA';
  const stores = settings(
    setting('xpack.security.enabled', 'false'),
    setting('xpack.security.http.ssl.keystore.path', 'certs/http.p12'),
    setting('xpack.security.transport.ssl.keystore.path', 'certs/transport.p12'),
    setting('xpack.security.transport.ssl.truststore.path', 'certs/transport.p12'),
  );
  const leftBeside = (path: string, ...certificates: readonly CertificateDetail[]) =>
    factsOf(open, {
      'es-settings': stores,
      'certificate-files': { pem: [{ path, certificates, unreadable: 0 }], keys: [], stores: [] },
    });
  const beside = `${install.pathConf}/certs/http_ca.crt`;

  it('gets it anew', () => {
    const { changes } = changesOf(first, leftBeside(beside, certificate(name, name)));
    expect(changes[0]?.kind).toBe('es-auto-configuration');
  });

  it.each([
    ['nothing beside them', factsOf(open, { 'es-settings': stores })],
    ['an authority of the operator’s', leftBeside(beside, certificate('Our CA', 'Our CA'))],
    ['a certificate of another authority under that name', leftBeside(beside, certificate(name, 'Our CA'))],
    ['that authority elsewhere', leftBeside('/root/http_ca.crt', certificate(name, name))],
    ['files that are not known', { ...leftBeside(beside), 'certificate-files': notKnown }],
  ])('is not told by the names of its stores alone: %s', (_name, facts) => {
    expect(manualOf(first, facts).reason).toMatch(/set up on this node before/);
  });
});
