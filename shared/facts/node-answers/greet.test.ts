import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { failure, taughtReader } from '../../../test/support/node-reader.ts';
import { fail, succeed } from '../../domain/result.ts';
import { greetLayer } from './greet.ts';
import { listedCertificatesOf } from './listed-certificates.ts';

const target = { address: '127.0.0.1', port: 9200 };
const alert = (number: number) => Uint8Array.from([0x15, 3, 3, 0, 2, 2, number]);

it('greets three times and takes a refusal for one only where it says so', async () => {
  const reader = taughtReader({}, undefined, () => succeed(alert(70)));
  const refused = await greetLayer(reader, target, undefined);
  expect(refused).toMatchObject({ chain: [], current: 'refused', old: 'refused', weak: 'refused' });
  expect(refused.asksForCertificate).toBeUndefined();
  expect(reader.asked).toEqual(['raw 9200', 'raw 9200', 'raw 9200']);
  for (const answer of [succeed(alert(80)), succeed(new Uint8Array()), fail(failure('COMMAND_FAILED'))]) {
    const other = taughtReader({}, undefined, () => answer);
    expect(await greetLayer(other, target, undefined)).toMatchObject({
      current: 'unclear',
      old: 'unclear',
      weak: 'unclear',
    });
  }
});

it('takes the certificate of a whole handshake where a greeting shows none', async () => {
  const reader = taughtReader({}, undefined, () => succeed(alert(70)));
  const pem = execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=seen',
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  ).toString();
  const link = { subject: '', issuer: '', fingerprint256: '', notBefore: '', notAfter: '', names: [] };
  const peer = {
    protocol: 'TLSv1.3',
    cipher: 'x',
    authorized: false,
    chain: [
      { ...link, pem },
      { ...link, pem: 'broken' },
    ],
  };
  expect(await greetLayer(reader, target, peer)).toMatchObject({
    chain: [{ subject: 'CN=seen' }],
    unreadable: 1,
  });
  const leafless = { ...peer, chain: peer.chain.toReversed() };
  expect(await greetLayer(reader, target, leafless)).toMatchObject({ chain: [], unreadable: 1 });
});

it('reads the list of the node whole or not at all', () => {
  const one = {
    path: 'certs/http.p12',
    format: 'PKCS12',
    alias: 'http_ca',
    subject_dn: 'CN=Elasticsearch security auto-configuration HTTP CA',
    serial_number: '0b40d1f2',
    has_private_key: true,
    expiry: '2029-11-20T20:59:10.000Z',
    issuer: 'CN=Elasticsearch security auto-configuration HTTP CA',
  };
  expect(
    listedCertificatesOf(JSON.stringify([one, { ...one, alias: null, subject_dn: 'CN=a\u202eb' }])),
  ).toMatchObject([
    { alias: 'http_ca', serial: 'b40d1f2', hasPrivateKey: true },
    { alias: undefined, subject: 'CN=a?b' },
  ]);
  for (const wrong of [
    '',
    '{}',
    'null',
    JSON.stringify([one, { ...one, expiry: 'soon' }]),
    JSON.stringify([{}]),
  ])
    expect(listedCertificatesOf(wrong)).toBeUndefined();
});
