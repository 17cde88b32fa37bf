import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeOf } from '../../../../shared/domain/change.ts';
import { makeAuthority } from '../../../support/authority.ts';
import { installOn } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';

const folder = '/srv/trust';
const authorityRef = 'matrix/authority';

interface Made {
  readonly oldPem: string;
  readonly newPem: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly to: string;
}
let made: Made | undefined;

/** The same for all cases, so that the new state is the same one. */
function authorities(): Made {
  if (made !== undefined) return made;
  const place = mkdtempSync(join(tmpdir(), 'crash-matrix-'));
  try {
    const [old, next] = [makeAuthority(place, 'old').caPem, makeAuthority(place, 'next').caPem];
    const keyOf = (name: string) => readFileSync(join(place, `${name}.key`), 'utf8');
    made = {
      oldPem: old,
      newPem: next,
      secrets: { [authorityRef]: keyOf('old') + old, [`${authorityRef}/next`]: keyOf('next') + next },
      to: 'a'.repeat(64),
    };
    return made;
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** The first round on a host whose node does not run: what a running one makes of it is asked where one runs. */
function change(): Promise<ChangeOf<'authority-trust'>> {
  const { oldPem, newPem, to } = authorities();
  return Promise.resolve({
    kind: 'authority-trust',
    install: installOn('never-started'),
    rollOver: { to, round: 1, hosts: ['matrix'] },
    files: [
      { form: 'pem', path: `${folder}/ca.crt` },
      { form: 'pem', path: `${folder}/clients.crt` },
    ],
    oldPem,
    newPem,
    httpCaRef: 'matrix/http-ca',
    authorityRef,
  });
}

export const kinds: KindFile = [
  matrixKind<'authority-trust'>({
    kind: 'authority-trust',
    scenario: 'bare',
    prepare: `mkdir -p ${folder}; find ${folder} -mindepth 1 -delete; chmod 2750 ${folder}
printf '# ours\\n' > ${folder}/ca.crt; printf '# of clients\\n' > ${folder}/clients.crt
chown -R root:operator ${folder}; chmod 640 ${folder}/ca.crt; chmod 664 ${folder}/clients.crt`,
    change,
    secrets: () => authorities().secrets,
    witness: `find ${folder} -printf '%y %u:%g %m %p %l\\n' | sort; find ${folder} -type f -exec b2sum {} + | sort -k2`,
    folders: [folder],
    // On top, where it stands the same whether it came before the authorities or after them.
    edit: `sed -i '1i # theirs' ${folder}/ca.crt`,
    atomic: false,
  }),
];
