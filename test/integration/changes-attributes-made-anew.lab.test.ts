/** Extended attributes and ACLs of files that a program makes anew (the keystore) or that are placed together (certificates). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { certificateInstall } from '../../shared/engine/changes/certificate-install/certificate-install.ts';
import { keystoreEntry } from '../../shared/engine/changes/keystore-entry/keystore-entry.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { makeAuthority } from '../support/authority.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { acl, capability, label, setAttribute, showAttributes } from '../support/host-attributes.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { installOn } from './es-installs.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save a minute: attributes of the keystore. BULWARK_LAB_SCENARIOS=every runs it.');
}

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

const given = (file: string) =>
  [
    `${setAttribute} ${file} user.note 6869`,
    `${setAttribute} ${file} security.selinux ${label}`,
    `${setAttribute} ${file} system.posix_acl_access ${acl}`,
  ].join('; ');

const looking = (bench: LabBench, files: readonly string[]) => async () =>
  `${await bench.see(`${showAttributes} ${files.join(' ')}`)}${await bench.print(...files)}`;

describe('files that are placed together', () => {
  it('keep their attributes and get them back', async () => {
    const bench = await labBench(await lab.up('bare', { name: 'together' }));
    const files = ['/srv/certs/http.key', '/srv/certs/http.crt'];
    await bench.see(`mkdir /srv/certs; cd /srv/certs; echo key > http.key; echo crt > http.crt; ${files.map(given).join('; ')}
      ${setAttribute} http.crt security.capability ${capability}`);
    const digests = await bench.see('cd /srv/certs; sha256sum http.key http.crt');
    const [key = '', crt = ''] = digests.split('\n').map((line) => line.split(' ')[0] ?? '');
    const folder = mkdtempSync(join(tmpdir(), 'attributes-'));
    const authority = makeAuthority(folder, 'attributes');
    const issued = authority.issue('node', { names: 'DNS:localhost' });
    rmSync(folder, { recursive: true });
    const owned = { owner: 'root', group: 'operator' };
    const change: ChangeOf<'certificate-install'> = {
      kind: 'certificate-install',
      use: 'http',
      files: {
        form: 'pem',
        key: { path: '/srv/certs/http.key', expects: key, ...owned, mode: '0640' },
        certificate: { path: '/srv/certs/http.crt', expects: crt, ...owned, mode: '0644' },
        authority: { path: '/srv/certs/ca.crt', expects: 'absent', ...owned, mode: '0644' },
      },
      key: { from: 'vault', ref: 'lab/key' },
      certificatePem: issued.certPem,
      caPem: authority.caPem,
      names: ['localhost'],
    };
    const look = looking(bench, files);
    const before = await look();
    const context = bench.context('together');
    value(await context.secrets.put('lab/key', new Secret(issued.keyPem), 'key'));
    const applied = await applyTwice(certificateInstall, change, context);
    const between = await look();
    expect(between).toContain(`/srv/certs/http.key security.selinux ${label}`);
    expect(between).toContain(`/srv/certs/http.crt security.capability ${capability}`);
    value(await undo(certificateInstall, change, applied, context));
    expect(await look()).toBe(before);
    await bench.session.close();
  });
});

describe.runIf(every)('a keystore that the tool makes anew', () => {
  it('has its attributes again, and after undoing', async () => {
    const bench = await labBench(await lab.up('never-started', { name: 'anew' }));
    const install = installOn('never-started');
    const { pathConf, home } = install;
    const keystore = `${pathConf}/elasticsearch.keystore`;
    const yml = `${pathConf}/elasticsearch.yml`;
    const setting = 'xpack.security.authc.realms.ldap.corp.bind_password';
    await bench.see(
      `cd /; runuser -u deploy -- env LANG=C.UTF-8 ES_PATH_CONF=${pathConf} ${home}/bin/elasticsearch-keystore create
       echo '${setting}: "made up"' >> ${yml}; ${given(keystore)}`,
    );
    const change: ChangeOf<'keystore-entry'> = {
      kind: 'keystore-entry',
      install,
      set: [
        {
          name: 'xpack.security.authc.realms.ldap.corp.secure_bind_password',
          value: { from: 'yaml-setting', path: yml, key: setting },
        },
      ],
      remove: [],
      ensure: true,
    };
    const look = looking(bench, [keystore]);
    const before = await look();
    const applied = await applyTwice(keystoreEntry, change, bench.context('anew'));
    const between = await look();
    expect(between).toContain(`${keystore} user.note 6869`);
    expect(between).toContain(`${keystore} security.selinux ${label}`);
    value(await undo(keystoreEntry, change, applied, bench.context('anew')));
    expect(await look()).toBe(before);
    await bench.session.close();
  });
});
