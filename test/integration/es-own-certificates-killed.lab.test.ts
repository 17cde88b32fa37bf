/**
 * Securing a node with data is interrupted at its boundaries: link cut while the copy is made, the app ended while the host
 * switches, the switch killed on the host, a start prevented. The node ends as it was, or secured with the password that is
 * in the vault; either way with all its documents, and undoing leads to the same bytes.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { esOwnCertificates } from '../../shared/engine/changes/es-own-certificates/es-own-certificates.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { type TestContext, value } from '../support/change-harness.ts';
import { interrupting } from '../support/interrupting.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { elasticRef, installOn, leftovers, status, tree } from './es-installs.ts';

vi.setConfig({ testTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save five minutes: interruptions. BULWARK_LAB_SCENARIOS=every runs them.');
}

const install = installOn('open-with-data');
const { pathConf } = install;
const change: ChangeOf<'es-own-certificates'> = {
  kind: 'es-own-certificates',
  install,
  elasticPasswordRef: elasticRef,
  httpCaRef: 'es/lab/http-ca',
  nodeKeyRef: 'es/lab/node-key',
  storePasswordRef: 'es/lab/node-store',
  authorityRef: 'pki/authority',
  keyType: 'p-256',
  form: 'pkcs12',
  names: ['localhost', '127.0.0.1'],
  days: 730,
};

describe.runIf(every)('securing a node with data, interrupted', () => {
  let lab: Lab;
  let host: LabHost;
  let bench: LabBench;
  let before: string;

  beforeAll(async () => {
    lab = await openLab();
    host = await lab.up('open-with-data', { name: 'own-killed' });
    bench = await labBench(host);
    before = await bench.see(tree(pathConf));
  });
  afterAll(async () => {
    await bench?.session.close();
    await lab?.down();
  });
  beforeEach(async () => {
    bench = await labBench(host);
  });

  /** The old node, open as before, with all documents, the same bytes and nothing of ours left. */
  async function expectOld(): Promise<void> {
    await expect
      .poll(() => bench.see(`curl -s 'http://127.0.0.1:9200/orders/_count?filter_path=count' || true`), {
        timeout: 120_000,
        interval: 2000,
      })
      .toBe('{"count":200}');
    expect(await bench.see(tree(pathConf))).toBe(before);
    expect(await bench.see(leftovers)).toBe('');
  }

  async function takeBack(image: Uint8Array, context: TestContext): Promise<void> {
    const again = await labBench(host);
    value(
      await esOwnCertificates.revert(change, image, undefined, {
        ...again.context(context.tag),
        secrets: context.secrets,
        force: false,
      }),
    );
  }

  it('link cut while the copy is made: nothing is changed', async () => {
    const plain = bench.context('own-cut');
    const image = value(await esOwnCertificates.capture(change, plain));
    const { context, acted } = interrupting(plain, /Making key and certificate/, async () => {
      await host.cutLink();
      await new Promise((resolve) => setTimeout(resolve, 8000));
      await host.restoreLink();
    });
    const applied = await esOwnCertificates.apply(change, image, context);
    await acted();
    expect(applied).toMatchObject({ ok: false, error: { code: 'SSH_CONNECTION_LOST' } });
    await takeBack(image, plain);
    await expectOld();
  });

  it('the app ends while the host switches: the node is secured and its password is in the vault', async () => {
    const end = new AbortController();
    const plain = bench.context('own-ended', { signal: end.signal });
    const image = value(await esOwnCertificates.capture(change, plain));
    const { context } = interrupting(plain, /The host is switching/, () => Promise.resolve(end.abort()));
    expect((await esOwnCertificates.apply(change, image, context)).ok).toBe(false);
    const password = value(await plain.secrets.get(elasticRef)).reveal();
    await expect
      .poll(() => status(bench, 'https://127.0.0.1:9200/orders/_count', password), {
        timeout: 180_000,
        interval: 2000,
      })
      .toBe('200');
    await takeBack(image, plain);
    await expectOld();
  });

  it('the switch is killed on the host: the old node comes back by itself', async () => {
    const plain = bench.context('own-kill');
    const image = value(await esOwnCertificates.capture(change, plain));
    const { context, acted } = interrupting(plain, /The host is switching: [3-9]/, async () => {
      await bench.see('systemctl kill --signal=KILL bulwark-switch-own-kill.service');
    });
    const applied = await esOwnCertificates.apply(change, image, context);
    await acted();
    expect(applied).toMatchObject({ ok: false, error: { code: 'ES_DID_NOT_START', hostState: 'restored' } });
    await expectOld();
    for (const ref of [elasticRef, change.nodeKeyRef, change.storePasswordRef])
      expect((await plain.secrets.get(ref)).ok).toBe(false);
  });

  it('a configuration that Elasticsearch rejects never reaches the running node', async () => {
    const pid = await bench.see('systemctl show -p MainPID elasticsearch');
    await bench.see(`echo 'xpack.securty.audit.enabled: true' >> ${pathConf}/elasticsearch.yml`);
    const context = bench.context('own-rejected');
    const image = value(await esOwnCertificates.capture(change, context));
    const applied = await esOwnCertificates.apply(change, image, context);
    await bench.see(`sed -i '$d' ${pathConf}/elasticsearch.yml`);
    expect(applied).toMatchObject({
      ok: false,
      error: { code: 'ES_CONFIGURATION_REJECTED', hostState: 'unchanged' },
    });
    expect(await bench.see('systemctl show -p MainPID elasticsearch')).toBe(pid);
    expect(await bench.see(leftovers)).toBe('');
  });
});
