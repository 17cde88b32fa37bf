import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeOf } from '../../../../shared/domain/change.ts';
import { type Issued, makeAuthority } from '../../../support/authority.ts';
import { type KindFile, matrixKind, onOwnKernel } from '../contract.ts';

const folder = '/srv/certs';
const keyRef = 'matrix/http-key';

interface Made extends Issued {
  readonly caPem: string;
}
let made: Made | undefined;

/** The same for all cases, so that the new state is the same one. */
function certificate(): Made {
  if (made !== undefined) return made;
  const place = mkdtempSync(join(tmpdir(), 'crash-matrix-'));
  try {
    const authority = makeAuthority(place, 'matrix');
    made = { ...authority.issue('node', { names: 'DNS:localhost' }), caPem: authority.caPem };
    return made;
  } finally {
    rmSync(place, { recursive: true });
  }
}

const owned = { owner: 'root', group: 'operator' };

async function change(see: (script: string) => Promise<string>): Promise<ChangeOf<'certificate-install'>> {
  const { certPem, caPem } = certificate();
  const expected = async (file: string) => ({
    path: `${folder}/${file}`,
    expects: (await see(`sha256sum < ${folder}/${file}`)).split(' ')[0] ?? '',
  });
  return {
    kind: 'certificate-install',
    use: 'http',
    files: {
      form: 'pem',
      key: { ...(await expected('http.key')), ...owned, mode: '0640' },
      certificate: { ...(await expected('http.crt')), ...owned, mode: '0644' },
      authority: { path: `${folder}/ca.crt`, expects: 'absent', ...owned, mode: '0644' },
    },
    key: { from: 'vault', ref: keyRef },
    certificatePem: certPem,
    caPem,
    names: ['localhost'],
  };
}

const install = matrixKind<'certificate-install'>({
  kind: 'certificate-install',
  scenario: 'bare',
  // A key and a certificate that are replaced, and no authority's yet.
  prepare: `mkdir -p ${folder}; find ${folder} -mindepth 1 -delete; chmod 2750 ${folder}
printf 'old key' > ${folder}/http.key; printf 'old certificate' > ${folder}/http.crt
chown -R root:operator ${folder}; chmod 600 ${folder}/http.key; chmod 664 ${folder}/http.crt`,
  change,
  secrets: () => ({ [keyRef]: certificate().keyPem }),
  witness: `find ${folder} -printf '%y %u:%g %m %p %l\\n' | sort; find ${folder} -type f -exec b2sum {} + | sort -k2`,
  folders: [folder],
  edit: `echo '# theirs' >> ${folder}/http.crt`,
  atomic: false,
});

export const kinds: KindFile = [install, onOwnKernel(install)];
