/** A node of 7.x, which cannot set up its own security: what the kinds do on it is done with its own tools and settings. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { esAutoConfiguration } from '../../shared/engine/changes/es-auto-configuration/es-auto-configuration.ts';
import { keystoreEntry } from '../../shared/engine/changes/keystore-entry/keystore-entry.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { LEFT_PASSWORD } from '../lab/nodes.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { installOn, securing, tree } from './es-installs.ts';

vi.setConfig({ testTimeout: 300_000 });

const install = installOn('open-fresh-7');
const settingsFile = `${install.pathConf}/elasticsearch.yml`;
const boundWith = 'xpack.security.authc.realms.ldap.corp.bind_password';
const entry = 'xpack.security.authc.realms.ldap.corp.secure_bind_password';
const restart = { kind: 'service-restart', unit: 'elasticsearch.service', install, rehearse: true } as const;

let lab: Lab;
let bench: LabBench;
beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('open-fresh-7'));
});
afterAll(async () => {
  await bench?.session.close();
  await lab?.down();
});

describe('on 7.17.29', () => {
  it('a configuration is rehearsed, and only what the node rejects is rejected', async () => {
    const context = bench.context('lab-seven');
    const before = await bench.see('systemctl show -P MainPID elasticsearch');
    value(await serviceRestart.apply(restart, new TextEncoder().encode('{}'), context));
    value(await serviceRestart.verify(restart, {}, context));
    const after = await bench.see('systemctl show -P MainPID elasticsearch');
    expect(after).not.toBe(before);
    await bench.see(`echo 'no.such.setting: 1' >> ${settingsFile}`);
    const rejected = await serviceRestart.apply(restart, new TextEncoder().encode('{}'), context);
    await bench.see(`sed -i '/no.such.setting/d' ${settingsFile}`);
    expect(rejected).toMatchObject({ ok: false, error: { code: 'ES_CONFIGURATION_REJECTED' } });
    expect(rejected.ok || rejected.error.message).toContain('no.such.setting');
    expect(await bench.see('systemctl show -P MainPID elasticsearch')).toBe(after);
  });

  it('a secret reaches the keystore whole, and leaves it again', async () => {
    const context = bench.context('lab-seven-keystore');
    const change = {
      kind: 'keystore-entry',
      install,
      set: [{ name: entry, value: { from: 'yaml-setting', path: settingsFile, key: boundWith } }],
      remove: [],
      ensure: true,
    } as const;
    const before = await bench.print(settingsFile, `${install.pathConf}/elasticsearch.keystore`);
    const applied = await applyTwice(keystoreEntry, { ...change, set: [...change.set], remove: [] }, context);
    const shown = await bench.see(
      `cd / && setpriv --reuid deploy --regid deploy --init-groups env ES_PATH_CONF=${install.pathConf} ${install.home}/bin/elasticsearch-keystore show ${entry}`,
    );
    expect(shown.trim()).toBe(LEFT_PASSWORD);
    value(await undo(keystoreEntry, { ...change, set: [...change.set], remove: [] }, applied, context));
    expect(await bench.print(settingsFile, `${install.pathConf}/elasticsearch.keystore`)).toBe(before);
  });

  it('nothing is tried that this version cannot do', async () => {
    const change = securing('open-fresh-7');
    const before = await bench.see(tree(install.pathConf));
    const looked = await esAutoConfiguration.inspect(change, bench.context('lab-seven-auto'));
    expect(looked).toMatchObject({ ok: false, error: { hostState: 'unchanged' } });
    expect(looked.ok || looked.error.message).toContain('7.17.29');
    expect(await bench.see(tree(install.pathConf))).toBe(before);
  });
});
