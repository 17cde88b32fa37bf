/** Certificates for a test's TLS servers, made by openssl in a folder of the test's own. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TlsIdentity {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** A certificate authority and one certificate from it. @param names e.g. `DNS:localhost,IP:127.0.0.1` */
export function makeTlsIdentity(folder: string, label: string, names: string): TlsIdentity {
  const file = (ending: string) => join(folder, `${label}.${ending}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
    '-days',
    '30',
    '-subj',
    `/CN=${label} CA`,
  );
  openssl('req', ...key, '-keyout', file('key'), '-out', file('csr'), '-subj', `/CN=${label} node`);
  writeFileSync(file('ext'), `subjectAltName=${names}\n`);
  openssl(
    'x509',
    '-req',
    '-in',
    file('csr'),
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-days',
    '20',
    '-extfile',
    file('ext'),
    '-out',
    file('pem'),
  );
  return {
    caPem: readFileSync(file('ca.pem'), 'utf8'),
    certPem: readFileSync(file('pem'), 'utf8'),
    keyPem: readFileSync(file('key'), 'utf8'),
  };
}
