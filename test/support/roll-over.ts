/** The changes of a roll-over as the order makes them, for a cluster of the lab that was secured by `securingTogether`. */
import { certificateChecker } from '../../electron/adapters/pki/certificate-checker.ts';
import type { Change, ChangeOf } from '../../shared/domain/change.ts';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import { keptAuthority } from '../../shared/engine/certificates/kept-authority.ts';
import { findOrMakeAuthority } from '../../shared/engine/changes/es-own-certificates/identity.ts';
import type { EngineParts } from '../../shared/engine/parts.ts';
import type { LabHost } from '../lab/index.ts';
import { value } from './change-harness.ts';

const authorityRef = 'pki/authority';

export interface RollOverPlan {
  readonly oldPem: string;
  readonly newPem: string;
  readonly rounds: ReadonlyMap<string, readonly [Change, ChangeOf<'certificate-install'>, Change]>;
}

/** @param owner of the files of the installation */
export async function rollOverOf(
  hosts: readonly LabHost[],
  install: EsInstall,
  owner: string,
  parts: EngineParts,
): Promise<RollOverPlan> {
  const old = value(await keptAuthority(parts.secrets, authorityRef));
  const made = value(
    await findOrMakeAuthority(parts, { authorityRef: `${authorityRef}/next`, keyType: 'p-256' }),
  );
  const [oldPem, newPem] = [old?.certificatePem ?? '', made.certificatePem];
  const seen = certificateChecker.summary(newPem);
  const to = seen?.fingerprint256 ?? '';
  const all = hosts.map((host) => host.name);
  const store = `${install.pathConf}/certs/node.p12`;
  const rounds = new Map(
    hosts.map((host, index) => {
      const password = { from: 'vault', ref: `es/${host.name}/node-store` } as const;
      const trust = (round: 1 | 3): ChangeOf<'authority-trust'> => ({
        kind: 'authority-trust',
        install,
        rollOver: { to, round, hosts: all },
        files: [
          { form: 'pkcs12', path: store, password },
          { form: 'pem', path: `${install.pathConf}/certs/http_ca.crt` },
        ],
        oldPem,
        newPem,
        httpCaRef: `es/${host.name}/http-ca`,
        authorityRef,
        ...(round === 3 && index === hosts.length - 1 ? { settles: true as const } : {}),
      });
      const second: ChangeOf<'certificate-install'> = {
        kind: 'certificate-install',
        use: 'transport',
        files: { form: 'pkcs12', store: { path: store, owner, group: owner, mode: '0660' }, password },
        key: { from: 'vault', ref: `es/${host.name}/issued/${to.slice(0, 16)}` },
        issue: {
          authorityRef: `${authorityRef}/next`,
          keyType: 'p-256',
          days: 730,
          issuerName: seen?.subject ?? '',
          inPlaceOf: oldPem,
        },
        rollOver: { to, round: 2, hosts: all },
        names: [host.name, host.address, 'localhost', '127.0.0.1'],
        served: { port: 9200, transportPort: 9300 },
      };
      return [host.name, [trust(1), second, trust(3)] as const] as const;
    }),
  );
  return { oldPem, newPem, rounds };
}
