import { expect, it } from 'vitest';
import {
  authority,
  certificate,
  certificateFiles,
  certs,
  layerTls,
} from '../../test/support/certificates.ts';
import { changesOf, choicesOf, manualOf } from '../../test/support/control-table.ts';
import { factsOf, file, healthy, setting, settings } from '../../test/support/facts.ts';
import type { CertificateDetail } from '../domain/certificate.ts';
import control from './tls/certificate-expiry/control.ts';

const answers = healthy['node-answers'];
const ours = certificate('Elasticsearch authority 1a2b', 'Elasticsearch authority 1a2b', {
  ...authority,
  subject: 'CN=Elasticsearch authority 1a2b, O=Bulwark',
  issuer: 'CN=Elasticsearch authority 1a2b, O=Bulwark',
});
const old: CertificateDetail = {
  ...certificate('node-1', 'x', {
    notAfter: '2026-01-09T00:00:00.000Z',
    dnsNames: ['node-1', 'search.example'],
  }),
  issuer: ours.subject,
  issuerHash: ours.subjectHash,
};
const on = [
  setting('xpack.security.http.ssl.enabled', 'true'),
  setting('xpack.security.transport.ssl.enabled', 'true'),
];
const inStore = [
  setting('xpack.security.http.ssl.keystore.path', 'certs/node.p12'),
  setting('xpack.security.transport.ssl.keystore.path', 'certs/node.p12'),
];
const inFiles = ['http', 'transport'].flatMap((layer) => [
  setting(`xpack.security.${layer}.ssl.key`, 'certs/node.key'),
  setting(`xpack.security.${layer}.ssl.certificate`, `${certs}/node.crt`),
]);
const placed = [
  file(`${certs}/node.p12`, '660'),
  file(`${certs}/node.key`, '644'),
  file(`${certs}/node.crt`, '660'),
];

function facts(
  lines: readonly ReturnType<typeof setting>[],
  chain: readonly CertificateDetail[] = [old, ours],
  files = placed,
) {
  return factsOf(healthy, {
    'node-answers': {
      ...answers,
      tls: { http: layerTls(chain), transport: layerTls(chain) },
      certificates: undefined,
    },
    'certificate-files': { ...certificateFiles, pem: [] },
    'es-settings': settings(...on, ...lines),
    'es-files': files,
  });
}

/** With no other names than the host itself tells. */
const plain: CertificateDetail = { ...old, dnsNames: ['node-1'] };

it('asks before it issues for a name that only the certificate of the node tells', () => {
  const greedy = { ...old, dnsNames: ['node-1', 'node-2', '*.corp'] };
  const asked = choicesOf(control, facts(inStore, [greedy, ours]));
  const [names, others] = asked.choices;
  expect(names?.suggested).not.toMatch(/node-2|corp/);
  expect(others).toMatchObject({ name: 'otherNames', type: 'boolean', suggested: 'false' });
  expect(others?.label).toBe('Also for node-2 and *.corp');
  expect(others?.hint).toMatch(/Not confirmed/);
  expect(asked.steps.join(' ')).toMatch(/Left out.*node-2 and \*\.corp/);
  for (const [answer, has] of [
    ['true', true],
    ['false', false],
  ] as const) {
    const { changes } = changesOf(control, facts(inStore, [greedy, ours]), { otherNames: answer });
    expect(JSON.stringify(changes).includes('*.corp')).toBe(has);
  }
  const { changes } = changesOf(control, facts(inStore, [greedy, ours]), { certificateNames: 'node-1' });
  expect(changes).toMatchObject([{ names: ['node-1'] }]);
  expect(changesOf(control, facts(inStore, [plain, ours])).changes).toHaveLength(1);
});

it('exchanges one store for both ports, and keeps every name of today', () => {
  const { changes, steps } = changesOf(control, facts(inStore), { otherNames: 'true' });
  expect(changes).toHaveLength(1);
  expect(changes[0]).toMatchObject({
    kind: 'certificate-install',
    use: 'transport',
    files: {
      form: 'pkcs12',
      store: { path: `${certs}/node.p12`, owner: 'elasticsearch', group: 'elasticsearch', mode: '0660' },
      password: { ref: 'es/node-store' },
    },
    issue: { authorityRef: 'pki/authority', keyType: 'p-256', issuerName: ours.subject },
    served: { port: 9200 },
  });
  const [change] = changes;
  expect(change?.kind === 'certificate-install' && change.names).toEqual(
    expect.arrayContaining(['node-1', 'search.example', '10.1.0.11', 'localhost', '127.0.0.1', '::1']),
  );
  expect(steps.join(' ')).not.toMatch(/Refused/);
});

it('exchanges PEM files, and closes a key that others may read', () => {
  const { changes } = changesOf(control, facts(inFiles, [plain, ours]));
  expect(changes).toMatchObject([
    {
      files: {
        form: 'pem',
        key: { path: `${certs}/node.key`, mode: '0640' },
        certificate: { path: `${certs}/node.crt`, mode: '0660' },
      },
    },
  ]);
});

it('says whom a shorter list of names refuses, and asks again for one that is none', () => {
  const { steps } = changesOf(control, facts(inStore), { certificateNames: 'node-1' });
  expect(steps.join(' ')).toMatch(/Refused will be who connects by .*10\.1\.0\.11/);
  expect(choicesOf(control, facts(inStore), { certificateNames: 'node 1, _x_' }).choices).toHaveLength(3);
  expect(
    choicesOf(control, facts(inStore, [plain, ours]), { certificateKey: 'rsa-1024' }).choices,
  ).toHaveLength(2);
  expect(
    changesOf(control, facts(inStore, [plain, ours]), { certificateKey: 'rsa-3072' }).changes,
  ).toMatchObject([{ issue: { keyType: 'rsa-3072' } }]);
});

it('leaves alone what it cannot write or could not issue', () => {
  const theirs = [setting('xpack.security.http.ssl.keystore.path', 'certs/theirs.p12')];
  expect(manualOf(control, facts(theirs)).reason).toMatch(/password of .*theirs\.p12 is not in your vault/);
  expect(manualOf(control, facts(inFiles, undefined, [])).reason).toMatch(/could not be told/);
  const link = placed.map((one) => ({ ...one, type: 'symlink' as const }));
  expect(manualOf(control, facts(inFiles, undefined, link)).reason).toMatch(/links/);
  const dying = { ...ours, notAfter: '2026-02-01T00:00:00.000Z' };
  expect(manualOf(control, facts(inStore, [old, dying])).reason).toMatch(/authority itself ends soon/);
});
