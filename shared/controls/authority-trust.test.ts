import { expect, it } from 'vitest';
import { certs } from '../../test/support/certificates.ts';
import { factsOf, file, healthy, install, setting, settings } from '../../test/support/facts.ts';
import { trustFiles } from './authority-trust.ts';

const placed = [
  file(`${certs}/node.p12`, '660'),
  file(`${certs}/http_ca.crt`, '660'),
  file(`${certs}/ca.crt`, '660'),
];

function looked(lines: readonly ReturnType<typeof setting>[], files = placed) {
  return trustFiles(factsOf(healthy, { 'es-settings': settings(...lines), 'es-files': files }), {
    ...install,
    httpCaPath: `${certs}/http_ca.crt`,
  });
}

const store = {
  form: 'pkcs12',
  path: `${certs}/node.p12`,
  password: { from: 'vault', ref: 'es/node-store' },
};
const pem = (name: string) => ({ form: 'pem', path: `${certs}/${name}` });

it('are the store of both layers and the file for clients, each once', () =>
  expect(
    looked([
      setting('xpack.security.transport.ssl.keystore.path', 'certs/node.p12'),
      setting('xpack.security.transport.ssl.truststore.path', 'certs/node.p12'),
      setting('xpack.security.http.ssl.keystore.path', 'certs/node.p12'),
    ]),
  ).toEqual([store, pem('http_ca.crt')]));

it('are bundles where PEM is used', () =>
  expect(
    looked([
      setting('xpack.security.transport.ssl.certificate_authorities', 'certs/ca.crt'),
      setting('xpack.security.http.ssl.certificate_authorities', `${certs}/http_ca.crt`),
    ]),
  ).toEqual([pem('http_ca.crt'), pem('ca.crt')]));

it.each([
  [[setting('xpack.security.transport.ssl.truststore.path', 'certs/other.p12')], placed, /not in your vault/],
  [[], placed, /could not be told/],
  [
    [setting('xpack.security.transport.ssl.certificate_authorities', 'certs/gone.crt')],
    placed,
    /no file, or a link/,
  ],
])('refuses what it cannot write', (lines, files, says) =>
  expect(looked(lines, files)).toMatchObject({ refused: expect.stringMatching(says) as string }),
);
