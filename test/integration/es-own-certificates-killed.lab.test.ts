/**
 * Securing a node with data is interrupted at its boundaries: link cut while the copy is made, the app ended while the host
 * switches, the switch killed on the host, a start prevented. The node ends as it was, or secured with the password that is
 * in the vault; either way with all its documents, and undoing leads to the same bytes.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { esOwnCertificates } from '../../shared/engine/changes/es-own-certificates/es-own-certificates.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import {
  expectKilledSwitchReturns,
  expectLinkCutHarmless,
  expectOld,
  expectRejected,
  expectSecuredWithoutApp,
  InterruptedSecuring,
} from '../support/interrupted-securing.ts';
import { elasticRef, ownCertificates, status } from './es-installs.ts';

vi.setConfig({ testTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save five minutes: interruptions. BULWARK_LAB_SCENARIOS=every runs them.');
}

const change = ownCertificates('open-with-data');

describe.runIf(every)('securing a node with data, interrupted', () => {
  let lab: Lab;
  let securing: InterruptedSecuring<'es-own-certificates'>;

  beforeAll(async () => {
    lab = await openLab();
    const host = await lab.up('open-with-data', { name: 'own-killed' });
    securing = await InterruptedSecuring.on(host, esOwnCertificates, change, change.install.pathConf);
  });
  afterAll(() => lab?.down());
  beforeEach(() => securing.connectAgain());

  /** However it ended, all documents are there. */
  async function expectDocuments(): Promise<void> {
    const count = `curl -s 'http://127.0.0.1:9200/orders/_count?filter_path=count' || true`;
    await expect
      .poll(() => securing.bench.see(count), { timeout: 120_000, interval: 2000 })
      .toBe('{"count":200}');
  }

  it('link cut while the copy is made: nothing is changed', async () => {
    const { applied } = await expectLinkCutHarmless(securing, 'own-cut', /Making key and certificate/);
    expect(applied.ok).toBe(false);
    await expectDocuments();
  });

  it('the app ends while the host switches: the node is secured and its password is in the vault', async () => {
    const step = await expectSecuredWithoutApp(securing, 'own-ended', '/orders/_count');
    expect(step.applied.ok).toBe(false);
    await securing.takeBack(step);
    await expectOld(securing);
    await expectDocuments();
  });

  it('the app ends while the host switches: what it had left is finished later, and can be taken back', async () => {
    const step = await expectSecuredWithoutApp(securing, 'own-later', '/orders/_count');
    const context = { ...securing.bench.context('own-later'), secrets: step.context.secrets };
    expect(value((await esOwnCertificates.complete?.(change, step.image, context)) ?? never())).toBe(true);
    expect(value(await esOwnCertificates.inspect(change, context))).toMatchObject({ inPlace: true });
    const password = value(await context.secrets.get(elasticRef)).reveal();
    expect(await status(securing.bench, 'https://127.0.0.1:9200/orders/_count', password)).toBe('200');
    await securing.takeBack(step);
    await expectOld(securing);
    await expectDocuments();
  });

  it('the switch is killed on the host: the old node comes back by itself', async () => {
    const { context } = await expectKilledSwitchReturns(securing, 'own-kill');
    await expectDocuments();
    for (const ref of [change.nodeKeyRef, change.storePasswordRef])
      expect((await context.secrets.get(ref)).ok).toBe(false);
  });

  it('a configuration that Elasticsearch rejects never reaches the running node', async () => {
    expect((await expectRejected(securing, 'own-rejected')).ok).toBe(false);
  });
});

function never(): never {
  throw new Error('this kind cannot be finished later');
}
