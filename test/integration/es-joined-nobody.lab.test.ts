/** A real node that systemd calls active and that has found no master. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { controlUnit, readUnit } from '../../shared/engine/elasticsearch/service.ts';
import { hostTime } from '../../shared/engine/elasticsearch/start-log.ts';
import { waitUntilUp } from '../../shared/engine/elasticsearch/up.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { installOn } from './es-installs.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const install = installOn('package-default');
const conf = install.pathConf;
let lab: Lab;
let bench: LabBench;
beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('package-default', { name: 'leftovers' }));
});
afterAll(async () => {
  await bench?.session.close();
  await lab?.down();
});

it('a node that started and joined nobody does not count as up', async () => {
  const context = bench.context('left-alone');
  const before = value(await readUnit(bench.session, 'elasticsearch.service')).state;
  await bench.see(`systemctl stop elasticsearch
mv /var/lib/elasticsearch /var/lib/elasticsearch.kept
install -d -o elasticsearch -g elasticsearch -m 2750 /var/lib/elasticsearch
cp -a ${conf}/elasticsearch.yml /root/kept.yml
sed -i '/^cluster.initial_master_nodes/d;/^discovery\\./d' ${conf}/elasticsearch.yml
printf 'cluster.initial_master_nodes: ["nobody"]\\ndiscovery.seed_hosts: ["127.0.0.1:9399"]\\n' >> ${conf}/elasticsearch.yml`);
  const since = await hostTime({ host: bench.session });
  value(await controlUnit(bench.session, 'elasticsearch.service', 'start'));
  const waited = value(
    await waitUntilUp(context, {
      unit: 'elasticsearch.service',
      httpPort: 9200,
      before,
      log: { since, pathLogs: install.pathLogs },
      seconds: 100,
    }),
  );
  expect(await bench.see('systemctl is-active elasticsearch')).toBe('active\n');
  expect(waited).toEqual({ outcome: 'alone' });
});
