import { authority, certificateFiles, layerTls, leaf } from '../../../../test/support/certificates.ts';
import { controlTable } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, open, without } from '../../../../test/support/facts.ts';
import type { CertificateDetail } from '../../../domain/certificate.ts';
import control from './control.ts';

const answers = healthy['node-answers'];
function serving(one: Partial<CertificateDetail>, above: readonly CertificateDetail[] = [authority]) {
  const chain = [{ ...leaf, ...one }, ...above];
  return {
    'node-answers': { ...answers, tls: { http: layerTls(chain), transport: layerTls(chain) } },
    'certificate-files': { ...certificateFiles, pem: [] },
  };
}
const rsa = (bits: number) => ({ type: 'rsa' as const, bits, words: `RSA ${bits}` });

controlTable(control, {
  pass: [
    { name: 'P-256', facts: factsOf(healthy), says: /EC P-256/ },
    { name: 'RSA 4096', facts: factsOf(healthy, serving({ key: rsa(4096) })), says: /strong/ },
    {
      name: 'RSA 2048 is named',
      facts: factsOf(healthy, serving({ key: rsa(2048) })),
      says: /RSA 2048, choose/,
    },
    {
      name: 'the own signature of an authority',
      facts: factsOf(healthy, serving({}, [{ ...authority, hash: 'sha1' }])),
    },
  ],
  fail: [
    { name: 'RSA 1024', facts: factsOf(healthy, serving({ key: rsa(1024) })), says: /RSA 1024/ },
    { name: 'SHA-1', facts: factsOf(healthy, serving({ hash: 'sha1' })), says: /signature by sha1/ },
    {
      name: 'a small curve',
      facts: factsOf(healthy, serving({ key: { type: 'ec', bits: 192, words: 'EC P-192' } })),
      says: /P-192/,
    },
    {
      name: 'DSA',
      facts: factsOf(healthy, serving({ key: { type: 'dsa', bits: undefined, words: 'DSA' } })),
    },
    {
      name: 'a weak authority',
      facts: factsOf(healthy, serving({}, [{ ...authority, key: rsa(1024) }])),
      says: /authority of the HTTP certificate/,
    },
  ],
  unknown: [
    {
      name: 'a kind that nobody knows',
      facts: factsOf(healthy, serving({ key: { type: 'other', bits: undefined, words: 'algorithm 1.2.3' } })),
      says: /cannot tell/,
    },
    { name: 'a hash that nobody knows', facts: factsOf(healthy, serving({ hash: 'unknown' })) },
    {
      name: 'the authority is in a store',
      facts: factsOf(healthy, serving({}, [])),
      says: /authority above/,
    },
    { name: 'not asked', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'files broken', facts: failing(healthy, 'certificate-files') }],
  'not-applicable': [{ name: 'no TLS', facts: factsOf(open), says: /No port/ }],
});
