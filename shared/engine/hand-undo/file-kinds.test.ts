/** Taking back by hand what kinds with files of several owners leave: Kibana's settings and keystore, a key with its certificate. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { testDigest } from '../../../test/support/memory-ports.ts';
import type { Change } from '../../domain/change.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { succeed } from '../../domain/result.ts';
import { applyPlan } from '../apply.ts';
import { certificateInstall } from '../changes/certificate-install/certificate-install.ts';
import { kibanaSetting } from '../changes/kibana-setting/kibana-setting.ts';

let bench: EngineBench;
afterEach(() => bench.host.remove());

async function apply(change: Change): Promise<void> {
  const plan = value(await bench.plan(bench.request('one', change)));
  expect(value(await applyPlan(bench.applying(plan), bench.parts)).error).toBe(undefined);
}
function byHand(...args: readonly string[]) {
  const ran = spawnSync('sh', [bench.host.path(`${handUndoFolder}/undo`), ...args], { encoding: 'utf8' });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}
const print = (...paths: readonly string[]) =>
  paths.map((path) => {
    const real = bench.host.path(path);
    if (!existsSync(real)) return 'absent';
    return `${(statSync(real).mode & 0o7777).toString(8)} ${readFileSync(real, 'latin1')}`;
  });

describe('Kibana’s settings and keystore', () => {
  const yml = '/etc/kibana/kibana.yml';
  const keystore = '/etc/kibana/kibana.keystore';
  const text = '# mine\nserver.port: 5601\nelasticsearch.password: "Canary-kibana-7d"\n';

  it('go back together, and neither where one was changed since', async () => {
    bench = new EngineBench({ 'kibana-setting': kibanaSetting });
    bench.host.place(yml, text, 0o660);
    const before = print(yml, keystore);
    await apply({
      kind: 'kibana-setting',
      pathConf: '/etc/kibana',
      edits: [{ op: 'remove', key: 'elasticsearch.password' }],
      expects: testDigest.sha256(text),
      keystore: {
        set: [
          {
            name: 'elasticsearch.password',
            value: { from: 'yaml-setting', path: yml, key: 'elasticsearch.password' },
          },
        ],
        remove: [],
      },
    });
    const changed = print(yml, keystore);
    expect([changed[0]?.includes('password'), changed[1] === 'absent']).toEqual([false, false]);
    writeFileSync(bench.host.path(keystore), 'theirs');
    const refused = byHand();
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/^drift .*kibana\.keystore is not as Bulwark left it/m);
    expect(print(yml)).toEqual([changed[0]]);
    expect(byHand('--force').code).toBe(0);
    expect(print(yml, keystore)).toEqual(before);
  });
});

describe('a key with its certificate', () => {
  const [key, certificate, authority] = [
    '/etc/es/certs/node.key',
    '/etc/es/certs/node.crt',
    '/etc/es/ca.crt',
  ];
  const file = { owner: 'root', group: 'root', mode: '0640' };

  it('goes back with what was there, and what was not there goes', async () => {
    const place = () => {
      for (const [path, mode] of [
        [key, 0o640],
        [certificate, 0o644],
        [authority, 0o644],
      ] as const) {
        bench.host.place(path, `new ${path}`, mode);
        chmodSync(bench.host.path(path), mode);
      }
    };
    bench = new EngineBench({
      'certificate-install': {
        ...certificateInstall,
        inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
        capture: () => Promise.resolve(succeed(new Uint8Array())),
        apply: () => {
          place();
          return Promise.resolve(succeed({}));
        },
        verify: () => Promise.resolve(succeed(undefined)),
      },
    });
    bench.host.place(key, 'old key', 0o600);
    bench.host.place(certificate, 'old certificate', 0o664);
    const before = print(key, certificate, authority);
    await apply({
      kind: 'certificate-install',
      use: 'http',
      files: {
        form: 'pem',
        key: { ...file, path: key },
        certificate: { ...file, path: certificate },
        authority: { ...file, path: authority },
      },
      key: { from: 'vault', ref: 'k' },
      certificatePem: '-----BEGIN CERTIFICATE-----',
      caPem: '-----BEGIN CERTIFICATE-----',
      names: ['node.example'],
    });
    writeFileSync(bench.host.path(certificate), 'theirs');
    const refused = byHand();
    expect([refused.code, print(key)]).toEqual([1, ['640 new /etc/es/certs/node.key']]);
    place();
    expect(byHand().code).toBe(0);
    expect(print(key, certificate, authority)).toEqual(before);
  });
});
