/**
 * A node that asks for passwords over plain HTTP and whose password nobody knows: its own seed lets its documents be counted, then
 * it gets certificates, TLS on both ports and a password that is known. Taken back it is as before, but for that password, which
 * stays valid and in the vault: nobody is locked out.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { esOwnCertificates } from '../../shared/engine/changes/es-own-certificates/es-own-certificates.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { elasticRef, leftovers, ownCertificates, status, tree } from './es-installs.ts';

// Starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save two minutes: half-secured. BULWARK_LAB_SCENARIOS=every runs it.');
}

const change = { ...ownCertificates('half-secured'), asksAlready: true } as const;

describe.runIf(every)('a half-secured node', () => {
  let lab: Lab;
  let bench: LabBench;
  const { home, pathConf } = change.install;

  beforeAll(async () => {
    lab = await openLab();
    bench = await labBench(await lab.up('half-secured', { name: 'half-secured' }));
  });
  afterAll(async () => {
    await bench?.session.close();
    await lab?.down();
  });

  /** What curl on the host gets; the password is on its standard input only. */
  async function count(url: string, password: string): Promise<string> {
    const asked = await bench.host.run(
      `curl -s --cacert ${pathConf}/certs/http_ca.crt --config - --max-time 20 -- '${url}/orders/_count?filter_path=count'`,
      { stdin: `user = "elastic:${password}"\n` },
    );
    return asked.stdout.trim();
  }

  it('is secured with its documents, and taken back without locking anybody out', async () => {
    const before = await bench.see(tree(pathConf));
    const seed = (
      await bench.see(
        `cd / && setpriv --reuid=deploy --regid=deploy --init-groups env -i PATH=/usr/bin:/bin ES_PATH_CONF=${pathConf} ${home}/bin/elasticsearch-keystore show keystore.seed`,
      )
    ).trim();
    const asked = async () =>
      (
        await bench.host.run(`curl -s --config - http://127.0.0.1:9200/orders/_count?filter_path=count`, {
          stdin: `user = "elastic:${seed}"\n`,
        })
      ).stdout.trim();
    await expect.poll(asked, { timeout: 180_000, interval: 2000 }).toMatch(/^\{"count":\d+\}$/);
    const documents = await asked();
    const context = bench.context('half');

    const applied = await applyTwice(esOwnCertificates, change, context);

    const password = value(await context.secrets.get(elasticRef)).reveal();
    expect(await status(bench, 'https://127.0.0.1:9200/')).toBe('401');
    expect(await status(bench, 'http://127.0.0.1:9200/')).toBe('000');
    expect(await status(bench, 'https://127.0.0.1:9200/', seed)).toBe('401');
    expect(await count('https://127.0.0.1:9200', password)).toBe(documents);
    for (const port of [9200, 9300])
      expect(
        await bench.see(
          `openssl s_client -connect 127.0.0.1:${port} -CAfile ${pathConf}/certs/http_ca.crt -verify_return_error -verify_ip 127.0.0.1 </dev/null 2>/dev/null || true`,
        ),
      ).toContain('Verify return code: 0 (ok)');

    value(await undo(esOwnCertificates, change, applied, context));
    expect(await bench.see(tree(pathConf))).toBe(before);
    expect(await bench.see(leftovers)).toBe('');
    expect(await status(bench, 'http://127.0.0.1:9200/')).toBe('401');
    expect(value(await context.secrets.get(elasticRef)).reveal()).toBe(password);
    expect((await context.secrets.get(`${elasticRef}/step`)).ok).toBe(false);
    expect(await status(bench, 'http://127.0.0.1:9200/orders/_count', password)).toBe('200');
    expect(await status(bench, 'http://127.0.0.1:9200/orders/_count', seed)).toBe('401');
    for (const ref of ['es/lab/node-key', 'es/lab/node-store', 'es/lab/http-ca'])
      expect((await context.secrets.get(ref)).ok).toBe(false);
  });
});
