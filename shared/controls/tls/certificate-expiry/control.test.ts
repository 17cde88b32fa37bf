import { expect, it } from 'vitest';
import {
  authority,
  certificate,
  certificateFiles,
  layerTls,
  leaf,
} from '../../../../test/support/certificates.ts';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  open,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import type { CertificateDetail } from '../../../domain/certificate.ts';
import control from './control.ts';

const answers = healthy['node-answers'];
/** The facts were read on the second of January 2026. */
const ending = (notAfter: string, more: Partial<CertificateDetail> = {}) => ({ ...leaf, notAfter, ...more });

function serving(one: CertificateDetail, above: readonly CertificateDetail[] = [authority]) {
  const chain = [one, ...above];
  return {
    'node-answers': {
      ...answers,
      tls: { http: layerTls(chain), transport: layerTls(chain) },
      certificates: undefined,
    },
    'certificate-files': { ...certificateFiles, pem: [] },
  };
}

const bySetUp = certificate('node-1', 'Elasticsearch security auto-configuration HTTP CA', {
  notAfter: '2026-01-09T03:04:05.000Z',
});

controlTable(control, {
  pass: [
    { name: 'years left', facts: factsOf(healthy), says: /in 7\d\d days/ },
    {
      name: '60 days left',
      facts: factsOf(healthy, serving(ending('2026-03-03T03:04:05.000Z'))),
      says: /renew it soon/,
    },
  ],
  fail: [
    {
      name: '29 days left',
      facts: factsOf(healthy, serving(ending('2026-01-31T03:04:05.000Z'))),
      says: /in 29 days/,
    },
    {
      name: 'expired',
      facts: factsOf(healthy, serving(ending('2025-12-31T00:00:00.000Z'))),
      says: /^Critical: .*ago.*stays outside/,
    },
    {
      name: 'not valid yet',
      facts: factsOf(
        healthy,
        serving(ending('2028-01-01T00:00:00.000Z', { notBefore: '2027-01-01T00:00:00.000Z' })),
      ),
      says: /not valid yet/,
    },
    {
      name: 'its authority expires',
      facts: factsOf(healthy, serving(leaf, [{ ...authority, notAfter: '2026-01-10T00:00:00.000Z' }])),
      says: /authority of the HTTP certificate expires in 7 days/,
    },
    {
      name: 'the file of the next start expires',
      facts: factsOf(healthy, {
        'certificate-files': {
          ...certificateFiles,
          pem: [
            {
              path: '/opt/elasticsearch/config/certs/node.crt',
              certificates: [ending('2026-01-05T00:00:00.000Z', { fingerprint256: 'other' })],
              unreadable: 0,
            },
          ],
        },
      }),
      says: /of the next start expires in 2 days/,
    },
    {
      name: 'the list of the node has one',
      facts: factsOf(healthy, {
        'node-answers': {
          ...answers,
          certificates: [
            {
              path: 'certs/x.p12',
              alias: 'x',
              subject: 'CN=x',
              issuer: 'CN=y',
              serial: '1',
              hasPrivateKey: true,
              notAfter: '2026-01-03T00:00:00.000Z',
            },
          ],
        },
      }),
      says: /CN=x in certs\/x\.p12 expires in 0 days/,
    },
    {
      name: 'expired and stopped',
      facts: factsOf(healthy, stopped('2025-12-01T00:00:00.000Z')),
      says: /Critical/,
    },
  ],
  unknown: [
    {
      name: 'the authority is in a store',
      facts: factsOf(healthy, serving(leaf, [])),
      says: /Give a login/,
    },
    {
      name: 'the port shows nothing',
      facts: factsOf(healthy, { 'node-answers': { ...answers, tls: {} } }),
      says: /could not be seen/,
    },
    {
      name: 'silent',
      facts: factsOf(healthy, { 'node-answers': { ...answers, http: 'silent' as const, tls: {} } }),
    },
    {
      name: 'one above the leaf is not readable',
      facts: factsOf(healthy, {
        'node-answers': {
          ...answers,
          tls: { http: layerTls(undefined, { unreadable: 1 }), transport: layerTls() },
        },
      }),
      says: /HTTP port serves could not be read/,
    },
    {
      name: 'the leaf is not readable',
      facts: factsOf(healthy, {
        'node-answers': {
          ...answers,
          tls: { http: layerTls([], { unreadable: 1 }), transport: layerTls() },
        },
      }),
      says: /could not be seen/,
    },
    { name: 'files not read', facts: without(healthy, 'certificate-files') },
  ],
  error: [{ name: 'files broken', facts: failing(healthy, 'certificate-files') }],
  'not-applicable': [{ name: 'no TLS', facts: factsOf(open), says: /No port/ }],
});

function stopped(notAfter: string) {
  return {
    'node-answers': {
      ...answers,
      http: 'closed' as const,
      transport: 'closed' as const,
      tls: {},
      certificates: undefined,
    },
    'certificate-files': {
      ...certificateFiles,
      pem: [
        { path: '/opt/elasticsearch/config/certs/node.crt', certificates: [ending(notAfter)], unreadable: 0 },
        { path: '/opt/elasticsearch/config/certs/http_ca.crt', certificates: [authority], unreadable: 0 },
      ],
    },
  };
}

it('ignores an authority that is only trusted and has ended', () => {
  const old = {
    path: 'certs/bundle.pem',
    alias: undefined,
    subject: 'CN=Old',
    issuer: 'CN=Old',
    serial: '9',
  };
  const listed = [
    ...(answers.certificates ?? []),
    { ...old, hasPrivateKey: false, notAfter: '2020-01-01T00:00:00.000Z' },
  ];
  const facts = factsOf(healthy, { 'node-answers': { ...answers, certificates: listed } });
  expect(control.evaluate(facts).outcome).toBe('pass');
});

it('says why it does not issue by an authority of somebody else', () => {
  expect(manualOf(control, factsOf(healthy, serving(bySetUp))).reason).toMatch(/http\.p12/);
  const foreign = certificate('node-1', 'Company CA', { notAfter: '2026-01-09T03:04:05.000Z' });
  expect(manualOf(control, factsOf(healthy, serving(foreign))).reason).toMatch(/Company CA/);
});

it('is unknown where the settings ask for TLS and a store holds it', () => {
  const facts = factsOf(healthy, {
    ...stopped('2028-01-01T00:00:00.000Z'),
    'es-settings': settings(
      setting('xpack.security.http.ssl.enabled', 'true'),
      setting('xpack.security.http.ssl.keystore.path', 'certs/http.p12'),
    ),
  });
  expect(control.evaluate(facts).outcome).toBe('unknown');
});
