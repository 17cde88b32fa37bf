/**
 * The certificate of a secured node is issued anew under the same file name: both ports serve it within seconds, the node's own
 * list has it, nothing restarts and no request fails meanwhile; taken back, the old one is served again from the same bytes.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { keptAuthority } from '../../shared/engine/certificates/kept-authority.ts';
import { authorityTrust } from '../../shared/engine/changes/authority-trust/authority-trust.ts';
import { certificateInstall } from '../../shared/engine/changes/certificate-install/certificate-install.ts';
import { esOwnCertificates } from '../../shared/engine/changes/es-own-certificates/es-own-certificates.ts';
import { findOrMakeAuthority } from '../../shared/engine/changes/es-own-certificates/identity.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { applyTwice, type TestContext, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { elasticRef, installOn, tree } from './es-installs.ts';

// Starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save two minutes: reissue on a live node. BULWARK_LAB_SCENARIOS=every runs it.');
}

const install = installOn('open-with-data');
const { pathConf } = install;
const names = ['search.example', 'localhost', '127.0.0.1'];
const securing: ChangeOf<'es-own-certificates'> = {
  kind: 'es-own-certificates',
  install,
  elasticPasswordRef: elasticRef,
  httpCaRef: 'es/lab/http-ca',
  nodeKeyRef: 'es/lab/node-key',
  storePasswordRef: 'es/lab/node-store',
  authorityRef: 'pki/authority',
  keyType: 'p-256',
  form: 'pkcs12',
  names,
  days: 100,
};

describe.runIf(every)('a certificate of a secured node', () => {
  let lab: Lab;
  let bench: LabBench;
  let context: TestContext;
  let password: string;

  beforeAll(async () => {
    lab = await openLab();
    bench = await labBench(await lab.up('open-with-data', { name: 'reissue' }));
    context = bench.context('reissue-own');
    await applyTwice(esOwnCertificates, securing, context);
    password = value(await context.secrets.get(elasticRef)).reveal();
  });
  afterAll(async () => {
    await bench?.session.close();
    await lab?.down();
  });

  /** Serial, in lower case, as openssl sees it with the authority that clients trust. */
  async function served(port: number): Promise<string> {
    const seen = await bench.see(
      `openssl s_client -connect 127.0.0.1:${port} -CAfile ${pathConf}/certs/http_ca.crt -verify_return_error -verify_hostname search.example </dev/null 2>/dev/null | openssl x509 -noout -serial 2>/dev/null || true`,
    );
    return seen.trim().replace('serial=', '').toLowerCase();
  }

  async function ask(path: string): Promise<string> {
    const asked = await bench.host.run(
      `curl -s --cacert ${pathConf}/certs/http_ca.crt --config - --max-time 20 -- 'https://127.0.0.1:9200${path}'`,
      { stdin: `user = "elastic:${password}"\n` },
    );
    return asked.stdout;
  }
  const pid = () => bench.see('systemctl show -p MainPID -p NRestarts elasticsearch');

  it('is exchanged without a restart, served by both ports, and goes back', async () => {
    const before = await bench.see(tree(pathConf));
    const [old, process] = [await served(9200), await pid()];
    expect(await served(9300)).toBe(old);
    const kept = value(await context.secrets.get('pki/authority')).reveal();
    const authority = context.certificates.summary(kept.slice(kept.indexOf('-----BEGIN CERTIFICATE-----')));
    const owner = (await bench.see(`stat -c %U ${pathConf}/certs/node.p12`)).trim();
    const change: ChangeOf<'certificate-install'> = {
      kind: 'certificate-install',
      use: 'transport',
      files: {
        form: 'pkcs12',
        store: { path: `${pathConf}/certs/node.p12`, owner, group: owner, mode: '0660' },
        password: { from: 'vault', ref: 'es/lab/node-store' },
      },
      key: { from: 'vault', ref: 'es/lab/reissued' },
      issue: {
        authorityRef: 'pki/authority',
        keyType: 'p-256',
        days: 730,
        issuerName: authority?.subject ?? '',
      },
      names,
      served: { port: 9200, transportPort: 9300 },
    };
    let asked = 0;
    let refused = 0;
    let ended = false;
    const client = (async () => {
      while (!ended) {
        asked += 1;
        refused += (await ask('/orders/_count?filter_path=count')).includes('{"count":200}') ? 0 : 1;
      }
    })();
    const began = Date.now();
    const work = { ...context, tag: 'reissue' };
    const applied = await applyTwice(certificateInstall, change, work);
    const took = Date.now() - began;

    const next = await served(9200);
    expect(next).not.toBe(old);
    await expect.poll(() => served(9300), { timeout: 30_000 }).toBe(next);
    const listed = await ask('/_ssl/certificates?filter_path=path,serial_number');
    expect(listed).toContain(next.replace(/^0+/, ''));
    expect(listed).not.toContain(old.replace(/^0+/, ''));
    expect(await pid()).toBe(process);

    value(await undo(certificateInstall, change, applied, work));
    await expect.poll(() => served(9200), { timeout: 30_000 }).toBe(old);
    await expect.poll(() => served(9300), { timeout: 30_000 }).toBe(old);
    ended = true;
    await client;
    console.log(`Reissued and reapplied in ${took} ms; ${refused} of ${asked} requests failed.`);
    expect(refused).toBe(0);
    expect(await pid()).toBe(process);
    const without = (text: string) => text.replaceAll(/ [\d.]+$/gm, '');
    expect(without(await bench.see(tree(pathConf)))).toBe(without(before));
  });

  it('gets a certificate of another authority in three rounds without a restart, and goes back', async () => {
    const work = { ...context, tag: 'roll-over' };
    const [before, process, old] = [await bench.see(tree(pathConf)), await pid(), await served(9200)];
    const kept = value(await keptAuthority(work.secrets, 'pki/authority'));
    const next = value(
      await findOrMakeAuthority(work, { authorityRef: 'pki/authority/next', keyType: 'p-256' }),
    );
    const [oldPem, newPem] = [kept?.certificatePem ?? '', next.certificatePem];
    const seen = work.certificates.summary(newPem);
    const to = seen?.fingerprint256 ?? '';
    const owner = (await bench.see(`stat -c %U ${pathConf}/certs/node.p12`)).trim();
    const store = `${pathConf}/certs/node.p12`;
    const password = { from: 'vault', ref: 'es/lab/node-store' } as const;
    const trust = (round: 1 | 3): ChangeOf<'authority-trust'> => ({
      kind: 'authority-trust',
      install,
      rollOver: { to, round, hosts: ['lab'] },
      files: [
        { form: 'pkcs12', path: store, password },
        { form: 'pem', path: `${pathConf}/certs/http_ca.crt` },
      ],
      oldPem,
      newPem,
      httpCaRef: 'es/lab/http-ca',
      authorityRef: 'pki/authority',
      ...(round === 3 ? { settles: true as const } : {}),
    });
    const second: ChangeOf<'certificate-install'> = {
      kind: 'certificate-install',
      use: 'transport',
      files: { form: 'pkcs12', store: { path: store, owner, group: owner, mode: '0660' }, password },
      key: { from: 'vault', ref: 'es/lab/issued' },
      issue: {
        authorityRef: 'pki/authority/next',
        keyType: 'p-256',
        days: 730,
        issuerName: seen?.subject ?? '',
        inPlaceOf: oldPem,
      },
      rollOver: { to, round: 2, hosts: ['lab'] },
      names,
      served: { port: 9200, transportPort: 9300 },
    };
    const began = Date.now();
    const first = await applyTwice(authorityTrust, trust(1), work);
    expect(await served(9200)).toBe(old);
    const middle = await applyTwice(certificateInstall, second, work);
    expect(await served(9300)).not.toBe(old);
    const last = await applyTwice(authorityTrust, trust(3), work);
    expect((await bench.see(`grep -c BEGIN ${pathConf}/certs/http_ca.crt`)).trim()).toBe('1');
    expect(await served(9200)).not.toBe(old);
    console.log(`Three rounds in ${Date.now() - began} ms.`);
    expect(await pid()).toBe(process);

    value(await undo(authorityTrust, trust(3), last, work));
    value(await undo(certificateInstall, second, middle, work));
    value(await undo(authorityTrust, trust(1), first, work));
    expect(await served(9200)).toBe(old);
    expect(await pid()).toBe(process);
    const without = (text: string) => text.replaceAll(/ [\d.]+$/gm, '');
    expect(without(await bench.see(tree(pathConf)))).toBe(without(before));
  });
});
