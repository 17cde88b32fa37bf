/**
 * Securing is interrupted at every phase: link cut, unit killed, host restarted, start prevented, configuration refused.
 * The node ends as it was, or secured with the password that is in the vault.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { esAutoConfiguration } from '../../shared/engine/changes/es-auto-configuration/es-auto-configuration.ts';
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
import { elasticRef, securing as securingOn, status } from './es-installs.ts';

// Key generation and starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save two minutes: neither the secured node nor the old one starts. BULWARK_LAB_SCENARIOS=every runs it too.',
  );
}

let lab: Lab;
let securing: InterruptedSecuring<'es-auto-configuration'>;
const change = securingOn('open-fresh');
const { pathConf } = change.install;

beforeAll(async () => {
  lab = await openLab();
  const host = await lab.up('open-fresh', { name: 'es-killed' });
  securing = await InterruptedSecuring.on(host, esAutoConfiguration, change, pathConf);
});
afterAll(() => lab?.down());
beforeEach(() => securing.connectAgain());

describe('securing, interrupted', () => {
  it('link cut while keys are made: nothing is changed', async () => {
    const { applied } = await expectLinkCutHarmless(securing, 'cut-staging', /makes its keys/);
    expect(applied.ok).toBe(false);
  });

  it('link cut while the host switches: it goes on by itself and ends secured', async () => {
    const cut = () => securing.cutLinkFor(12_000);
    const step = await securing.apply('cut-switch', /The host is switching/, cut);
    value(step.applied);
    const { bench } = securing;
    const password = value(await step.context.secrets.get(elasticRef)).reveal();
    expect(await status(bench, 'https://127.0.0.1:9200/_security/_authenticate', password)).toBe('200');
    expect(await status(bench, 'https://127.0.0.1:9200/')).toBe('401');
    await securing.takeBack(step);
    await expectOld(securing);
  });

  it('the app ends while the host switches: the node is secured and its password is in the vault', async () => {
    const step = await expectSecuredWithoutApp(securing, 'app-ended', '/_security/_authenticate');
    // Half finished is not in place: a recovery takes it back. While the security index appears the node may not tell.
    const looked = await esAutoConfiguration.inspect(change, {
      ...securing.bench.context('app-ended'),
      secrets: step.context.secrets,
    });
    expect(looked.ok && looked.value.inPlace).toBe(false);
    await securing.takeBack(step);
    await expectOld(securing);
  });

  it('the switch is killed on the host: the old node comes back by itself', async () => {
    const { applied } = await expectKilledSwitchReturns(securing, 'kill-switch');
    expect(applied.ok).toBe(false);
  });

  it('the host restarts in the middle: it settles before the node starts', async () => {
    const reboot = () => securing.host.reboot();
    const step = await securing.apply('reboot', /The host is switching: [3-9]/, reboot);
    expect(step.applied.ok).toBe(false);
    await securing.connectAgain();
    await securing.takeBack(step);
    await expectOld(securing);
  });

  it('the secured node does not start: the old one comes back by itself', async () => {
    await securing.bench.see(`mkdir -p /etc/systemd/system/elasticsearch.service.d
printf '[Service]\\nExecStartPre=/bin/sh -c "! test -e ${pathConf}/certs"\\n' > /etc/systemd/system/elasticsearch.service.d/trap.conf
systemctl daemon-reload`);
    const context = securing.bench.context('no-start');
    const image = value(await esAutoConfiguration.capture(change, context));
    const applied = await esAutoConfiguration.apply(change, image, context);
    await securing.bench.see('rm -r /etc/systemd/system/elasticsearch.service.d; systemctl daemon-reload');
    expect(applied).toMatchObject({ ok: false, error: { code: 'ES_DID_NOT_START', hostState: 'restored' } });
    await expectOld(securing);
  });

  it.runIf(every)('neither node starts: taking back starts the old one once the cause is gone', async () => {
    const trap = '/run/systemd/system/elasticsearch.service.d';
    const { applied, image, context } = await securing.apply(
      'no-start-at-all',
      /The host is switching/,
      async () => {
        await securing.bench.see(
          `mkdir -p ${trap}; printf '[Service]\\nExecStartPre=/bin/false\\n' > ${trap}/trap.conf; systemctl daemon-reload`,
        );
      },
    );
    expect(applied).toMatchObject({ ok: false, error: { code: 'ES_DID_NOT_START', hostState: 'unknown' } });
    const back = { ...context, force: false };
    const early = await esAutoConfiguration.revert(change, image, undefined, back);
    expect(early).toMatchObject({ ok: false, error: { code: 'ES_DID_NOT_START', hostState: 'changed' } });
    await securing.bench.see(`rm -r ${trap}; systemctl daemon-reload`);
    value(await esAutoConfiguration.revert(change, image, undefined, back));
    await expectOld(securing);
  });

  it('a configuration that Elasticsearch rejects never reaches the running node', async () => {
    expect((await expectRejected(securing, 'rejected')).ok).toBe(false);
  });
});
