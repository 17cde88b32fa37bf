/** Open nodes are secured by one change, seen so by other tools, and taken back to the same bytes and a node that runs as before. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../shared/domain/secret.ts';
import { esAutoConfiguration } from '../../shared/engine/changes/es-auto-configuration/es-auto-configuration.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { takeKeyOut } from './es-authority-key.ts';
import { leftovers, securing, status, tree } from './es-installs.ts';

// Key generation and starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 900_000 });

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

/** Both layouts and both major versions, and a node that begins with nothing. */
const usual: readonly ScenarioName[] = ['open-fresh', 'package-open-9'];
const further: readonly ScenarioName[] = [
  'package-open',
  'open-fresh-9',
  'conf-elsewhere',
  'never-started',
  'auto-then-off',
];
const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
const scenarios = every ? [...usual, ...further] : usual;
if (!every) {
  console.log(
    `Not run, to save a quarter of an hour: ${further.join(', ')}. BULWARK_LAB_SCENARIOS=every runs them too.`,
  );
}

describe.each(scenarios)('an open node is secured: %s', (scenario) => {
  let bench: LabBench;
  const change = securing(scenario);
  const { install } = change;
  beforeAll(async () => {
    bench = await labBench(await lab.up(scenario, { name: `secure-${scenario}` }));
  });
  afterAll(async () => {
    await bench?.session.close();
    await bench?.host.down();
  });

  it('and taken back', async () => {
    const running = scenario !== 'never-started';
    const before = await bench.see(tree(install.pathConf));
    const dataBefore = await bench.see(
      `cd ${install.pathData[0]} 2>/dev/null && stat -c '%U:%G %a' . || echo absent`,
    );
    const answeredBefore = await status(bench, 'http://127.0.0.1:9200/_cluster/health');
    expect(answeredBefore).toBe(running ? '200' : '000');
    const context = bench.context('lab-secure');

    const applied = await applyTwice(esAutoConfiguration, change, context);

    const ca = `${install.pathConf}/certs/http_ca.crt`;
    expect(await status(bench, 'https://127.0.0.1:9200/_cluster/health')).toBe('401');
    expect(await status(bench, 'http://127.0.0.1:9200/_cluster/health')).toBe('000');
    const chain = await bench.see(
      `openssl s_client -connect 127.0.0.1:9200 -CAfile ${ca} -verify_return_error -verify_ip 127.0.0.1 </dev/null 2>/dev/null`,
    );
    expect(chain).toContain('Verify return code: 0 (ok)');
    expect(chain).toMatch(/issuer=CN ?= ?Elasticsearch security auto-configuration HTTP CA/);
    const password = value(await context.secrets.get('es/lab/elastic')).reveal();
    const login = await bench.host.run(
      `curl -s --cacert ${ca} --config - https://127.0.0.1:9200/_security/_authenticate`,
      { stdin: `user = "elastic:${password}"\n` },
    );
    expect(login.stdout).toContain('"username":"elastic"');
    expect(value(await context.secrets.get('es/lab/http-ca')).reveal()).toBe(await bench.see(`cat ${ca}`));
    const owner = (await bench.see(`stat -c %U ${install.pathConf}`)).trim();
    const names = await bench.see(
      `cd / && setpriv --reuid=${owner} --regid=$(id -gn ${owner}) --init-groups env -i PATH=/usr/bin:/bin ES_PATH_CONF=${install.pathConf} ${install.home}/bin/elasticsearch-keystore list`,
    );
    expect(names.split('\n')).toEqual(
      expect.arrayContaining([
        'keystore.seed',
        'xpack.security.http.ssl.keystore.secure_password',
        'xpack.security.transport.ssl.keystore.secure_password',
        'xpack.security.transport.ssl.truststore.secure_password',
      ]),
    );
    expect(names).not.toContain('bootstrap.password');
    const group = install.layout === 'package' ? 'root:elasticsearch' : `${owner}:${owner}`;
    expect(
      await bench.see(`cd ${install.pathConf} && stat -c '%n %U:%G %a' certs certs/* elasticsearch.keystore`),
    ).toBe(
      `certs ${group} 750\ncerts/http.p12 ${group} 660\ncerts/http_ca.crt ${group} 660\ncerts/transport.p12 ${group} 660\nelasticsearch.keystore ${group} 660\n`,
    );
    expect(
      await bench.see(
        `grep -rlF -- '${password}' /etc /var/log /run /tmp ${install.home}/logs 2>/dev/null || true`,
      ),
    ).toBe('');
    value(await context.secrets.put(`es/${bench.session.hostId}/elastic`, new Secret(password), 'login'));
    // On one version; the main job does it on both layouts and both versions.
    const putKeyBack =
      every || scenario === 'open-fresh' ? await takeKeyOut(bench, install, context) : undefined;
    await bench.see('systemctl restart elasticsearch');
    await expect
      .poll(() => status(bench, 'https://127.0.0.1:9200/_security/_authenticate', password), {
        timeout: 120_000,
        interval: 2000,
      })
      .toBe('200');
    await putKeyBack?.();

    value(await undo(esAutoConfiguration, change, applied, context));
    expect(await bench.see(tree(install.pathConf))).toBe(before);
    expect(
      await bench.see(`cd ${install.pathData[0]} 2>/dev/null && stat -c '%U:%G %a' . || echo absent`),
    ).toBe(dataBefore);
    expect(await status(bench, 'http://127.0.0.1:9200/_cluster/health')).toBe(running ? '200' : '000');
    expect(await bench.see(leftovers)).toBe('');
    value(await undo(esAutoConfiguration, change, applied, context));
    expect(await bench.see(tree(install.pathConf))).toBe(before);
  });
});
