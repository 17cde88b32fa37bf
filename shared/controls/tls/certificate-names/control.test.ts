import { expect, it } from 'vitest';
import { authority, certificateFiles, layerTls, leaf } from '../../../../test/support/certificates.ts';
import { controlTable } from '../../../../test/support/control-table.ts';
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
import type { ClusterView } from '../../../domain/topology.ts';
import control from './control.ts';

const answers = healthy['node-answers'];
function serving(more: Partial<CertificateDetail>, cluster?: ClusterView) {
  const chain = [{ ...leaf, ...more }, authority];
  return {
    'node-answers': { ...answers, tls: { http: layerTls(chain), transport: layerTls(chain) }, cluster },
    'certificate-files': { ...certificateFiles, pem: [] },
  };
}
const publishing = (http: string, transport: string): ClusterView => ({
  uuid: 'u',
  master: 'm',
  silent: 0,
  voting: ['m'],
  nodes: [{ id: 'm', name: 'n', settingsTold: false, http, transport }],
});
const on = (...more: readonly ReturnType<typeof setting>[]) => ({
  'es-settings': settings(
    setting('xpack.security.http.ssl.enabled', 'true'),
    setting('xpack.security.transport.ssl.enabled', 'true'),
    ...more,
  ),
});

controlTable(control, {
  pass: [
    { name: 'all of them', facts: factsOf(healthy), says: /node-1/ },
    {
      name: 'with its domain',
      facts: factsOf(healthy, serving({ dnsNames: ['node-1.example'], addresses: [] })),
    },
    { name: 'by an asterisk', facts: factsOf(healthy, serving({ dnsNames: ['*.example'], addresses: [] })) },
    {
      name: 'the publish address',
      facts: factsOf(healthy, serving({}, publishing('node-1/10.1.0.11:9200', '10.9.9.9:9300'))),
      says: /10\.1\.0\.11/,
    },
  ],
  fail: [
    {
      name: 'none at all',
      facts: factsOf(healthy, serving({ dnsNames: [], addresses: [] })),
      says: /node-1 \(whoever/,
    },
    {
      name: 'another publish address',
      facts: factsOf(healthy, serving({}, publishing('[2001:db8::9]:9200', '10.1.0.11:9300'))),
      says: /2001:db8::9 \(clients\)/,
    },
    {
      name: 'a name of the settings',
      facts: factsOf(healthy, on(setting('network.publish_host', 'search.example'))),
      says: /search\.example/,
    },
    {
      name: 'for other nodes, which check names',
      facts: factsOf(healthy, {
        ...serving({}, publishing('10.1.0.11:9200', '10.9.9.9:9300')),
        ...on(),
      }),
      says: /transport certificate does not carry 10\.9\.9\.9 \(other nodes\)/,
    },
  ],
  unknown: [
    {
      name: 'nothing seen',
      facts: factsOf(healthy, { 'node-answers': { ...answers, tls: {} } }),
      says: /could not be seen/,
    },
    { name: 'settings not read', facts: without(healthy, 'es-settings') },
  ],
  error: [{ name: 'files broken', facts: failing(healthy, 'certificate-files') }],
  'not-applicable': [{ name: 'no TLS', facts: factsOf(open), says: /No port/ }],
});

it('asks for no host name where only programs on the host connect', () => {
  const facts = factsOf(healthy, {
    ...serving({ dnsNames: ['localhost'], addresses: [] }),
    listeners: [{ address: '127.0.0.1', port: 9200, pid: 700 }],
  });
  expect(control.evaluate(facts).outcome).toBe('pass');
});
