/** A certificate authority for tests, made by openssl in a folder of the test's own. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Issued {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface TestAuthority {
  readonly caPem: string;
  /** @param wish.names e.g. `DNS:localhost,IP:127.0.0.1`; usages e.g. `serverAuth` */
  issue(
    label: string,
    wish: { readonly names: string; readonly expired?: boolean; readonly usages?: string },
  ): Issued;
  /** An authority under this one. */
  authority(label: string): TestAuthority;
}

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });

/** An authority whose key is already in `folder` as `<label>.key` and `<label>.pem`. */
export function authorityIn(folder: string, label: string): TestAuthority {
  const place = (name: string, ending: string) => join(folder, `${name}.${ending}`);
  const sign = (name: string, extensions: string, dates: readonly string[]): Issued => {
    openssl('req', ...key, '-keyout', place(name, 'key'), '-out', place(name, 'csr'), '-subj', `/CN=${name}`);
    writeFileSync(place(name, 'ext'), extensions);
    openssl(
      'x509',
      '-req',
      '-in',
      place(name, 'csr'),
      '-CA',
      place(label, 'pem'),
      '-CAkey',
      place(label, 'key'),
      '-CAcreateserial',
      '-extfile',
      place(name, 'ext'),
      '-out',
      place(name, 'pem'),
      ...dates,
    );
    return {
      certPem: readFileSync(place(name, 'pem'), 'utf8'),
      keyPem: readFileSync(place(name, 'key'), 'utf8'),
    };
  };
  return {
    caPem: readFileSync(place(label, 'pem'), 'utf8'),
    issue: (name, wish) =>
      sign(
        name,
        `subjectAltName=${wish.names}\n${wish.usages === undefined ? '' : `extendedKeyUsage=${wish.usages}\n`}`,
        // A certificate whose time ends before it begins is over at every moment.
        ['-days', wish.expired === true ? '-1' : '20'],
      ),
    authority: (name) => {
      sign(name, 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n', ['-days', '20']);
      return authorityIn(folder, name);
    },
  };
}

export function makeAuthority(folder: string, label: string): TestAuthority {
  const file = (ending: string) => join(folder, `${label}.${ending}`);
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    file('key'),
    '-out',
    file('pem'),
    '-days',
    '30',
    '-subj',
    `/CN=${label} authority`,
  );
  return authorityIn(folder, label);
}
